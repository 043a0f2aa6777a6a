import { useQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { useLive, useLiveState } from '#console/live.ts'
import { toastError } from '#console/ui/Toaster.tsx'
import { isLive, type LogsSearch } from './address.ts'
import { createLines, isGap, type Gap, type Lines, type LinesState } from './lines.ts'
import {
  linesBeside,
  linesBetween,
  missedSince,
  type Asked,
  type LineWindow,
  type LogRow,
  windowQuery,
} from './queries.ts'
import { withoutRepeats, type DrawnLines } from './repeats.ts'
import { spanOf } from '#console/timeRange.ts'

/** What the topic says: lines, and how many it has had in all; or why there are none. */
export type TailEvent = { rows: LogRow[]; dropped: number; total: number } | { error: string }

export const useLinesState = (lines: DrawnLines): LinesState => useSyncExternalStore(lines.subscribe, lines.state)

/** Changes only when the first line comes or the last one goes. */
export const useHasLines = (lines: Lines): boolean =>
  useSyncExternalStore(lines.subscribe, () => lines.state().length > 0)

export interface ShownLines {
  lines: Lines
  /** The same as they are drawn. */
  drawn: DrawnLines
  asked: Asked
  window: LineWindow | undefined
  error: Error | null
  /** The first answer is still to come. */
  isLoading: boolean
  /** Another answer is on its way; what is shown is the last one's. */
  isFetching: boolean
  isLive: boolean
  reload: () => void
  hasOlder: boolean
  hasNewer: boolean
  loadOlder: () => Promise<void>
  loadNewer: () => Promise<void>
  loadGap: (gap: Gap) => Promise<void>
}

/** What the address asks for, kept up with what comes in. `q` is the last one that could be read. */
export function useLines(search: LogsSearch, q: string): ShownLines {
  const [lines] = useState(() => createLines())
  const { collapse } = search
  const drawn = useMemo(() => (collapse ? withoutRepeats(lines) : lines), [lines, collapse])
  const { asked, reload } = useAsked(search, q)
  const { at, context } = search
  const window = useQuery(windowQuery({ asked, at, context }))
  const data = window.isPlaceholderData ? undefined : window.data
  const live = isLive(search)
  const [more, setMore] = useState({ of: data, older: false, newer: false })
  const isCurrent = more.of === data
  const hasOlder = isCurrent ? more.older : (data?.hasOlder ?? false)
  const hasNewer = isCurrent ? more.newer : (data?.hasNewer ?? false)

  const isAwaited = data === undefined
  useEffect(() => {
    if (isAwaited) lines.hold(asked.q)
  }, [lines, isAwaited, asked.q])
  const restart = useEffectEvent((rows: readonly LogRow[]) => {
    lines.reset(rows)
    lines.setFollowing(live)
  })
  useEffect(() => {
    if (data) restart(data.rows)
  }, [data])
  useEffect(() => lines.setFollowing(live), [lines, live])
  useFollow(lines, asked, live, window.data !== undefined)

  const isKnown = (id: string): boolean => lines.indexOf(id) !== -1
  const loadBeside = async (direction: 'backward' | 'forward'): Promise<void> => {
    const edge = direction === 'backward' ? lines.first() : lines.last()
    if (!edge) return
    const { rows, hasMore } = await linesBeside(asked, edge, direction, isKnown)
    if (direction === 'backward') lines.prepend(rows)
    else lines.append(rows)
    setMore({
      of: data,
      older: direction === 'backward' ? hasMore : hasOlder,
      newer: direction === 'forward' ? hasMore : hasNewer,
    })
  }

  return {
    lines,
    drawn,
    asked,
    window: window.data,
    error: window.error,
    isLoading: window.isLoading,
    isFetching: window.isFetching,
    isLive: live,
    reload,
    hasOlder,
    hasNewer,
    loadOlder: () => loadBeside('backward'),
    loadNewer: () => loadBeside('forward'),
    loadGap: async (gap) => {
      const items = lines.all()
      const at = items.indexOf(gap)
      const after = items.slice(0, at).findLast((item) => !isGap(item))
      const before = items.slice(at + 1).find((item) => !isGap(item))
      if (!after || isGap(after) || (before && isGap(before))) return
      const { rows, hasMore } = await linesBetween(asked, after, before)
      const fresh = rows.filter(({ id }) => !isKnown(id))
      lines.fill(gap, fresh, hasMore ? Math.max(1, (gap.missing ?? 0) - fresh.length) : 0)
    },
  }
}

/** `now` stands still from one question to the next, so that pages fit together. */
function useAsked(search: LogsSearch, q: string): { asked: Asked; reload: () => void } {
  const { from, to } = search
  const make = () => ({ of: [q, from, to].join('\n'), asked: { q, span: spanOf({ from, to }, Date.now()) } })
  const [current, setCurrent] = useState(make)
  if (current.of !== make().of) setCurrent(make)
  return { asked: current.asked, reload: () => setCurrent(make) }
}

/** Receives live lines, and asks for what was missed while the socket or the tab was away. */
function useFollow(lines: Lines, asked: Asked, isFollowed: boolean, hasLines: boolean): void {
  const isVisible = useVisible()
  const { phase } = useLiveState()
  const isOpen = isFollowed && isVisible && phase === 'live'
  const total = useRef({ query: asked.q, count: Number.NaN })
  useLive<TailEvent>(
    topicOf(asked.q),
    ({ data }) => {
      if ('error' in data) return
      // What is missing on any way from there to here shows as a jump of the total.
      const { query, count } = total.current
      const isFirst = query !== asked.q || Number.isNaN(count)
      const lost = isFirst ? data.dropped : data.total - count - data.rows.length
      total.current = { query: asked.q, count: data.total }
      lines.receive({ rows: data.rows.toSorted(byTime), dropped: Math.max(0, lost) })
    },
    { enabled: isFollowed && isVisible },
  )
  const catchUp = useEffectEvent(async (): Promise<void> => {
    const last = lines.last()
    if (!last) return
    lines.hold(asked.q)
    const missed = await missedSince(asked, last, (id) => lines.indexOf(id) !== -1)
    lines.join(missed.rows, missed.count)
  })
  useEffect(() => {
    total.current.count = Number.NaN
    if (isOpen && hasLines) catchUp().catch(toastError)
  }, [isOpen, hasLines])
}

/** Digits of one length compare as numbers do. */
const byTime = (one: LogRow, other: LogRow): number => (one.timestamp_ns < other.timestamp_ns ? -1 : 1)

/** The topic on which lines that match come as they are stored. */
export const topicOf = (query: string): string => `logs.tail:${JSON.stringify({ query })}`

const useVisible = (): boolean =>
  useSyncExternalStore(
    (watcher) => {
      document.addEventListener('visibilitychange', watcher)
      return () => document.removeEventListener('visibilitychange', watcher)
    },
    () => document.visibilityState === 'visible',
  )
