import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { leastOf, mostOf, type TimeLine } from '#console/ui/timeLines.ts'
import type { Level, Panel } from './queries.ts'

export type Result = Reply<Api['POST /metrics/query']>['results'][number]
export type Labels = Record<string, string>

/** One line of a panel: of which query, with which labels, with what values. */
export interface Series {
  key: string
  name: string
  labels: Labels
  values: (number | null)[]
  /** What it was between the moments, where that is more than its values. */
  lows?: (number | null)[]
  highs?: (number | null)[]
}

export interface SeriesGrid {
  times: number[]
  series: Series[]
}

type Point = number | string | null

/** `"NaN"` and the infinities are no place on an axis. */
const drawable = (point: Point): number | null => (typeof point === 'number' ? point : null)

/** The answers of a panel's queries; those over a span share one grid. Errors are passed over. */
export function seriesOf(panel: Panel, results: readonly Result[]): SeriesGrid {
  const matrix = results.find((result) => result.type === 'matrix')
  const length = Math.max(
    0,
    ...results.flatMap((result) => (result.type === 'matrix' ? result.series.map(({ values }) => values.length) : [])),
  )
  const series = results.flatMap((result, index): Series[] => {
    if (result.type === 'error') return []
    const legend = panel.queries[index]?.legend ?? ''
    const expr = panel.queries[index]?.expr ?? ''
    return result.series.map((one) => ({
      key: `${index}${JSON.stringify(Object.entries(one.metric).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`,
      name: seriesName(legend, one.metric, expr),
      labels: one.metric,
      values: 'values' in one ? one.values.map(drawable) : [drawable(one.value)],
      ...('lows' in one && one.lows && one.highs && { lows: one.lows.map(drawable), highs: one.highs.map(drawable) }),
    }))
  })
  return {
    times: matrix ? Array.from({ length }, (_, index) => matrix.start_ms + index * matrix.step_ms) : [],
    series,
  }
}

/** The legend with its `{{label}}` filled in; without one all labels, or the expression where there are none. */
export function seriesName(legend: string, metric: Labels, expr: string): string {
  if (legend !== '') return legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_all, label: string) => metric[label] ?? '').trim()
  const { __name__: name = '', ...labels } = metric
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  if (name === '' && pairs.length === 0) return expr
  return pairs.length === 0 ? name : `${name}{${pairs.join(', ')}}`
}

/** As charts draw them. */
export const linesOf = ({ series }: SeriesGrid): TimeLine[] =>
  series.map(({ name, labels: _labels, ...line }) => ({ ...line, label: name }))

type Ends = Pick<Series, 'values' | 'lows' | 'highs'>

/** What counts of a line for the one value that stands for it. */
export const countingFor = ({ values, lows = values, highs = values }: Ends, by: Panel['reduce']): Series['values'] =>
  by === 'min' ? lows : by === 'max' ? highs : values

/** The one value that stands for a line; null where it has none. */
export function reduced(one: Ends, by: Panel['reduce']): number | null {
  const values = countingFor(one, by)
  if (by === 'min') return leastOf(values)
  if (by === 'max') return mostOf(values)
  const there = values.filter((value) => value !== null)
  if (there.length === 0) return null
  if (by === 'last') return there.at(-1)!
  const sum = there.reduce((total, value) => total + value, 0)
  return by === 'sum' ? sum : sum / there.length
}

/** Of the highest threshold that is reached; undefined below all, and where there are none. */
export const levelFor = (value: number | null, thresholds: Panel['thresholds']): Level | undefined =>
  value === null
    ? 'unknown'
    : thresholds.toSorted((a, b) => a.value - b.value).findLast((threshold) => value >= threshold.value)?.level

const severities: readonly Level[] = ['critical', 'error', 'warn', 'info', 'ok']

/** The worst that a line was from the moment before up to one, by its index. */
export function worstLevel(
  { values, lows = values, highs = values }: Ends,
  index: number,
  thresholds: Panel['thresholds'],
): Level {
  const there = [values[index], lows[index], highs[index]].filter((value) => value !== null && value !== undefined)
  const levels = new Set(there.map((value) => levelFor(value, thresholds)))
  return severities.find((level) => levels.has(level)) ?? 'unknown'
}

/** 0 to 1 along the scale of a gauge or bar. */
export function shareOf(value: number | null, { min, max }: Pick<Panel, 'min' | 'max'>, highest: number): number {
  const [low, high] = [min ?? 0, max ?? highest]
  return value === null || high <= low ? 0 : Math.min(1, Math.max(0, (value - low) / (high - low)))
}
