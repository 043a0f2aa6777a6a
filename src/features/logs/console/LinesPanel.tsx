import { lazy, Suspense, useEffect, useEffectEvent, useMemo, useState, type RefObject } from 'react'
import { dayMs } from '#kernel/time.ts'
import { usePreferences } from '#console/preferences.ts'
import { Button } from '#console/ui/Button.tsx'
import { cx } from '#console/ui/cx.ts'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import type { LogsSearch } from './address.ts'
import { EmptyLogs } from './EmptyLogs.tsx'
import { FixedList } from './FixedList.tsx'
import { LineHead } from './LineRow.tsx'
import { summaryOf } from './lineText.ts'
import { isGap } from './lines.ts'
import type { ListHandle } from './listProps.ts'
import { cancelSearch, type LogRow } from './queries.ts'
import { problemOf } from './queryProblem.ts'
import { severityLook } from './severity.ts'
import { NewLines, StatusRow } from './StatusRow.tsx'
import { markedTexts } from './terms.ts'
import type { TimeRange } from '#console/timeRange.ts'
import { useHasLines, type ShownLines } from './useLines.ts'
import type { Selection } from './useSelection.ts'

const WrappedList = lazy(() => import('./WrappedList.tsx'))

interface LinesPanelProps {
  search: LogsSearch
  shown: ShownLines
  list: RefObject<ListHandle | null>
  selection: Selection
  matching: number | undefined
  onQuery: (q: string) => void
  onRange: (range: TimeRange) => void
  onFollow: () => void
}

/** The lines, or why there are none, and how it stands below them. */
export function LinesPanel({ search, shown, list, selection, matching, onQuery, onRange, onFollow }: LinesPanelProps) {
  usePreferences()
  const { lines, window, error, asked, isLive } = shown
  const hasLines = useHasLines(lines)
  const marked = useMemo(() => markedTexts(asked.q), [asked.q])
  useShowAnchor(shown, search.at, list)
  const listProps = {
    shown,
    handle: list,
    selected: drawnAs(shown, selection.id),
    anchor: drawnAs(shown, search.at || undefined),
    onSelect: selection.peek.open,
    marked,
    columns: search.cols,
    hasDay: asked.span.toMs - asked.span.fromMs > dayMs,
  }
  return (
    <section
      aria-label="Lines that match"
      className={cx(
        'relative flex min-h-0 min-w-0 flex-1 flex-col overflow-hidden rounded-lg border border-border bg-surface',
        window && shown.isFetching && 'opacity-60',
      )}
    >
      {error && !problemOf(error) && (
        <div className="p-2">
          <ErrorPanel error={error} what="the lines" onRetry={shown.reload} />
        </div>
      )}
      {search.cols.length > 0 && hasLines && <LineHead {...listProps} />}
      <SlowSearch isFetching={shown.isFetching} />
      {search.at && window && !shown.isFetching && !window.rows.some(({ id }) => id === search.at) && <AnchorMissing />}
      {shown.isLoading ? (
        <Loading />
      ) : !hasLines ? (
        <div className="min-h-0 flex-1 overflow-y-auto">
          {!window && !error && <Cancelled onRetry={shown.reload} />}
          {window && !shown.isFetching && (
            <EmptyLogs
              query={asked.q}
              hints={window.hints}
              isDayLong={asked.span.toMs - asked.span.fromMs >= dayMs}
              isLive={isLive}
              onQuery={onQuery}
              onWiden={() => onRange({ from: 'now-24h', to: 'now' })}
            />
          )}
        </div>
      ) : search.wrap ? (
        <Suspense fallback={<Loading />}>
          <WrappedList {...listProps} />
        </Suspense>
      ) : (
        <FixedList {...listProps} />
      )}
      <SelectedAloud row={selection.row()} />
      <div className="relative">
        <NewLines lines={lines} isLive={isLive} onResume={onFollow} />
      </div>
      <StatusRow shown={shown} matching={matching} />
    </section>
  )
}

/** The line in whose place a line is drawn: the first of those that repeat each other. */
function drawnAs({ drawn, lines }: ShownLines, id: string | undefined): string | undefined {
  const item = drawn === lines || id === undefined ? undefined : drawn.at(drawn.indexOf(id))
  return item && !isGap(item) ? item.id : id
}

/** The line one went to by a key, for who cannot see where that is. */
const SelectedAloud = ({ row }: { row: LogRow | undefined }) => (
  <p role="status" className="sr-only">
    {row && `${severityLook[row.severity].name}, ${row.service}: ${summaryOf(row).message.slice(0, 300)}`}
  </p>
)

const AnchorMissing = () => (
  <p className="border-b border-warn/40 bg-warn/12 px-3 py-1 text-sm">
    The line of this link is not here: the filter or the time leaves it out, or it is older than what is kept.
  </p>
)

const Cancelled = ({ onRetry }: { onRetry: () => void }) => (
  <EmptyState
    kind="disconnected"
    title="The search was cancelled"
    action={<Button onClick={onRetry}>Search again</Button>}
  />
)

const slowAfterMs = 5_000

/** Says so when an answer takes long, and lets one give up. */
function SlowSearch({ isFetching }: { isFetching: boolean }) {
  const [isSlow, setSlow] = useState(false)
  useEffect(() => {
    if (!isFetching) return undefined
    const timer = setTimeout(() => setSlow(true), slowAfterMs)
    return () => {
      clearTimeout(timer)
      setSlow(false)
    }
  }, [isFetching])
  if (!isSlow) return null
  return (
    <div role="status" className="flex items-center gap-3 border-b border-border px-3 py-1 text-sm text-muted">
      Still searching…
      <Button size="sm" onClick={() => void cancelSearch()}>
        Cancel
      </Button>
    </div>
  )
}

const Loading = () => (
  <div className="flex min-h-0 flex-1 flex-col gap-1 overflow-hidden p-2" aria-busy="true">
    {Array.from({ length: 12 }, (_none, index) => (
      // Places of lines that are not there yet.
      // oxlint-disable-next-line react/no-array-index-key
      <Skeleton key={index} className="h-4 shrink-0" />
    ))}
  </div>
)

/** When an answer came, its list stands at the line that the address is about, else at its end. */
function useShowAnchor({ drawn, window, isLive }: ShownLines, at: string, list: RefObject<ListHandle | null>): void {
  const show = useEffectEvent((id: string) => {
    const index = id ? drawn.indexOf(id) : -1
    if (index !== -1) list.current?.show(index)
    else if (!isLive) list.current?.toEnd()
  })
  useEffect(() => {
    if (!window) return undefined
    // After the list has drawn what came.
    const frame = requestAnimationFrame(() => show(at))
    return () => cancelAnimationFrame(frame)
  }, [window, at])
}
