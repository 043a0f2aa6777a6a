import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Power, RotateCw } from 'lucide-react'
import { useState } from 'react'
import { formatPercent } from '#console/format.ts'
import { useLive } from '#console/live.ts'
import { useCan } from '#console/me.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { StaleNote } from '#console/ui/StaleNote.tsx'
import { Status } from '#console/ui/Status.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { ConnectionsCard } from './ConnectionsCard.tsx'
import { heartbeatMs, processesQuery, type Listing, type ServerProcess } from './queries.ts'
import { RestartDialog } from './RestartDialog.tsx'
import { StopDialog } from './StopDialog.tsx'

export default function ProcessesPage() {
  const queryClient = useQueryClient()
  const processes = useQuery(processesQuery)
  useLive<Listing>('processes', ({ data }) => queryClient.setQueryData(processesQuery.queryKey, data))
  const can = useCan()
  const [stopping, setStopping] = useState<ServerProcess>()
  const [restarting, setRestarting] = useState(false)
  const servers = processes.data?.servers
  const stoppable = (server: ServerProcess): string | undefined =>
    can('system:write').reason ?? (server.state === 'stopping' ? 'It is stopping already' : undefined)
  return (
    <>
      <PageHeader
        title="Processes"
        lead="The server processes that share this database. One that is stopped finishes its requests first."
        aside={processes.data && <StaleNote updatedAt={processes.dataUpdatedAt} intervalMs={3 * heartbeatMs} />}
        actions={
          <Button icon={RotateCw} onClick={() => setRestarting(true)} disabledReason={can('system:write').reason}>
            Restart
          </Button>
        }
      />
      <Card padding="flush">
        <Table
          label="Server processes"
          columns={columns}
          rows={servers}
          rowKey={({ id }) => id}
          actions={(server) => [
            {
              label: 'Stop',
              icon: Power,
              danger: true,
              disabledReason: stoppable(server),
              onSelect: () => setStopping(server),
            },
          ]}
          error={processes.error}
          onRetry={() => void processes.refetch()}
          expectedRows={2}
          empty={
            <EmptyState kind="none" title="No server is listed">
              A server lists itself within a few seconds of its start.
            </EmptyState>
          }
        />
      </Card>
      {/* Below a list whose length is not known before it is there, it would jump. */}
      {servers && <ConnectionsCard servers={servers} />}
      <StopDialog server={stopping} alone={servers?.length === 1} onClose={() => setStopping(undefined)} />
      <RestartDialog open={restarting} count={servers?.length ?? 1} onClose={() => setRestarting(false)} />
    </>
  )
}

const words = { running: 'Running', stopping: 'Stopping', restarting: 'Restarting' }

const columns: Column<ServerProcess>[] = [
  {
    key: 'address',
    header: 'Listens on',
    primary: true,
    cell: ({ host, port, current }) => (
      <span className="inline-flex items-center gap-2">
        {host}:{port}
        {current && <Badge>answers you</Badge>}
      </span>
    ),
  },
  {
    key: 'state',
    header: 'State',
    cell: ({ state }) => (
      <Status level="ok" busy={state !== 'running'}>
        {words[state]}
      </Status>
    ),
  },
  { key: 'pid', header: 'PID', align: 'end', cell: ({ pid }) => pid },
  { key: 'uptime', header: 'Up for', align: 'end', cell: ({ uptime }) => uptime },
  { key: 'cpu', header: 'Processor', align: 'end', cell: ({ cpu_percent }) => formatPercent(cpu_percent) },
  { key: 'memory', header: 'Memory', align: 'end', cell: ({ memory_percent }) => formatPercent(memory_percent) },
  { key: 'threads', header: 'Threads', align: 'end', from: 'lg', cell: ({ threads }) => threads ?? '–' },
  { key: 'machine', header: 'Machine', from: 'lg', cell: ({ host_name }) => host_name },
  { key: 'version', header: 'Version', from: 'xl', cell: ({ version }) => version },
  { key: 'heartbeat', header: 'Last heard', from: 'xl', cell: ({ heartbeat_at }) => <TimeAgo at={heartbeat_at} /> },
]
