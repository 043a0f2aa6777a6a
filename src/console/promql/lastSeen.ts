import type { Reply } from '#kernel/contract.ts'
import { secondMs } from '#kernel/time.ts'
import type { Api } from '../api.ts'
import type { Span } from '../timeRange.ts'

type Result = Reply<Api['POST /metrics/query']>['results'][number]

export const lookbackDays = 7

/**
 * When the expression last had a series, Unix seconds. A sample counts for five minutes, so that none hides between two
 * steps of the subquery. The expression may end with a comment.
 */
export const lastSeenExpression = (expression: string): string =>
  `max(max_over_time(timestamp(\n${expression}\n)[${lookbackDays}d:5m]))`

/** The newest of the answers, ms since 1970; undefined where nothing was seen. */
export function newestOf(results: readonly Result[]): number | undefined {
  const seconds = results.flatMap((result) =>
    result.type === 'vector' ? result.series.flatMap(({ value }) => (typeof value === 'number' ? [value] : [])) : [],
  )
  return seconds.length > 0 ? Math.max(...seconds) * secondMs : undefined
}

/** As long as the span was, with that moment near its end and some of what follows. */
export function spanAround(seenMs: number, { fromMs, toMs }: Span, nowMs: number): Span {
  const lengthMs = toMs - fromMs
  const endMs = Math.min(seenMs + lengthMs / 10, nowMs)
  return { fromMs: endMs - lengthMs, toMs: endMs }
}
