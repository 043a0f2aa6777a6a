import { useQuery } from '@tanstack/react-query'
import { formatNumber, formatSpan } from '#console/format.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { Card } from '#console/ui/Card.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { Endpoint } from './Endpoint.tsx'
import { LiveCalls } from './LiveCalls.tsx'
import { PersonLink } from './PersonLink.tsx'
import { activeQuery, type Active } from './queries.ts'

/** Sessions and API keys that called in the last quarter of an hour. */
export function ActiveNow() {
  const active = useQuery(activeQuery)
  return (
    <Card title="Active in the last 15 minutes" padding="flush" aside={<LiveCalls />} className="col-span-full">
      <Table
        label="Active users"
        columns={columns}
        rows={active.data?.active}
        rowKey={({ user_id, session_id, api_key_id }) => `${user_id} ${session_id ?? api_key_id ?? ''}`}
        error={active.error}
        onRetry={() => void active.refetch()}
        expectedRows={3}
        empty={<EmptyState kind="none" title="Nobody is active right now" />}
      />
    </Card>
  )
}

const columns: Column<Active>[] = [
  { key: 'user', header: 'User', primary: true, cell: (row) => <PersonLink person={row} /> },
  {
    key: 'since',
    header: 'Session',
    cell: ({ api_key_id, duration_seconds }) =>
      api_key_id ? <Badge>API key</Badge> : formatSpan(duration_seconds * 1_000),
  },
  { key: 'started', header: 'Since', from: 'lg', cell: ({ started_at }) => <TimeAgo at={started_at} /> },
  { key: 'calls', header: 'Calls', align: 'end', cell: ({ calls }) => formatNumber(calls) },
  {
    key: 'last',
    header: 'Last call',
    cell: ({ last_method, last_endpoint, last_action_at }) => (
      <span className="flex flex-wrap items-baseline gap-x-2">
        {last_endpoint && <Endpoint method={last_method} path={last_endpoint} />}
        <span className="text-faint">
          <TimeAgo at={last_action_at} />
        </span>
      </span>
    ),
  },
  {
    key: 'address',
    header: 'Address',
    from: 'xl',
    cell: ({ address }) => <span className="text-muted">{address}</span>,
  },
]
