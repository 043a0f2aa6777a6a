import { metricName, keyWithout, labelOf, without } from './labelSets.ts'
import type { Execution } from './execution.ts'
import { parseNumber } from './goMath.ts'
import { Distinct, emptySeries, isEmpty, type StepSeries } from './stepSeries.ts'

interface Bucket {
  upperBound: number
  series: StepSeries
}

const bound: ReadonlySet<string> = new Set(['le'])
const boundAndName: ReadonlySet<string> = new Set(['le', metricName])

/** `histogram_quantile` over the series of buckets, at every step for itself. */
export async function histogramQuantile(
  execution: Execution,
  series: StepSeries[],
  quantile: Float64Array,
): Promise<StepSeries[]> {
  const distinct = new Distinct()
  for (const buckets of histogramsOf(series)) {
    if (execution.isDue) await execution.pause()
    const result = emptySeries(without(buckets[0]!.series.labels, boundAndName), quantile.length)
    for (let step = 0; step < quantile.length; step++) {
      const counts = buckets.filter(({ series }) => series.present[step] === 1)
      if (counts.length === 0) continue
      result.values[step] = quantileAt(quantile[step]!, counts, step)
      result.present[step] = 1
    }
    if (!isEmpty(result.present)) distinct.add(result)
  }
  return distinct.all()
}

/** The buckets of each histogram, by their bounds. What has no bound is left out. */
function histogramsOf(series: StepSeries[]): Bucket[][] {
  const histograms = new Map<string, Bucket[]>()
  for (const one of series) {
    const upperBound = parseNumber(labelOf(one.labels, 'le'))
    if (upperBound === undefined) continue
    const key = keyWithout(one.labels, bound)
    const known = histograms.get(key)
    if (known) known.push({ upperBound, series: one })
    else histograms.set(key, [{ upperBound, series: one }])
  }
  return [...histograms.values()].map((buckets) => buckets.toSorted((a, b) => a.upperBound - b.upperBound))
}

function quantileAt(quantile: number, buckets: Bucket[], step: number): number {
  if (Number.isNaN(quantile)) return NaN
  if (quantile < 0) return -Infinity
  if (quantile > 1) return Infinity
  if (buckets.at(-1)!.upperBound !== Infinity) return NaN
  const { bounds, counts } = cumulated(buckets, step)
  const last = bounds.length - 1
  const observations = counts[last]!
  if (last < 1 || observations === 0) return NaN
  const rank = quantile * observations
  let index = 0
  while (index < last && !(counts[index]! >= rank)) index++
  if (index === last) return bounds[last - 1]!
  if (index === 0 && bounds[0]! <= 0) return bounds[0]!
  const [start, below] = index === 0 ? [0, 0] : [bounds[index - 1]!, counts[index - 1]!]
  return start + (bounds[index]! - start) * ((rank - below) / (counts[index]! - below))
}

/** Buckets with equal bounds are one; and a count less than the one before it, which cannot be, is raised to it. */
function cumulated(buckets: Bucket[], step: number): { bounds: number[]; counts: number[] } {
  const bounds: number[] = []
  const counts: number[] = []
  for (const { upperBound, series } of buckets) {
    const count = series.values[step]!
    if (bounds.at(-1) === upperBound) counts.push(counts.pop()! + count)
    else {
      bounds.push(upperBound)
      counts.push(count)
    }
  }
  let most = counts[0]!
  for (let i = 1; i < counts.length; i++) {
    if (counts[i]! > most) most = counts[i]!
    else if (counts[i]! < most) counts[i] = most
  }
  return { bounds, counts }
}
