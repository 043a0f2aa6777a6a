import { useMemo, useState } from 'react'
import { formatDuration, formatNumber, plural } from '#console/format.ts'
import { LastSeen } from '#console/promql/LastSeen.tsx'
import { absolute, endsNow, type TimeRange } from '#console/timeRange.ts'
import { Button } from '#console/ui/Button.tsx'
import { Copy } from '#console/ui/Copy.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { StaleNote } from '#console/ui/StaleNote.tsx'
import { StatusShape } from '#console/ui/Status.tsx'
import { TimeSeries } from '#console/ui/TimeSeries.tsx'
import type { Unit } from '#console/ui/unit.ts'
import { useAlertMarks } from '#console/useAlertMarks.ts'
import { dayMs } from '#kernel/time.ts'
import type { ExploreSearch, PaneName } from './address.ts'
import { stepText } from './asked.ts'
import { linesOf, seriesRows } from './lines.ts'
import { SeriesTable } from './SeriesTable.tsx'
import type { Found } from './useResults.ts'

interface ResultViewProps {
  pane: PaneName
  search: ExploreSearch
  found: Found
  unit: Unit
  /** How often it should be new; undefined where it stands still. */
  refreshMs: number | undefined
  onRange: (range: TimeRange) => void
}

/** A browser draws more too, but nobody tells them apart. */
const linesMax = 200
const jsonCharactersMax = 200_000

/** What the queries of one pane found: as lines, as a table, or as it came. */
export function ResultView(props: ResultViewProps) {
  const { pane, found, search } = props
  const answers = found.answers[pane]
  const warnings = [...new Set(answers.flatMap(({ result }) => (result.type === 'error' ? [] : result.warnings)))]
  const hasSeries = answers.some(({ result }) => result.type !== 'error' && result.series.length > 0)
  const view = found.mode === 'instant' && search.view === 'graph' ? 'table' : search.view
  return (
    <>
      {warnings.map((warning) => (
        <p key={warning} className="mb-2 flex items-center gap-2 text-sm text-warn">
          <StatusShape level="warn" /> {warning}
        </p>
      ))}
      {hasSeries && view === 'graph' && <Graph {...props} />}
      {hasSeries && view === 'table' && <Rows {...props} />}
      {!hasSeries && view !== 'json' && <NoSeries {...props} />}
      {view === 'json' && <Json {...props} />}
      <Facts {...props} />
    </>
  )
}

function Graph({ pane, search, found, unit, onRange }: ResultViewProps) {
  const [isWhole, setWhole] = useState(false)
  const answers = found.answers[pane]
  const { times, lines } = useMemo(() => linesOf(answers), [answers])
  const alerts = useAlertMarks(found.span)
  const annotations = useMemo(
    () => [...found.restarts.map((at) => ({ at, label: 'restart' })), ...alerts],
    [found, alerts],
  )
  const drawn = useMemo(() => (isWhole ? lines : lines.slice(0, linesMax)), [isWhole, lines])
  return (
    <>
      <TimeSeries
        label={answers.map(({ expression }) => expression).join('; ')}
        times={times}
        lines={drawn}
        unit={unit}
        from={found.span.fromMs}
        to={found.span.toMs}
        height={320}
        fill={search.fill}
        fromZero={false}
        annotations={annotations}
        syncKey="explore"
        onZoom={(fromMs, toMs) => onRange(absolute({ fromMs, toMs }))}
      />
      {lines.length > drawn.length && (
        <p className="mt-1 text-sm text-warn">
          {drawn.length} of {formatNumber(lines.length)} series are drawn.{' '}
          <Button size="sm" onClick={() => setWhole(true)}>
            Draw all
          </Button>
        </p>
      )}
    </>
  )
}

const dayRange: TimeRange = { from: 'now-24h', to: 'now' }

function NoSeries({ pane, found, search, onRange }: ResultViewProps) {
  const isShort = found.mode === 'range' && found.span.toMs - found.span.fromMs < dayMs
  return (
    <EmptyState
      kind="filtered"
      title={found.mode === 'range' ? 'No series in this range' : 'No series at this moment'}
      action={isShort && endsNow(search) && <Button onClick={() => onRange(dayRange)}>Widen to 24 hours</Button>}
    >
      Either nothing has these names and labels, or none of it had a sample then.
      <LastSeen
        expressions={found.answers[pane].map(({ expression }) => expression)}
        span={found.span}
        onSpan={(span) => onRange(absolute(span))}
      />
    </EmptyState>
  )
}

function Rows({ pane, found, unit }: ResultViewProps) {
  const rows = useMemo(() => seriesRows(found.answers[pane]), [found, pane])
  return <SeriesTable rows={rows} unit={unit} />
}

function Json({ pane, found }: ResultViewProps) {
  const text = useMemo(
    () =>
      JSON.stringify(
        found.answers[pane].map(({ expression, result }) => ({ query: expression, ...result })),
        undefined,
        2,
      ),
    [found, pane],
  )
  const isCut = text.length > jsonCharactersMax
  return (
    <div className="relative">
      <span className="absolute top-1 right-1">
        <Copy value={text} what="JSON" />
      </span>
      <pre
        tabIndex={0}
        aria-label="Answer as JSON"
        className="max-h-[480px] overflow-auto rounded-md border border-border bg-canvas p-2 font-mono text-sm"
      >
        {isCut ? text.slice(0, jsonCharactersMax) : text}
      </pre>
      {isCut && (
        <p className="mt-1 text-sm text-muted">
          The first {formatNumber(jsonCharactersMax)} of {formatNumber(text.length)} characters; the copy has all.
        </p>
      )}
    </div>
  )
}

function Facts({ pane, search, found, refreshMs }: ResultViewProps) {
  const results = found.answers[pane].flatMap(({ result }) => (result.type === 'error' ? [] : [result]))
  const seriesCount = results.reduce((sum, { series }) => sum + series.length, 0)
  const sampleCount = results.reduce((sum, { samples }) => sum + samples, 0)
  const isTinted =
    search.view === 'graph' &&
    search.fill !== 'stacked' &&
    results.some((result) => result.type === 'matrix' && result.series.some(({ lows }) => lows))
  return (
    <p className="mt-2 flex flex-wrap gap-x-3 text-sm text-faint tabular-nums">
      <span>{seriesCount === 1 ? '1 series' : `${formatNumber(seriesCount)} series`}</span>
      {found.mode === 'range' && <span>step {stepText(found.stepMs)}</span>}
      <span>{plural(sampleCount, 'sample')} read</span>
      <span>{formatDuration(found.tookMs)}</span>
      {isTinted && <span>tint: from the least to the most within a step</span>}
      {refreshMs !== undefined && <StaleNote updatedAt={found.at} intervalMs={Math.max(refreshMs, 10_000)} />}
    </p>
  )
}
