import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call, urlOf } from '#console/client.ts'
import { queryClient } from '#console/queryClient.ts'
import { absolute, type Span } from '#console/timeRange.ts'

type Found = Reply<Api['POST /logs/search']>

export type LogRow = Found['rows'][number]
export type Histogram = NonNullable<Found['histogram']>
export type View = Reply<Api['GET /logs/views']>['views'][number]
export type ExportFormat = 'ndjson' | 'csv' | 'txt'

export interface Asked {
  q: string
  span: Span
}

/** Lines in order of time and what is known about all that match. */
export interface LineWindow {
  rows: LogRow[]
  hasOlder: boolean
  hasNewer: boolean
  histogram: Histogram | null
  scanned: Found['scanned'] | undefined
  hints: Found['hints']
}

const linesPerPage = 500
const linesPerStep = 1_000
const bars = 96
/** Lines on either side of the one whose surroundings are shown. */
const aroundMax = 100

const bodyOf = ({ q, span }: Asked) => ({ query: q, ...absolute(span), limit: linesPerPage, count_max: 0 })

interface Wanted {
  asked: Asked
  /** The line in the middle; '' for the newest lines. */
  at: string
  /** Its surroundings whatever is filtered. */
  context: boolean
}

export const windowQuery = ({ asked, at, context }: Wanted) =>
  queryOptions({
    queryKey: ['logs', 'window', asked, at, context],
    queryFn: ({ signal }): Promise<LineWindow> =>
      context ? surroundings(at, signal) : at ? bothSides(asked, at, signal) : newest(asked, signal),
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  })

async function newest(asked: Asked, signal: AbortSignal): Promise<LineWindow> {
  const found = await call('POST /logs/search', { body: { ...bodyOf(asked), buckets: bars }, signal })
  return {
    rows: found.rows.toReversed(),
    hasOlder: found.has_more,
    hasNewer: false,
    histogram: found.histogram,
    scanned: found.scanned,
    hints: found.hints,
  }
}

async function bothSides(asked: Asked, rowId: string, signal: AbortSignal): Promise<LineWindow> {
  const atMs = millisecondOf(rowId)
  const { fromMs, toMs } = asked.span
  const untilAt = { ...asked, span: { fromMs, toMs: Math.max(fromMs + 1, Math.min(atMs + 1, toMs)) } }
  const fromAt = { ...asked, span: { fromMs: Math.min(Math.max(atMs, fromMs), toMs - 1), toMs } }
  const [volume, before, after] = await Promise.all([
    call('POST /logs/search', { body: { ...bodyOf(asked), limit: 1, buckets: bars }, signal }),
    call('POST /logs/search', { body: bodyOf(untilAt), signal }),
    call('POST /logs/search', { body: { ...bodyOf(fromAt), direction: 'forward' }, signal }),
  ])
  const known = new Set(before.rows.map(({ id }) => id))
  return {
    rows: [...before.rows.toReversed(), ...after.rows.filter(({ id }) => !known.has(id))],
    hasOlder: before.has_more,
    hasNewer: after.has_more,
    histogram: volume.histogram,
    scanned: before.scanned,
    hints: volume.hints,
  }
}

async function surroundings(rowId: string, signal: AbortSignal): Promise<LineWindow> {
  const { rows } = await call('GET /logs/context/{row_id}', {
    params: { row_id: rowId },
    query: { before: aroundMax, after: aroundMax },
    signal,
  })
  return { rows, hasOlder: false, hasNewer: false, histogram: null, scanned: undefined, hints: [] }
}

/** One line by its name, for details of a line that is not in the list. */
export const rowQuery = (rowId: string) =>
  queryOptions({
    queryKey: ['logs', 'row', rowId],
    queryFn: async ({ signal }) => {
      const { rows } = await call('GET /logs/context/{row_id}', {
        params: { row_id: rowId },
        query: { before: 0, after: 0 },
        signal,
      })
      return rows.find(({ id }) => id === rowId)
    },
    staleTime: Infinity,
  })

/** Volume by severity of a query that has its levels left out; says how many lines of the other levels there are. */
export const volumeQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ['logs', 'volume', asked],
    queryFn: async ({ signal }) => {
      const { histogram } = await call('POST /logs/search', {
        body: { ...bodyOf(asked), limit: 1, buckets: bars },
        signal,
      })
      return histogram
    },
    staleTime: Infinity,
    placeholderData: (before) => before,
  })

