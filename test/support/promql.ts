import type { Labels } from '../../src/platform/telemetry/labels.ts'
import {
  staleNan,
  type QueryOptions,
  type SampleSource,
  type Series,
} from '../../src/platform/telemetry/metrics/metrics.ts'
import { formatNumber } from '../../src/platform/telemetry/promql/goMath.ts'
import { evaluateInstant, evaluateRange, parsePromql, selectorsOf } from '../../src/platform/telemetry/promql/index.ts'
import { labelOf, metricName, withoutName } from '../../src/platform/telemetry/promql/labelSets.ts'
import { memorySource } from './memorySource.ts'

/**
 * Series in the notation of Prometheus' own tests: `{'up{job="a"}': '1 0+10x3 _ stale'}` is 1, then 0, 10, 20 and 30,
 * a gap, and the marker of a series' end, one sample every `everyMs` from 0 on.
 */
export function seriesOf(written: Record<string, string>, everyMs = 60_000): Series[] {
  return Object.entries(written).map(([selector, notation]) => {
    const samples = notation
      .split(' ')
      .flatMap(expanded)
      .map((value, index) => ({ value, atMs: index * everyMs }))
      .filter(({ value }) => value !== '_')
    const values = Float64Array.from(samples, ({ value }) => (value === 'stale' ? 0 : Number(value)))
    const bits = new BigUint64Array(values.buffer)
    for (const [index, { value }] of samples.entries()) if (value === 'stale') bits[index] = staleNan
    return { labels: labelsOf(selector), timestamps: Float64Array.from(samples, ({ atMs }) => atMs), values }
  })
}

/** `0+10x3` as the four values it stands for; `_x5` as six gaps. */
function expanded(token: string): string[] {
  const [, start, step = '0', times] = /^(_|-?[\d.]+)([+-][\d.]+)?x(\d+)$/.exec(token) ?? []
  if (start === undefined) return [token]
  return Array.from({ length: Number(times) + 1 }, (_, index) =>
    start === '_' ? '_' : String(Number(start) + index * Number(step)),
  )
}

const labelsOf = (selector: string): Labels =>
  Object.fromEntries(selectorsOf(selector).map(({ name, value }) => [name, value]))

export interface Asking {
  /** The answer at a moment, one line for each series, `up{job="a"} 1`; a scalar is its value. */
  at(expression: string, seconds: number, options?: QueryOptions): Promise<string[]>
  /** The values of the only series, `_` where there is none. */
  over(expression: string, from: number, to: number, step: number, options?: QueryOptions): Promise<string>
}

export const asking = (written: Record<string, string>, everyMs?: number): Asking =>
  askingSource(memorySource(seriesOf(written, everyMs)))

export const askingSource = (source: SampleSource): Asking => ({
  at: async (expression, seconds, options) => {
    const { value } = await evaluateInstant(parsePromql(expression), seconds * 1_000, source, options)
    switch (value.type) {
      case 'vector':
        return value.samples.map(({ labels, value }) => `${nameOf(labels)} ${formatNumber(value)}`)
      case 'matrix':
        return value.series.map(({ labels, values }) => [nameOf(labels), ...Array.from(values, formatNumber)].join(' '))
      case 'scalar':
        return [formatNumber(value.value)]
      case 'string':
        return [value.value]
    }
  },
  over: async (expression, from, to, step, options) => {
    const moments = { fromMs: from * 1_000, toMs: to * 1_000, stepMs: step * 1_000 }
    const { value } = await evaluateRange(parsePromql(expression), moments, source, options)
    if (value.type !== 'matrix') throw new Error(`A range gave a ${value.type}`)
    const [series] = value.series
    const count = Math.floor((to - from) / step) + 1
    return Array.from({ length: count }, (_, index) => {
      const at = series?.timestamps.indexOf(moments.fromMs + index * moments.stepMs) ?? -1
      return at < 0 ? '_' : formatNumber(series!.values[at]!)
    }).join(' ')
  },
})

function nameOf(labels: Labels): string {
  const pairs = Object.entries(withoutName(labels)).map(([name, value]) => `${name}="${value}"`)
  return `${labelOf(labels, metricName)}{${pairs.toSorted().join(', ')}}`
}
