import { flag, list, maybeOneOf, text, useSearch } from '#console/search.ts'
import { defaultRange, endsNow } from '#console/timeRange.ts'

/** Everything in the address. */
const searchParams = {
  q: text(),
  from: text(defaultRange.from),
  to: text(defaultRange.to),
  /** Undefined: follows where the range ends now. */
  live: maybeOneOf(['0', '1']),
  /** The line that the address is about. */
  at: text(),
  /** Its surroundings instead of what the filter finds. */
  context: flag(),
  cols: list(),
  wrap: flag(),
  /** What is said again on end is drawn once. */
  collapse: flag(),
  view: text(),
}

export const useLogsSearch = () => useSearch(searchParams)

export type LogsSearch = ReturnType<typeof useLogsSearch>[0]
export type SetLogsSearch = ReturnType<typeof useLogsSearch>[1]

export const isLive = ({ live, at, context, from, to }: LogsSearch): boolean =>
  endsNow({ from, to }) && !context && (live === undefined ? at === '' : live === '1')
