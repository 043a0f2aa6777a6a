import { LRUCache } from 'lru-cache'
import { AppError } from '#kernel/errors.ts'
import { minuteMs, secondMs } from '#kernel/time.ts'
import { labelsKey, type Labels } from '../labels.ts'
import { betweenSteps } from '../promql/index.ts'
import type { MetricStore, QueryLimits, QueryOptions, QueryResult, Series, TimeSpan } from './metrics.ts'

/** The least and the most of a series since the step before, one for each step of the range; NaN where it had no value. */
export interface Extremes {
  lows: Float64Array
  highs: Float64Array
}

type Range = TimeSpan & { stepMs: number }

/** The chart can be drawn without them: they may take only so long, and so many numbers (8 MiB) may be found. */
const timeoutMs = 2 * secondMs
const numbersMax = 1_048_576
/** What took too long is not tried at each look of those who refresh. */
const tookTooLong = new LRUCache<string, true>({ max: 1_000, ttl: 10 * minuteMs })
/** Nobody tells more lines apart, and the answer would be three times as long. */
const seriesMax = 200

/**
 * Answers a range query, and what its series were between the steps, which the answer alone passes over. By series of
 * the answer, the first 200 of them; undefined where there is nothing between steps, or finding it would cost too much
 * or failed.
 */
export async function rangeWithExtremes(
  store: MetricStore,
  expression: string,
  range: Range,
  options: QueryOptions,
): Promise<{ result: QueryResult; extremes: ReadonlyMap<Series, Extremes> | undefined }> {
  const result = await store.range(expression, range, options)
  const without = { result, extremes: undefined }
  const key = `${range.stepMs} ${expression}`
  if (result.value.type !== 'matrix' || result.value.series.length === 0 || tookTooLong.has(key)) return without
  const { series } = result.value
  try {
    const limits: Partial<QueryLimits> = {
      ...options.limits,
      timeoutMs: Math.min(timeoutMs, options.limits?.timeoutMs ?? timeoutMs),
    }
    const found = await foundBetween(store, expression, range, series.length, { ...options, limits })
    return { result, extremes: found && bySeries(series.slice(0, seriesMax), found, range) }
  } catch (error) {
    options.signal?.throwIfAborted()
    if (!(error instanceof AppError)) throw error
    if (error.code === 'QUERY_TIMEOUT') tookTooLong.set(key, true)
    return without
  }
}

type Found = (labels: Labels) => Extremes | undefined

async function foundBetween(
  store: MetricStore,
  expression: string,
  range: Range,
  seriesCount: number,
  options: QueryOptions,
): Promise<Found | undefined> {
  const { fromMs, toMs, stepMs } = range
  const points = stepsOf(range)
  const inWindows = numbersMax / (seriesCount * points)
  const inSteps = Math.min(inWindows, (options.limits?.pointsMax ?? Infinity) / points)
  const between = betweenSteps(expression, stepMs, { inWindows, inSteps })
  if (between?.by === 'windows') {
    const [least, most] = await Promise.all([
      store.range(between.least, range, options),
      store.range(between.most, range, options),
    ])
    return byLabels(least, most, range, unnamedKey)
  }
  if (between?.by === 'steps') {
    // The first step, too, is a whole one.
    const finer = { fromMs: fromMs - stepMs + between.stepMs, toMs, stepMs: between.stepMs }
    const found = await store.range(expression, finer, options)
    return byLabels(found, found, range, labelsKey)
  }
  return undefined
}

const stepsOf = ({ fromMs, toMs, stepMs }: Range): number => Math.floor((toMs - fromMs) / stepMs) + 1

/** Some stores take the name away; it tells no two of these series apart. */
const unnamedKey = (labels: Labels): string => labelsKey({ ...labels, __name__: '' })

/** Of the answers that hold the least and the most of each series; they may be one. */
function byLabels(least: QueryResult, most: QueryResult, range: Range, keyOf: (labels: Labels) => string): Found {
  const seriesByKey = ({ value }: QueryResult): Map<string, Series> =>
    new Map(value.type === 'matrix' ? value.series.map((one) => [keyOf(one.labels), one]) : [])
  const lowest = seriesByKey(least)
  const highest = most === least ? lowest : seriesByKey(most)
  return (labels) => {
    const key = keyOf(labels)
    const [low, high] = [lowest.get(key), highest.get(key)]
    return low && high && { lows: foldedBy(Math.min, low, range), highs: foldedBy(Math.max, high, range) }
  }
}

/** What the samples up to each step, and after the one before, come to; NaN where there are none. */
function foldedBy(fold: typeof Math.min, { timestamps, values }: Series, range: Range): Float64Array {
  const folded = new Float64Array(stepsOf(range)).fill(NaN)
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!
    const step = Math.ceil((timestamps[index]! - range.fromMs) / range.stepMs)
    if (Number.isNaN(value) || step < 0 || step >= folded.length) continue
    const known = folded[step]!
    folded[step] = Number.isNaN(known) ? value : fold(known, value)
  }
  return folded
}

/** Only of the series that were anything else between their steps than at them. */
function bySeries(series: readonly Series[], found: Found, range: Range): ReadonlyMap<Series, Extremes> {
  const extremes = new Map<Series, Extremes>()
  for (const one of series) {
    const between = found(one.labels)
    if (between && reachesBeyond(one, between, range)) extremes.set(one, between)
  }
  return extremes
}

/** Takes the values at the steps in; tells whether any of the extremes lies elsewhere. */
function reachesBeyond({ timestamps, values }: Series, { lows, highs }: Extremes, range: Range): boolean {
  const seen = new Uint8Array(lows.length)
  let isBeyond = false
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!
    const step = Math.round((timestamps[index]! - range.fromMs) / range.stepMs)
    seen[step] = 1
    if (lows[step]! < value || highs[step]! > value) isBeyond = true
    if (Number.isNaN(value)) continue
    lows[step] = Number.isNaN(lows[step]!) ? value : Math.min(lows[step]!, value)
    highs[step] = Number.isNaN(highs[step]!) ? value : Math.max(highs[step]!, value)
  }
  return isBeyond || seen.some((there, step) => there === 0 && !Number.isNaN(lows[step]!))
}
