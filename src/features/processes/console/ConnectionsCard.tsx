import { useQuery } from '@tanstack/react-query'
import { Unplug } from 'lucide-react'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { plural } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { queryClient } from '#console/queryClient.ts'
import { Card } from '#console/ui/Card.tsx'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { connectionsQuery, type Connection, type ServerProcess } from './queries.ts'

/** Who is connected at the moment, at whichever server. */
export function ConnectionsCard({ servers }: { servers: readonly ServerProcess[] }) {
  const listed = useQuery(connectionsQuery)
  const can = useCan()
  const [closing, setClosing] = useState<Connection>()
  const close = async (): Promise<void> => {
    if (!closing) return
    const { message } = await call('DELETE /system/connections/{id}', { params: { id: closing.id } })
    await queryClient.invalidateQueries({ queryKey: connectionsQuery.queryKey })
    toastDone(message)
  }
  return (
    <Card title="Connections" padding="flush" className="mt-4" aside={listed.data && <Count {...listed.data} />}>
      <Table
        label="Connections"
        columns={columnsWith(servers)}
        rows={listed.data?.connections}
        rowKey={({ id }) => id}
        actions={(connection) => [
          {
            label: 'Close',
            icon: Unplug,
            danger: true,
            disabledReason: can('system:write').reason ?? (connection.closing ? 'It is being closed' : undefined),
            onSelect: () => setClosing(connection),
          },
        ]}
        error={listed.error}
        onRetry={() => void listed.refetch()}
        expectedRows={2}
        empty={
          <EmptyState kind="none" title="Nobody is connected">
            Each tab of the console and each program that follows events has a connection.
          </EmptyState>
        }
      />
      <ConfirmDialog
        open={closing !== undefined}
        onClose={() => setClosing(undefined)}
        title="Close connection"
        confirm="Close connection"
        onConfirm={close}
      >
        The connection of <strong className="text-text">{closing?.user.label}</strong> from {closing?.address} ends at
        once. It may come back: to keep somebody out, end their sessions or disable them.
      </ConfirmDialog>
    </Card>
  )
}

function Count({ count, truncated }: { count: number; truncated: boolean }) {
  return <span className="text-xs text-muted">{truncated ? `the newest ${count}` : plural(count, 'connection')}</span>
}

const doors: Record<string, string> = { stream: 'Console', '/ws': 'WebSocket', logs: 'Logs' }

const columnsWith = (servers: readonly ServerProcess[]): Column<Connection>[] => [
  { key: 'user', header: 'User', primary: true, width: '20%', cell: ({ user }) => user.label },
  { key: 'door', header: 'By', width: '12%', cell: ({ door }) => doors[door] ?? door },
  { key: 'address', header: 'From', width: '16%', cell: ({ address }) => address ?? '–' },
  { key: 'opened', header: 'Since', width: '12%', cell: ({ opened_at }) => <TimeAgo at={opened_at} /> },
  {
    key: 'topics',
    header: 'Follows',
    cell: ({ topics }) => (
      <span className="line-clamp-2 break-words" title={topics.join('\n')}>
        {topics.join(', ') || '–'}
      </span>
    ),
  },
  {
    key: 'server',
    header: 'Server',
    from: 'lg',
    width: '12%',
    cell: ({ server_id }) => servers.find(({ id }) => id === server_id)?.pid ?? '–',
  },
]
