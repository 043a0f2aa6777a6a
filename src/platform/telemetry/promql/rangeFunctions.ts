import { executionError } from './errors.ts'
import { ExactSum, quantileOf } from './goMath.ts'
import type { Grid } from './grid.ts'
import { slidingBest, slidingSum, SortedWindow, type OverWindow } from './sliding.ts'
import type { Points } from './stepSeries.ts'

/** What a function may ask for besides the samples in its window. */
export interface Windows {
  /** The end of the first window, and how far on that of the next one is. */
  fromMs: number
  stepMs: number
  /** A window begins so much before it ends; both ends belong to it. */
  rangeMs: number
  /** The moments the steps are evaluated for, which `offset` and `@` do not move. */
  evaluated: Grid
  /** The values at every step of the arguments that are scalars. */
  scalars: Float64Array[]
}

/** The value at a step, from the samples from `lo` up to, but not including, `hi`. */
type AtStep = (lo: number, hi: number, step: number) => number

export interface RangeFunction {
  /** Fewer samples in a window than these give no value. */
  least: 1 | 2
  /** Asked wherever there is a sample. @throws AppError QUERY_FAILED for arguments out of range */
  check?(windows: Windows, step: number): void
  over(points: Points, windows: Windows): AtStep
}

const extrapolating = (kind: 'rate' | 'increase' | 'delta'): RangeFunction => ({
  least: 2,
  over: ({ timestamps, values }, windows) => {
    const isCounter = kind !== 'delta'
    const resets = isCounter ? fallsOf(values) : []
    let nextReset = 0
    return (lo, hi, step) => {
      while (nextReset < resets.length && resets[nextReset]! <= lo) nextReset++
      const first = values[lo]!
      let change = values[hi - 1]! - first
      for (let i = nextReset; i < resets.length && resets[i]! < hi; i++) change += values[resets[i]! - 1]!
      const endMs = windows.fromMs + step * windows.stepMs
      const coveredSeconds = (timestamps[hi - 1]! - timestamps[lo]!) / 1000
      const betweenSeconds = coveredSeconds / (hi - lo - 1)
      let toStartSeconds = (timestamps[lo]! - (endMs - windows.rangeMs)) / 1000
      const toEndSeconds = (endMs - timestamps[hi - 1]!) / 1000
      // A counter cannot have been below zero, so it is not extrapolated to before it was that.
      if (isCounter && change > 0 && first >= 0)
        toStartSeconds = Math.min(toStartSeconds, coveredSeconds * (first / change))
      // Further from an end than samples are from each other, the series is taken to begin or end in between.
      const nearSeconds = betweenSeconds * 1.1
      let seconds = coveredSeconds
      seconds += toStartSeconds < nearSeconds ? toStartSeconds : betweenSeconds / 2
      seconds += toEndSeconds < nearSeconds ? toEndSeconds : betweenSeconds / 2
      const factor = seconds / coveredSeconds
      return change * (kind === 'rate' ? factor / (windows.rangeMs / 1000) : factor)
    }
  },
})

/** Where a value is less than the one before it. */
function fallsOf(values: Float64Array): number[] {
  const falls: number[] = []
  for (let i = 1; i < values.length; i++) if (values[i]! < values[i - 1]!) falls.push(i)
  return falls
}

const lastTwo = (isRate: boolean): RangeFunction => ({
  least: 2,
  over:
    ({ timestamps, values }) =>
    (_, hi) => {
      const last = values[hi - 1]!
      const previous = values[hi - 2]!
      if (!isRate) return last - previous
      const seconds = (timestamps[hi - 1]! - timestamps[hi - 2]!) / 1000
      return (last < previous ? last : last - previous) / seconds
    },
})

/** How often something happens between neighbours, counted once for the whole series. */
const counting = (happens: (value: number, before: number) => boolean): RangeFunction => ({
  least: 1,
  over: ({ values }) => {
    const total = new Uint32Array(values.length)
    for (let i = 1; i < values.length; i++) total[i] = total[i - 1]! + (happens(values[i]!, values[i - 1]!) ? 1 : 0)
    return (lo, hi) => total[hi - 1]! - total[lo]!
  },
})

const sliding = (over: (values: Float64Array) => OverWindow): RangeFunction => ({
  least: 1,
  over: ({ values }) => over(values),
})

const sumOf =
  (values: Float64Array): OverWindow =>
  (lo, hi) => {
    const sum = new ExactSum()
    for (let i = lo; i < hi; i++) sum.add(values[i]!)
    return Number.isFinite(sum.sum) ? sum.value : sum.sum
  }

const meanOf =
  (values: Float64Array): OverWindow =>
  (lo, hi) => {
    const mean = new ExactSum()
    for (let i = lo; i < hi; i++) {
      const value = values[i]!
      const count = i - lo + 1
      // An infinite mean stays what it is, unless the other infinity or NaN comes.
      if (isInfinite(mean.sum) && (Number.isFinite(value) || value === mean.sum)) continue
      mean.add(value / count - mean.sum / count)
    }
    return isInfinite(mean.sum) ? mean.sum : mean.value
  }

