import { useQuery } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { formatDuration } from '#console/format.ts'
import { componentName } from '#console/health.ts'
import { useLive } from '#console/live.ts'
import { useCan } from '#console/me.ts'
import { Card } from '#console/ui/Card.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { StaleNote } from '#console/ui/StaleNote.tsx'
import { Status } from '#console/ui/Status.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { adminHealthQuery } from './queries.ts'

type Components = Reply<Api['GET /admin/system/health']>['components']
type Component = Components[string] & { name: string }

const levels = { ok: 'ok', degraded: 'warn', down: 'error' } as const
const words = { ok: 'Healthy', degraded: 'Degraded', down: 'Down' }

export function ComponentsCard() {
  const health = useQuery(adminHealthQuery)
  const enabled = useCan()('dashboard:read').ok
  useLive('health', () => void health.refetch(), { enabled })
  const rows =
    health.data && Object.entries(health.data.components).map(([name, component]) => ({ name, ...component }))
  return (
    <Card
      title="Components"
      padding="flush"
      className="col-span-full"
      aside={health.data && <StaleNote updatedAt={health.dataUpdatedAt} intervalMs={10_000} />}
    >
      <Table
        label="Components"
        columns={columns}
        rows={rows}
        rowKey={({ name }) => name}
        error={health.error}
        onRetry={() => void health.refetch()}
        expectedRows={7}
        empty={<EmptyState kind="none" title="No components" />}
      />
    </Card>
  )
}

/** What has figures of its own is looked at, not asked. */
const answeredIn = ({ latency_ms, figures }: Component): string =>
  !latency_ms || Object.keys(figures).length > 0 ? '–' : formatDuration(latency_ms)

const columns: Column<Component>[] = [
  { key: 'name', header: 'Component', primary: true, width: '20%', cell: ({ name }) => componentName(name) },
  {
    key: 'status',
    header: 'State',
    width: '16%',
    cell: ({ status }) => <Status level={levels[status]}>{words[status]}</Status>,
  },
  { key: 'latency', header: 'Answered in', align: 'end', width: '12%', cell: (component) => answeredIn(component) },
  { key: 'details', header: 'Details', cell: ({ details }) => <span className="break-words">{details}</span> },
]
