import { useMemo } from 'react'
import { Card } from '#console/ui/Card.tsx'
import { Chart, type Series } from '#console/ui/Chart.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { useNow } from '#console/ui/Time.tsx'
import type { Unit } from '#console/ui/unit.ts'
import { acrossSpan, lineOf, type SampleRow } from './samples.ts'

interface Drawn {
  title: string
  unit: Unit
  lines: (Omit<Series, 'values'> & { type: string })[]
  max?: number
  area?: boolean
}

const charts: Drawn[] = [
  {
    title: 'Requests per second',
    unit: 'per_second',
    area: true,
    lines: [{ type: 'requests_per_second', label: 'requests' }],
  },
  {
    title: 'Response time',
    unit: 'ms',
    lines: [
      { type: 'response_time_p50', label: 'p50' },
      { type: 'response_time_p95', label: 'p95' },
    ],
  },
  {
    title: 'Error rate',
    unit: 'percent',
    area: true,
    lines: [{ type: 'error_rate', label: 'errors', level: 'error' }],
  },
  {
    title: 'Machine',
    unit: 'percent',
    max: 100,
    lines: [
      { type: 'cpu_usage', label: 'processors' },
      { type: 'memory_usage', label: 'memory' },
    ],
  },
]

interface ChartsProps {
  rows: SampleRow[] | undefined
  error: Error | null
  onRetry: () => void
  /** What is drawn from end to end. */
  spanMs: number
  /** `the last 15 minutes` */
  span: string
}

export function Charts({ rows, error, onRetry, spanMs, span }: ChartsProps) {
  const nowMs = useNow()
  const drawn = useMemo(() => acrossSpan(rows ?? [], spanMs, nowMs), [rows, spanMs, nowMs])
  const times = useMemo(() => drawn.map(({ at }) => at), [drawn])
  if (error && !rows) {
    return (
      <div className="col-span-full">
        <ErrorPanel error={error} what="the charts" onRetry={onRetry} />
      </div>
    )
  }
  return (
    <div className="col-span-full grid grid-cols-2 gap-3 max-lg:grid-cols-1">
      {charts.map(({ title, unit, lines, max, area }) => (
        <Card key={title} title={title}>
          <Chart
            label={`${title}, ${span}`}
            times={times}
            series={lines.map(({ type, ...line }) => ({ ...line, values: lineOf(drawn, type) }))}
            unit={unit}
            height={160}
            syncKey="overview"
            empty={rows ? 'Nothing measured yet.' : 'Loading…'}
            {...(max !== undefined && { max })}
            {...(area && { area })}
          />
        </Card>
      ))}
    </div>
  )
}
