import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { call } from '#console/client.ts'
import type { Span } from '#console/timeRange.ts'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import type { StatusLevel } from '#console/ui/Status.tsx'
import { TimeSeries } from '#console/ui/TimeSeries.tsx'
import type { Unit } from '#console/ui/unit.ts'
import { linesOf, onGrid, stepFor, unitOf } from '#features/metrics/console/index.ts'
import { valueText } from './words.ts'

interface ExpressionGraphProps {
  label: string
  expr: string
  span: Span
  unit?: Unit | undefined
  threshold: number | null
  /** With it the threshold can be dragged. */
  onThreshold?: ((value: number) => void) | undefined
  level: StatusLevel
  /** When it fired, ms since 1970; null where it still does. */
  fired: readonly { fromMs: number; toMs: number | null }[]
  /** Only series with these labels, where there are any. */
  labels?: Record<string, string>
  height?: number
}

const linesMax = 20
const graphHeight = 200

/** What a rule looks at, with its threshold and the times at which it fired. */
export function ExpressionGraph(props: ExpressionGraphProps) {
  const { label, expr, span, unit, threshold, onThreshold, level, fired, labels, height = graphHeight } = props
  const stepMs = stepFor(span)
  const { fromMs, toMs } = onGrid(span, stepMs)
  const asked = useQuery({
    queryKey: ['metrics', 'graph', expr, fromMs, toMs],
    queryFn: async ({ signal }) => {
      const query = { query: expr, from_ms: fromMs, to_ms: toMs, step_ms: stepMs, extremes: true }
      const { results } = await call('POST /metrics/query', { body: { queries: [query] }, signal })
      return results[0]!
    },
    retry: false,
    placeholderData: (before) => before,
  })
  const drawn = useMemo(() => {
    if (asked.data?.type !== 'matrix') return undefined
    const { series } = asked.data
    const own = labels ? series.filter(({ metric }) => isPartOf(metric, labels)) : series
    const shown = own.length > 0 ? own : series
    const result = { ...asked.data, series: shown.slice(0, linesMax) }
    return { ...linesOf([{ letter: undefined, expression: expr, result }]), left: shown.length - result.series.length }
  }, [asked.data, labels, expr])
  if (asked.error) return <ErrorPanel error={asked.error} what="the graph" onRetry={() => void asked.refetch()} />
  if (asked.data?.type === 'error') return <p className="text-error">{asked.data.message}</p>
  if (!drawn) return <Skeleton className="h-52 w-full" />
  return (
    <>
      <TimeSeries
        label={label}
        {...drawn}
        unit={unit ?? unitOf(expr)}
        from={fromMs}
        to={toMs}
        height={height}
        legend="list"
        thresholds={threshold === null ? [] : [{ value: threshold, label: valueText(threshold), level }]}
        onThreshold={onThreshold}
        annotations={fired.map((one) => ({ at: one.fromMs, to: one.toMs ?? toMs, label: '', level }))}
      />
      {drawn.left > 0 && <p className="mt-1 text-sm text-muted">{drawn.left} more series are not drawn.</p>}
    </>
  )
}

const isPartOf = (metric: Record<string, string>, labels: Record<string, string>): boolean =>
  Object.entries(metric).every(([name, value]) => name === '__name__' || labels[name] === value)