const isInfinite = (value: number): boolean => value === Infinity || value === -Infinity

const varianceOf =
  (values: Float64Array): OverWindow =>
  (lo, hi) => {
    const mean = new ExactSum()
    const squares = new ExactSum()
    for (let i = lo; i < hi; i++) {
      const delta = values[i]! - mean.value
      mean.add(delta / (i - lo + 1))
      squares.add(delta * (values[i]! - mean.value))
    }
    return squares.value / (hi - lo)
  }

interface Line {
  slope: number
  intercept: number
}

/** Least squares; x is in seconds from `originMs`. */
function lineThrough({ timestamps, values }: Points, lo: number, hi: number, originMs: number): Line {
  const [sumX, sumY, sumXY, sumXX] = [new ExactSum(), new ExactSum(), new ExactSum(), new ExactSum()]
  let isConstant = true
  for (let i = lo; i < hi; i++) {
    const x = (timestamps[i]! - originMs) / 1000
    const y = values[i]!
    if (i > lo && y !== values[lo]!) isConstant = false
    sumX.add(x)
    sumY.add(y)
    sumXY.add(x * y)
    sumXX.add(x * x)
  }
  if (isConstant) return isInfinite(values[lo]!) ? { slope: NaN, intercept: NaN } : { slope: 0, intercept: values[lo]! }
  const count = hi - lo
  const covariance = sumXY.value - (sumX.value * sumY.value) / count
  const variance = sumXX.value - (sumX.value * sumX.value) / count
  const slope = covariance / variance
  return { slope, intercept: sumY.value / count - (slope * sumX.value) / count }
}

/** Double exponential smoothing: of the value, and of its trend. */
function smoothed(values: Float64Array, lo: number, hi: number, smoothing: number, trending: number): number {
  let before = 0
  let level = values[lo]!
  let trend = values[lo + 1]! - level
  for (let i = lo + 1; i < hi; i++) {
    if (i > lo + 1) trend = trending * (level - before) + (1 - trending) * trend
    const next = smoothing * values[i]! + (1 - smoothing) * (level + trend)
    before = level
    level = next
  }
  return level
}

const holtWinters: RangeFunction = {
  least: 2,
  check: ({ scalars: [smoothing, trending] }, step) => {
    checkFactor('smoothing', 'sf', smoothing![step]!)
    checkFactor('trend', 'tf', trending![step]!)
  },
  over:
    ({ values }, { scalars: [smoothing, trending] }) =>
    (lo, hi, step) =>
      smoothed(values, lo, hi, smoothing![step]!, trending![step]!),
}

function checkFactor(name: string, sign: string, factor: number): void {
  if (factor <= 0 || factor >= 1)
    throw executionError(`invalid ${name} factor. Expected: 0 < ${sign} < 1, got: ${factor.toFixed(6)}`)
}

/** The functions over a window of samples, apart from `absent_over_time`. */
export const rangeFunctions: ReadonlyMap<string, RangeFunction> = new Map<string, RangeFunction>([
  ['rate', extrapolating('rate')],
  ['increase', extrapolating('increase')],
  ['delta', extrapolating('delta')],
  ['irate', lastTwo(true)],
  ['idelta', lastTwo(false)],
  ['changes', counting((value, before) => value !== before && !(Number.isNaN(value) && Number.isNaN(before)))],
  ['resets', counting((value, before) => value < before)],
  ['sum_over_time', sliding((values) => slidingSum(values, sumOf(values), false))],
  ['avg_over_time', sliding((values) => slidingSum(values, meanOf(values), true))],
  ['min_over_time', sliding((values) => slidingBest(values, (a, b) => (b < a || Number.isNaN(a) ? b : a)))],
  ['max_over_time', sliding((values) => slidingBest(values, (a, b) => (b > a || Number.isNaN(a) ? b : a)))],
  ['stdvar_over_time', sliding(varianceOf)],
  [
    'stddev_over_time',
    sliding((values) => {
      const variance = varianceOf(values)
      return (lo, hi) => Math.sqrt(variance(lo, hi))
    }),
  ],
  ['count_over_time', sliding(() => (lo, hi) => hi - lo)],
  ['present_over_time', sliding(() => () => 1)],
  ['last_over_time', sliding((values) => (_, hi) => values[hi - 1]!)],
  [
    'quantile_over_time',
    {
      least: 1,
      over: ({ values }, { scalars: [quantile] }) => {
        const window = new SortedWindow(values)
        return (lo, hi, step) => {
          window.moveTo(lo, hi)
          return quantileOf(quantile![step]!, window.sorted, 0, window.count, window.nans)
        }
      },
    },
  ],
  ['deriv', { least: 2, over: (points) => (lo, hi) => lineThrough(points, lo, hi, points.timestamps[lo]!).slope }],
  [
    'predict_linear',
    {
      least: 2,
      over:
        (points, { evaluated, scalars: [ahead] }) =>
        (lo, hi, step) => {
          const { slope, intercept } = lineThrough(points, lo, hi, evaluated.fromMs + step * evaluated.stepMs)
          return slope * ahead![step]! + intercept
        },
    },
  ],
  ['holt_winters', holtWinters],
])
