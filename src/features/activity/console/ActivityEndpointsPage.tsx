import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { formatBytes, formatDuration, formatNumber, formatPercent } from '#console/format.ts'
import { Card } from '#console/ui/Card.tsx'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'
import { Chart } from '#console/ui/Chart.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Segments } from '#console/ui/Segments.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import type { Unit } from '#console/ui/unit.ts'
import { ActivityFrame } from './ActivityFrame.tsx'
import { Endpoint } from './Endpoint.tsx'
import { endpointsQuery, type RankedEndpoint } from './queries.ts'
import { inWords, useRange } from './range.ts'

/** What is called most, how that changes, how fast and how often it goes wrong. */
export default function ActivityEndpointsPage() {
  const { days } = useRange()
  const endpoints = useQuery(endpointsQuery(days))
  return (
    <ActivityFrame>
      {endpoints.data ? (
        <EndpointViews days={days} {...endpoints.data} />
      ) : endpoints.error ? (
        <ErrorPanel error={endpoints.error} what="endpoints" onRetry={() => void endpoints.refetch()} />
      ) : (
        <CardSkeletons
          rows={[
            { cards: 1, height: 316 },
            { cards: 1, height: 400 },
          ]}
        />
      )}
    </ActivityFrame>
  )
}

interface ViewsProps {
  days: number
  starts: string[]
  endpoints: RankedEndpoint[]
}

const EndpointViews = ({ days, starts, endpoints }: ViewsProps) => (
  <div className="flex flex-col gap-3">
    {endpoints.length > 0 && <Popularity days={days} starts={starts} endpoints={endpoints} />}
    <Card padding="flush">
      <Table
        label="Endpoints"
        columns={columns}
        rows={endpoints}
        rowKey={nameOf}
        empty={<EmptyState kind="none" title={`Nothing was called in ${inWords(days)}`} />}
      />
    </Card>
  </div>
)

const measures = {
  count: { label: 'Calls', unit: 'count' },
  errors: { label: 'Refused or failed', unit: 'count' },
  p95_ms: { label: 'p95', unit: 'ms' },
} as const satisfies Record<string, { label: string; unit: Unit }>

type Measure = keyof typeof measures

const options = (Object.keys(measures) as Measure[]).map((value) => ({ value, label: measures[value].label }))

function Popularity({ days, starts, endpoints }: ViewsProps) {
  const [measure, setMeasure] = useState<Measure>('count')
  const times = useMemo(() => starts.map((start) => Date.parse(start)), [starts])
  const series = useMemo(
    () =>
      endpoints.flatMap((endpoint) =>
        endpoint.series ? [{ label: nameOf(endpoint), values: endpoint.series[measure] }] : [],
      ),
    [endpoints, measure],
  )
  return (
    <Card
      title="Most used over time"
      aside={<Segments label="What is drawn" value={measure} options={options} onChange={setMeasure} />}
    >
      <Chart
        label={`${measures[measure].label} of the most used endpoints over ${inWords(days)}`}
        times={times}
        series={series}
        unit={measures[measure].unit}
        height={220}
      />
    </Card>
  )
}

const nameOf = ({ method, endpoint }: RankedEndpoint): string => `${method} ${endpoint.replace(/^\/api\/v1/, '')}`

const columns: Column<RankedEndpoint>[] = [
  {
    key: 'endpoint',
    header: 'Endpoint',
    primary: true,
    cell: ({ method, endpoint }) => <Endpoint method={method} path={endpoint} />,
  },
  { key: 'calls', header: 'Calls', align: 'end', cell: ({ access_count }) => formatNumber(access_count) },
  { key: 'users', header: 'Users', align: 'end', from: 'lg', cell: ({ users }) => formatNumber(users) },
  { key: 'error_rate', header: 'Refused or failed', align: 'end', cell: (row) => <ErrorRate endpoint={row} /> },
  { key: 'avg', header: 'Mean', align: 'end', cell: ({ avg_ms }) => formatDuration(avg_ms) },
  { key: 'p95', header: 'p95', align: 'end', cell: ({ p95_ms }) => (p95_ms === null ? '–' : formatDuration(p95_ms)) },
  { key: 'max', header: 'Slowest', align: 'end', from: 'lg', cell: ({ max_ms }) => formatDuration(max_ms) },
  { key: 'bytes', header: 'Sent', align: 'end', from: 'xl', cell: ({ bytes }) => formatBytes(bytes) },
]

const ErrorRate = ({ endpoint: { error_rate, server_errors } }: { endpoint: RankedEndpoint }) => (
  <>
    {formatPercent(error_rate * 100)}
    {server_errors > 0 && <span className="text-error"> {formatNumber(server_errors)} failed</span>}
  </>
)
