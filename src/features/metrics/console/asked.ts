import type { Reply } from '#kernel/contract.ts'
import { hourMs, minuteMs, secondMs, dayMs } from '#kernel/time.ts'
import type { Api } from '#console/api.ts'
import type { Span } from '#console/timeRange.ts'

export type Result = Reply<Api['POST /metrics/query']>['results'][number]
export type Matrix = Extract<Result, { type: 'matrix' }>
type Series = Matrix['series'][number]
type Points = Series['values']
export type Vector = Extract<Result, { type: 'vector' }>
export type Problem = Extract<Result, { type: 'error' }>

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200]
const pointsWanted = 600

/** Ms between two points: the shortest handy step with at most 600 of them. */
export function stepFor({ fromMs, toMs }: Span): number {
  const wantedMs = (toMs - fromMs) / pointsWanted
  return (steps.find((seconds) => seconds * secondMs >= wantedMs) ?? Math.ceil(wantedMs / dayMs) * 86_400) * secondMs
}

const unitMs: Record<string, number> = { ms: 1, s: secondMs, m: minuteMs, h: hourMs, d: dayMs }

/** `30s`, `5m` in ms; undefined when it is none. A bare number is seconds. */
export function stepOf(text: string): number | undefined {
  const match = /^(\d{1,7})(ms|[smhd])?$/.exec(text.trim())
  const ms = match ? Number(match[1]) * unitMs[match[2] ?? 's']! : 0
  return ms > 0 ? ms : undefined
}

export function stepText(ms: number): string {
  const unit = ['d', 'h', 'm', 's'].find((name) => Number.isInteger(ms / unitMs[name]!)) ?? 'ms'
  return `${ms / unitMs[unit]!}${unit}`
}

/** Five times as coarse at least, in handy steps. */
export function coarserThan(stepMs: number, span: Span): number {
  const wantedSeconds = Math.max((stepMs * 5) / secondMs, stepFor(span) / secondMs)
  return (steps.find((seconds) => seconds >= wantedSeconds) ?? Math.ceil(wantedSeconds / 86_400) * 86_400) * secondMs
}

/** Ends on multiples of the step, so that points of a later answer stand where those of this one do. */
export const onGrid = ({ fromMs, toMs }: Span, stepMs: number): Span => ({
  fromMs: Math.floor(fromMs / stepMs) * stepMs,
  toMs: Math.floor(toMs / stepMs) * stepMs,
})

/** Last points may have been taken before their samples were all there. */
const pointsAgain = 2

/** Where an answer that is known already has to be asked anew. */
export const tailFrom = ({ toMs }: Span, stepMs: number): number => toMs - (pointsAgain - 1) * stepMs

const keyOf = (metric: Record<string, string>): string =>
  JSON.stringify(Object.entries(metric).toSorted(([one], [other]) => (one < other ? -1 : 1)))

/** The earlier answer up to where the tail begins, then the tail; nothing before `fromMs`. Both on one grid. */
export function joined(earlier: Matrix, tail: Matrix, fromMs: number): Matrix {
  const stepMs = earlier.step_ms
  const skipped = Math.max(0, Math.round((fromMs - earlier.start_ms) / stepMs))
  const kept = Math.round((tail.start_ms - earlier.start_ms) / stepMs)
  const tailLength = Math.max(0, ...tail.series.map(({ values }) => values.length))
  const news = new Map(tail.series.map((one) => [keyOf(one.metric), one]))
  const gap = (length: number): null[] => Array.from({ length: Math.max(0, length) }, () => null)
  const one = (old: Series | undefined, added: Series | undefined): Series => {
    const whole = (pointsOf: (series: Series) => Points): Points => {
      const before = old ? pointsOf(old).slice(skipped, kept) : []
      return [...before, ...gap(kept - skipped - before.length), ...(added ? pointsOf(added) : gap(tailLength))]
    }
    const { metric } = (old ?? added)!
    const values = whole((series) => series.values)
    if (!old?.lows && !added?.lows) return { metric, values }
    // Where only one of them has extremes, the other never was anything but its values.
    const lows = whole((series) => series.lows ?? series.values)
    const highs = whole((series) => series.highs ?? series.values)
    return { metric, values, lows, highs }
  }
  const known = earlier.series.map((old) => {
    const key = keyOf(old.metric)
    const added = news.get(key)
    news.delete(key)
    return one(old, added)
  })
  const fresh = [...news.values()].map((added) => one(undefined, added))
  return {
    ...tail,
    start_ms: earlier.start_ms + skipped * stepMs,
    series: [...known, ...fresh].filter(({ values }) => values.some((value) => value !== null)),
  }
}
