import type { TimeLine, Values } from '#console/ui/timeLines.ts'
import type { Matrix, Result, Vector } from './asked.ts'

export type Labels = Record<string, string>

export interface Lines {
  times: number[]
  lines: TimeLine[]
}

type Point = number | string | null

/** `"NaN"` and the infinities cannot be drawn. */
const drawable = (point: Point): number | null => (typeof point === 'number' ? point : null)

/** Series of one query, with the letter of its row where there are several. */
export interface Answered {
  letter: string | undefined
  expression: string
  result: Result
}

/** One grid for the answers of all queries, which share their span and step. */
export function linesOf(answers: readonly Answered[]): Lines {
  const matrices = answers.filter((answer): answer is Answered & { result: Matrix } => answer.result.type === 'matrix')
  const stepMs = matrices[0]?.result.step_ms ?? 0
  const startMs = Math.min(...matrices.map(({ result }) => result.start_ms))
  const pointCount = Math.max(
    0,
    ...matrices.flatMap(({ result }) => {
      const ahead = (result.start_ms - startMs) / stepMs
      return result.series.map(({ values }) => ahead + values.length)
    }),
  )
  return {
    times: Array.from({ length: pointCount }, (_, index) => startMs + index * stepMs),
    lines: matrices.flatMap(({ letter, expression, result }) => {
      const common = commonLabels(result.series.map(({ metric }) => metric))
      const ahead = (result.start_ms - startMs) / stepMs
      const onGrid = (points: readonly Point[]): Values =>
        Array.from({ length: pointCount }, (_, index) => drawable(points[index - ahead] ?? null))
      return result.series.map(({ metric, values, lows, highs }) => ({
        key: `${letter ?? ''}${labelText(metric)}`,
        label: [letter, nameOf(metric, common, expression)].filter(Boolean).join(' '),
        values: onGrid(values),
        ...(lows && highs && { lows: onGrid(lows), highs: onGrid(highs) }),
      }))
    }),
  }
}

/** What all series have alike; of a single one that is everything, which tells nothing apart. */
export function commonLabels(metrics: readonly Labels[]): Labels {
  const [first = {}, ...rest] = metrics
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => rest.every((metric) => metric[name] === value)),
  )
}

/** Only what tells the series apart; for a single series its name, or the expression where it has none. */
function nameOf(metric: Labels, common: Labels, expression: string): string {
  const { __name__: name = '', ...labels } = metric
  const differing = Object.fromEntries(Object.entries(labels).filter(([label]) => !(label in common)))
  const hasName = name !== '' && !('__name__' in common && Object.keys(differing).length > 0)
  const text = labelText({ ...(hasName && { __name__: name }), ...differing })
  return text === '{}' ? expression : text
}

/** `up{instance="a"}`, as PromQL writes it. */
export function labelText({ __name__: name = '', ...labels }: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  return pairs.length === 0 && name !== '' ? name : `${name}{${pairs.join(', ')}}`
}

/** A row of the table: labels and the newest value. */
export interface SeriesRow {
  key: string
  letter: string | undefined
  metric: Labels
  value: Point
}

/** The newest value of each series. */
export function seriesRows(answers: readonly Answered[]): SeriesRow[] {
  return answers.flatMap(({ letter, result }) =>
    result.type === 'error'
      ? []
      : pointsOf(result).map(({ metric, value }) => ({
          key: `${letter ?? ''}${labelText(metric)}`,
          letter,
          metric,
          value,
        })),
  )
}

const pointsOf = (result: Matrix | Vector): { metric: Labels; value: Point }[] =>
  result.type === 'vector'
    ? result.series
    : result.series.map(({ metric, values }) => ({
        metric,
        value: values.findLast((value) => value !== null) ?? null,
      }))
