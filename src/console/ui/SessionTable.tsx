import type { Reply } from '#kernel/contract.ts'
import type { Api } from '../api.ts'
import { deviceOf } from '../device.ts'
import { Badge } from './Badge.tsx'
import { EmptyState } from './EmptyState.tsx'
import type { MenuItem } from './Menu.tsx'
import { Table, type Column } from './Table.tsx'
import { TimeAgo } from './Time.tsx'

export type Session = Reply<Api['GET /me/sessions']>[number]

interface SessionTableProps {
  sessions: readonly Session[] | undefined
  error: Error | null
  onRetry: () => void
  actions?: (session: Session) => MenuItem[]
}

/** Where somebody is logged in. */
export const SessionTable = ({ sessions, error, onRetry, actions }: SessionTableProps) => (
  <Table
    label="Sessions"
    columns={columns}
    rows={sessions}
    rowKey={({ id }) => id}
    {...(actions && { actions })}
    error={error}
    onRetry={onRetry}
    expectedRows={2}
    empty={<EmptyState kind="none" title="Not logged in anywhere" />}
  />
)

const columns: Column<Session>[] = [
  {
    key: 'device',
    header: 'Device',
    primary: true,
    cell: ({ user_agent, current }) => (
      <span className="flex flex-wrap items-center gap-2">
        <span title={user_agent ?? undefined}>{deviceOf(user_agent)}</span>
        {current && <Badge tone="ok">this session</Badge>}
      </span>
    ),
  },
  { key: 'address', header: 'Address', cell: ({ address }) => address ?? <span className="text-faint">unknown</span> },
  { key: 'created_at', header: 'Logged in', cell: ({ created_at }) => <TimeAgo at={created_at} /> },
  { key: 'last_seen_at', header: 'Last seen', cell: ({ last_seen_at }) => <TimeAgo at={last_seen_at} /> },
  { key: 'expires_at', header: 'Ends', cell: ({ expires_at }) => <TimeAgo at={expires_at} /> },
]
