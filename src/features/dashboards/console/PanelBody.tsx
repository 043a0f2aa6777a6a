import { useMemo } from 'react'
import { LastSeen } from '#console/promql/LastSeen.tsx'
import type { Span } from '#console/timeRange.ts'
import type { Annotation } from '#console/ui/Chart.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { StatusShape } from '#console/ui/Status.tsx'
import { TimeSeries } from '#console/ui/TimeSeries.tsx'
import { chartUnits, levelWords } from './choices.ts'
import { formatValue } from './formatValue.ts'
import { BarsPanel } from './BarsPanel.tsx'
import { GaugePanel } from './GaugePanel.tsx'
import { LogsPanel } from './LogsPanel.tsx'
import { Markdown } from './Markdown.tsx'
import type { Panel } from './queries.ts'
import { StatPanel } from './StatPanel.tsx'
import { StatusPanel } from './StatusPanel.tsx'
import { TablePanel } from './TablePanel.tsx'
import type { PanelData } from './usePanels.ts'
import { linesOf, seriesOf, type Result, type SeriesGrid } from './values.ts'
import type { Scope } from './variables.ts'
import { askedBy, asksMetrics } from './asked.ts'

export interface PanelBodyProps {
  panel: Panel
  data: PanelData | undefined
  span: Span
  scope: Scope | undefined
  /** Px that there are below the title. */
  height: number
  annotations: Annotation[]
  /** Charts of one board share their cursor. */
  syncKey: string
  onZoom: (fromMs: number, toMs: number) => void
  /** Grows with every look. */
  tick: number
  /** Nothing is asked for what is not seen. */
  isVisible: boolean
}

/** What stands below a panel's title: what it shows, or why it shows nothing. */
export function PanelBody(props: PanelBodyProps) {
  const { panel, data, scope, span, tick, isVisible } = props
  if (panel.type === 'text') return <Markdown text={panel.content} />
  if (panel.type === 'logs')
    return <LogsPanel panel={panel} span={span} scope={scope} tick={tick} isVisible={isVisible} />
  if (!asksMetrics(panel)) return <Note>No query yet.</Note>
  // What is not seen is not asked for, and holds its place without moving.
  if (!data?.results)
    return data?.error ? <Failure message={data.error.message} /> : isVisible && <Skeleton className="h-full" />
  const failed = data.results.find((result) => result.type === 'error')
  if (failed && data.results.every(({ type }) => type === 'error')) return <QueryFailure failed={failed} />
  return (
    <div className={data.isOld ? 'h-full opacity-60' : 'h-full'}>
      <Drawn {...props} results={data.results} dataSpan={data.span} />
      {(failed || data.error) && (
        <p className="flex items-center gap-1.5 text-sm text-muted">
          <StatusShape level="error" />
          {failed ? `One query failed: ${failed.message}` : data.error?.message}
        </p>
      )}
    </div>
  )
}

type DrawnProps = PanelBodyProps & { results: Result[]; dataSpan: Span }

function Drawn(props: DrawnProps) {
  const { panel, results, height } = props
  const grid = useMemo(() => seriesOf(panel, results), [panel, results])
  if (grid.series.length === 0) return <NoData {...props} />
  if (panel.type === 'timeseries') return <Lines {...props} grid={grid} />
  switch (panel.type) {
    case 'stat':
      return <StatPanel panel={panel} series={grid.series} height={height} />
    case 'gauge':
      return <GaugePanel panel={panel} series={grid.series} height={height} />
    case 'bar':
      return <BarsPanel panel={panel} series={grid.series} />
    case 'status':
      return <StatusPanel panel={panel} grid={grid} />
    default:
      return <TablePanel panel={panel} series={grid.series} />
  }
}

/** Room for the legend below the plot. */
const legendPx = 34
const listedMax = 6
const plotPxMin = 60

function Lines(props: DrawnProps & { grid: SeriesGrid }) {
  const { panel, grid, dataSpan, height, annotations, syncKey, onZoom } = props
  const lines = useMemo(() => linesOf(grid), [grid])
  const fill = panel.stacked ? 'stacked' : panel.filled ? 'area' : undefined
  const listed = lines.length > 0 && lines.length <= listedMax
  return (
    <TimeSeries
      label={panel.title || 'Time series'}
      times={grid.times}
      lines={lines}
      unit={chartUnits[panel.unit]}
      from={dataSpan.fromMs}
      to={dataSpan.toMs}
      height={Math.max(plotPxMin, height - legendPx)}
      fill={fill}
      min={panel.min ?? undefined}
      max={panel.max ?? undefined}
      thresholds={panel.thresholds
        .filter(({ level }) => level !== 'ok')
        .map(({ value, level }) => ({ value, level, label: `${levelWords[level]} ${formatValue(value, panel)}` }))}
      annotations={annotations}
      syncKey={syncKey}
      onZoom={onZoom}
      legend={listed ? 'list' : 'none'}
      empty={<NoData {...props} />}
    />
  )
}

/** Lower panels have no room for more than the words. */
const hintedPxMin = 110

function NoData({ panel, span, scope, height, onZoom }: PanelBodyProps) {
  const expressions = scope ? askedBy(panel, span, scope).map(({ query }) => query) : []
  return (
    <div className="flex h-full flex-col items-center justify-center gap-1 p-2 text-center text-muted">
      <p>No data in this range</p>
      <code className="line-clamp-2 max-w-full font-mono text-xs break-all text-faint">{panel.queries[0]?.expr}</code>
      {height >= hintedPxMin && expressions.length > 0 && (
        <LastSeen expressions={expressions} span={span} onSpan={({ fromMs, toMs }) => onZoom(fromMs, toMs)} />
      )}
    </div>
  )
}

const Note = ({ children }: { children: string }) => (
  <p className="flex h-full items-center justify-center text-muted">{children}</p>
)

function QueryFailure({ failed }: { failed: Extract<Result, { type: 'error' }> }) {
  return <Failure message={failed.message} code={failed.code} />
}

const Failure = ({ message, code }: { message: string; code?: string }) => (
  <div role="alert" className="flex h-full flex-col justify-center gap-1 overflow-auto p-2">
    <p className="flex items-center gap-2 font-medium">
      <StatusShape level="error" />
      Could not load this panel
    </p>
    <p className="text-muted">{message}</p>
    {code && <code className="font-mono text-sm text-faint">{code}</code>}
  </div>
)
