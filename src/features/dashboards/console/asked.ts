import type { Span } from '#console/timeRange.ts'
import type { Panel } from './queries.ts'
import { interpolate, timeWords, type Grid, type Scope } from './variables.ts'

const stepSeconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400]

/** Points of a chart over the whole width; narrower ones have fewer, since there is no room to see more. */
const pointsWide = 480
const pointsMin = 120
const heartbeatsMax = 60

/** Queries of one request at most. */
export const batchMax = 50

/** One query as `POST /metrics/query` takes it. */
export interface AskedQuery {
  query: string
  from_ms?: number
  to_ms?: number
  step_ms?: number
  extremes?: boolean
}

/** The points of the panel: handy steps, both ends on a multiple of the step, so that lines do not tremble. */
export function gridOf({ type, w }: Pick<Panel, 'type' | 'w'>, { fromMs, toMs }: Span): Grid {
  const wanted = type === 'status' ? heartbeatsMax : Math.max(pointsMin, (pointsWide * w) / 24)
  const seconds = (toMs - fromMs) / 1_000 / wanted
  const stepMs = (stepSeconds.find((step) => step >= seconds) ?? Math.ceil(seconds / 86_400) * 86_400) * 1_000
  return { fromMs: Math.floor(fromMs / stepMs) * stepMs, toMs: Math.floor(toMs / stepMs) * stepMs, stepMs }
}

/** Panels that ask for metrics, and only of one moment where the present is all they show. */
const isInstant = ({ type, reduce }: Panel): boolean => reduce === 'last' && ['gauge', 'bar', 'table'].includes(type)

export const asksMetrics = ({ type, queries }: Panel): boolean =>
  type !== 'text' && type !== 'logs' && queries.some(({ expr }) => expr.trim() !== '')

/** What lies between the points counts too; only on top of each other it adds up to what never was. */
const asksExtremes = ({ type, stacked, reduce }: Panel): boolean =>
  type === 'timeseries' ? !stacked : type === 'status' || reduce === 'min' || reduce === 'max'

/** In the order of the panel's queries; an empty one asks for nothing and stands so that the others keep their place. */
export function askedBy(panel: Panel, span: Span, scope: Scope): AskedQuery[] {
  if (!asksMetrics(panel)) return []
  const grid = gridOf(panel, span)
  const words = timeWords(grid)
  const extremes = asksExtremes(panel)
  return panel.queries.map(({ expr }) => {
    const query = interpolate(expr, scope, words).trim() || 'vector(0) < 0'
    return isInstant(panel)
      ? { query, to_ms: span.toMs }
      : { query, from_ms: grid.fromMs, to_ms: grid.toMs, step_ms: grid.stepMs, ...(extremes && { extremes }) }
  })
}

/** Consecutive groups whose queries together fit one request. */
export function inBatches<T extends { asked: readonly AskedQuery[] }>(wanted: readonly T[]): T[][] {
  const batches: T[][] = []
  let room = 0
  for (const one of wanted) {
    if (one.asked.length > room || batches.length === 0) {
      batches.push([])
      room = batchMax
    }
    batches.at(-1)!.push(one)
    room -= one.asked.length
  }
  return batches
}
