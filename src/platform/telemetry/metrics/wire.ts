import { labelPairs, type Labels } from '../labels.ts'
import type { Extremes } from './extremes.ts'
import type { PromValue, QueryResult, Series } from './metrics.ts'

/** A value as Prometheus writes it: shortest digits, exponents of two digits, `NaN`, `+Inf`, `-Inf`. */
export function sampleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const text = String(value)
  return text.includes('e') ? text.replace(/e([+-])(\d)$/, 'e$10$2') : text
}

const secondsText = (ms: number): string => (ms % 1_000 === 0 ? String(ms / 1_000) : (ms / 1_000).toFixed(3))

const metricText = (labels: Labels): string =>
  `{${labelPairs(labels)
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
    .join(',')}}`

const pairText = (atMs: number, value: number): string => `[${secondsText(atMs)},"${sampleText(value)}"]`

/** Series without gaps share one array of times, whose texts are then made once. */
function timeTexts(): (timestamps: Float64Array) => readonly string[] {
  let known: Float64Array | undefined
  let texts: string[] = []
  return (timestamps) => {
    if (timestamps !== known) {
      known = timestamps
      texts = Array.from(timestamps, (atMs) => `[${secondsText(atMs)},"`)
    }
    return texts
  }
}

function pointsText({ timestamps, values }: Series, textsOf: ReturnType<typeof timeTexts>): string {
  if (values.length === 0) return '[]'
  const texts = textsOf(timestamps)
  // Joined once: a text that grows by each point takes a third more.
  const points = texts.map((text, index) => text + sampleText(values[index]!))
  return `[${points.join('"],')}"]]`
}

/** `{"resultType", "result"}` of Prometheus' HTTP API, at most `limit` series (0: all). */
export function prometheusData(value: PromValue, limit = 0): string {
  const cut = <T>(items: readonly T[]): readonly T[] => (limit > 0 ? items.slice(0, limit) : items)
  if (value.type === 'scalar') return `{"resultType":"scalar","result":${pairText(value.atMs, value.value)}}`
  if (value.type === 'string')
    return `{"resultType":"string","result":[${secondsText(value.atMs)},${JSON.stringify(value.value)}]}`
  if (value.type === 'vector') {
    const samples = cut(value.samples).map(
      ({ labels, atMs, value }) => `{"metric":${metricText(labels)},"value":${pairText(atMs, value)}}`,
    )
    return `{"resultType":"vector","result":[${samples.join(',')}]}`
  }
  const textsOf = timeTexts()
  const series = cut(value.series).map(
    (one) => `{"metric":${metricText(one.labels)},"values":${pointsText(one, textsOf)}}`,
  )
  return `{"resultType":"matrix","result":[${series.join(',')}]}`
}

/** A number as JSON; what JSON has no number for as text; null for nothing. */
const gridText = (value: number | undefined): string => {
  if (value === undefined) return 'null'
  return Number.isFinite(value) ? String(value) : `"${sampleText(value)}"`
}

const resultHead = ({ warnings, stats }: QueryResult): string =>
  `"warnings":${JSON.stringify(warnings)},"samples":${stats.samples},"took_ms":${Math.round(stats.tookMs * 10) / 10}`

/**
 * An answer for charts: values of each series on the grid `from, from + step, …, to`, null where there is none; with
 * them the extremes of each step, where there are any.
 */
export function gridJson(
  result: QueryResult,
  { fromMs, toMs, stepMs }: { fromMs: number; toMs: number; stepMs: number },
  extremes?: ReadonlyMap<Series, Extremes>,
): string {
  const length = Math.floor((toMs - fromMs) / stepMs) + 1
  const rows = seriesOf(result.value, fromMs, toMs, stepMs).map((series) => {
    const values = onGrid(series.timestamps, series.values, fromMs, stepMs, length).join(',')
    return `{"metric":${metricText(series.labels)},"values":[${values}]${extremesText(extremes?.get(series))}}`
  })
  return `{"type":"matrix","start_ms":${fromMs},"step_ms":${stepMs},"series":[${rows.join(',')}],${resultHead(result)}}`
}

function onGrid(
  timestamps: Float64Array,
  values: Float64Array,
  fromMs: number,
  stepMs: number,
  length: number,
): string[] {
  const grid = Array.from({ length }, () => 'null')
  for (let index = 0; index < values.length; index++)
    grid[Math.round((timestamps[index]! - fromMs) / stepMs)] = gridText(values[index])
  return grid
}

const extremesText = (extremes: Extremes | undefined): string =>
  extremes ? `,"lows":[${presentText(extremes.lows)}],"highs":[${presentText(extremes.highs)}]` : ''

const presentText = (numbers: Float64Array): string =>
  Array.from(numbers, (number) => gridText(Number.isNaN(number) ? undefined : number)).join(',')

/** A number over a span is a line without labels. */
function seriesOf(value: PromValue, fromMs: number, toMs: number, stepMs: number): Series[] {
  if (value.type === 'matrix') return value.series
  if (value.type !== 'scalar') return []
  const timestamps = Float64Array.from(
    { length: Math.floor((toMs - fromMs) / stepMs) + 1 },
    (_, i) => fromMs + i * stepMs,
  )
  return [{ labels: {}, timestamps, values: new Float64Array(timestamps.length).fill(value.value) }]
}

/** An answer at one moment; of a range vector the newest sample of each series. */
export function momentJson(result: QueryResult, atMs: number): string {
  const rows = momentsOf(result.value).map(
    ({ labels, value }) => `{"metric":${metricText(labels)},"value":${gridText(value)}}`,
  )
  return `{"type":"vector","at_ms":${atMs},"series":[${rows.join(',')}],${resultHead(result)}}`
}

function momentsOf(value: PromValue): { labels: Labels; value: number | undefined }[] {
  if (value.type === 'vector') return value.samples
  if (value.type === 'matrix') return value.series.map(({ labels, values }) => ({ labels, value: values.at(-1) }))
  return value.type === 'scalar' ? [{ labels: {}, value: value.value }] : []
}