/** Gives up what is being searched; what was shown before stays. */
export const cancelSearch = (): Promise<void> => queryClient.cancelQueries({ queryKey: ['logs', 'window'] })

interface Page {
  rows: LogRow[]
  hasMore: boolean
}

/** The lines before or after one of them, in order of time. Lines of the same millisecond come again. */
export async function linesBeside(
  { q, span }: Asked,
  beside: LogRow,
  direction: 'backward' | 'forward',
  isKnown: (id: string) => boolean,
): Promise<Page> {
  const atMs = Date.parse(beside.timestamp)
  const narrowed = direction === 'backward' ? { ...span, toMs: atMs + 1 } : { ...span, fromMs: atMs }
  // Where more lines than a page holds share a millisecond, what is new stands behind what is known.
  for (let offset = 0; ; offset += linesPerStep) {
    const { rows, has_more } = await call('POST /logs/search', {
      body: { ...bodyOf({ q, span: narrowed }), direction, limit: linesPerStep, offset },
    })
    const fresh = rows.filter(({ id }) => !isKnown(id))
    if (fresh.length > 0 || !has_more)
      return { rows: direction === 'backward' ? fresh.toReversed() : fresh, hasMore: has_more }
  }
}

/** The newest lines since the given one, and how many came since in all. */
export async function missedSince(
  { q }: Asked,
  last: LogRow,
  isKnown: (id: string) => boolean,
): Promise<Page & { count: number }> {
  const span = { fromMs: Date.parse(last.timestamp), toMs: Date.now() + clockSkewMs }
  const { rows, has_more, total } = await call('POST /logs/search', {
    body: { ...bodyOf({ q, span }), limit: linesPerStep, count_max: 10_000_000 },
  })
  const fresh = rows.filter(({ id }) => !isKnown(id)).toReversed()
  const known = rows.length - fresh.length
  return { rows: fresh, hasMore: has_more, count: (total?.count ?? rows.length) - known }
}

/** Senders' clocks may be ahead of ours. */
const clockSkewMs = 60_000

/** Lines between two others, in order of time, as many as one answer holds. */
export async function linesBetween({ q }: Asked, after: LogRow, before: LogRow | undefined): Promise<Page> {
  const span = {
    fromMs: Date.parse(after.timestamp),
    toMs: before ? Date.parse(before.timestamp) + 1 : Date.now() + clockSkewMs,
  }
  const { rows, has_more } = await call('POST /logs/search', {
    body: { ...bodyOf({ q, span }), direction: 'forward', limit: 5_000 },
  })
  return { rows, hasMore: has_more }
}

export const servicesQuery = queryOptions({
  queryKey: ['logs', 'services'],
  queryFn: ({ signal }) => call('GET /logs/services', { signal }),
  staleTime: 30_000,
})

export const facetQuery = ({ q, span }: Asked, field: string) =>
  queryOptions({
    queryKey: ['logs', 'facet', q, span, field],
    queryFn: ({ signal }) => call('GET /logs/facet', { query: { query: q, ...absolute(span), field }, signal }),
    staleTime: 60_000,
    placeholderData: (before) => before,
  })

export const viewsQuery = queryOptions({
  queryKey: ['logs', 'views'],
  queryFn: ({ signal }) => call('GET /logs/views', { signal }),
})

type ViewBody = Pick<View, 'name' | 'query' | 'columns' | 'shared'>

export async function saveView(body: ViewBody, id?: string): Promise<View> {
  const saved =
    id === undefined
      ? await call('POST /logs/views', { body })
      : await call('PUT /logs/views/{id}', { params: { id }, body })
  await queryClient.invalidateQueries(viewsQuery)
  return saved
}

export async function deleteView(id: string): Promise<void> {
  await call('DELETE /logs/views/{id}', { params: { id } })
  await queryClient.invalidateQueries(viewsQuery)
}

/** Saves everything that matches, not only what is in the list. */
export async function exportLines({ q, span }: Asked, format: ExportFormat): Promise<void> {
  // A download cannot renew a session that has run out; this call does.
  await call('GET /me')
  const link = document.createElement('a')
  link.href = urlOf('GET /logs/export', { query: { query: q, ...absolute(span), format } })
  link.download = ''
  link.click()
}

/** `<nanoseconds>.<hash>` */
const millisecondOf = (rowId: string): number => Number(rowId.slice(0, rowId.indexOf('.') - 6))
