import { useQuery } from '@tanstack/react-query'
import { EyeOff } from 'lucide-react'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { formatNumber } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { Card } from '#console/ui/Card.tsx'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { Status } from '#console/ui/Status.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { HowToStartRunner } from './NoRunner.tsx'
import { refreshSessions, runnersQuery, type Runner } from './queries.ts'
import { SessionsFrame } from './SessionsFrame.tsx'

export default function RunnersPage() {
  const listed = useQuery(runnersQuery)
  const isAllowed = useCan()('sessions:write').ok
  const [forgetting, setForgetting] = useState<Runner>()
  const forget = async (): Promise<void> => {
    if (!forgetting) return
    await call('DELETE /runners/{runner_id}', { params: { runner_id: forgetting.id } })
    await refreshSessions()
    toastDone(`${forgetting.name} was forgotten`)
  }
  const items = (runner: Runner) => [
    {
      label: 'Forget',
      icon: EyeOff,
      danger: true,
      onSelect: () => setForgetting(runner),
      disabledReason: whyNotForget(runner),
    },
  ]
  return (
    <SessionsFrame title="Runners" lead="Programs elsewhere that take sessions and carry out commands.">
      <Card padding="flush">
        <Table
          label="Runners"
          columns={columns}
          rows={listed.data?.runners}
          rowKey={({ id }) => id}
          {...(isAllowed && { actions: items })}
          error={listed.error}
          onRetry={() => void listed.refetch()}
          expectedRows={2}
          empty={
            <EmptyState kind="disconnected" title="No runner has ever connected">
              <HowToStartRunner />
            </EmptyState>
          }
        />
      </Card>
      <ConfirmDialog
        open={forgetting !== undefined}
        onClose={() => setForgetting(undefined)}
        title="Forget runner"
        confirm="Forget runner"
        onConfirm={forget}
      >
        <span dir="auto" className="break-words text-text">
          {forgetting?.name}
        </span>{' '}
        leaves the list. It is back as soon as it connects again.
      </ConfirmDialog>
    </SessionsFrame>
  )
}

function whyNotForget({ connected, active_sessions }: Runner): string | undefined {
  if (connected) return 'It is connected; stop it first'
  return active_sessions > 0 ? 'Sessions are at it' : undefined
}

const columns: Column<Runner>[] = [
  {
    key: 'name',
    header: 'Name',
    primary: true,
    width: '18%',
    cell: ({ name }) => (
      <span dir="auto" className="line-clamp-2 wrap-anywhere">
        {name}
      </span>
    ),
  },
  {
    key: 'state',
    header: 'State',
    width: '112px',
    cell: ({ connected }) => <Status level={connected ? 'ok' : 'warn'}>{connected ? 'Connected' : 'Away'}</Status>,
  },
  { key: 'programs', header: 'Programs', width: '28%', cell: ({ programs }) => <Programs programs={programs} /> },
  {
    key: 'modes',
    header: 'Modes',
    cell: ({ modes }) => (
      <span dir="auto" className="line-clamp-2 wrap-anywhere">
        {modes.join(', ') || 'any'}
      </span>
    ),
  },
  {
    key: 'sessions',
    header: 'Sessions',
    align: 'end',
    cell: ({ active_sessions }) => formatNumber(active_sessions),
  },
  { key: 'seen', header: 'Last seen', cell: ({ seen_at }) => <TimeAgo at={seen_at} /> },
  { key: 'address', header: 'From', from: 'lg', cell: ({ address }) => address ?? '–' },
  { key: 'version', header: 'Version', from: 'xl', cell: ({ version }) => version || '–' },
]

const Programs = ({ programs }: Pick<Runner, 'programs'>) =>
  programs.length === 0 ? (
    <span className="text-faint">none</span>
  ) : (
    <ul className="flex flex-wrap gap-x-3 gap-y-0.5">
      {programs.map(({ name, description, approval }) => (
        <li key={name} title={description || undefined} className="flex min-w-0 items-center gap-1">
          <code className="font-mono text-sm break-all">{name}</code>
          {approval && <Badge tone="info">approval</Badge>}
        </li>
      ))}
    </ul>
  )
