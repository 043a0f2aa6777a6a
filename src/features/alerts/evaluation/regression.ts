/** What one route, or model, did in one stretch of time. */
export interface Measured {
  /** p95 in seconds, or the share of requests that failed. */
  value: number
  /** In the five minutes that `value` is of. */
  requests: number
}

export interface Sensitivity {
  /** Median absolute deviations that are usual. */
  deviations: number
  /** Times the median at least. */
  ratio: number
  requestsMin: number
  /** A deviation below this is taken as this: what hardly ever varies must not alert for next to nothing. */
  deviationFloor: number
}

/** What the comparison rests on. */
export interface Evidence {
  baseline: number
  /** Median absolute deviation, scaled to be a standard deviation where values are normal. */
  mad: number
  current: number
  requests: number
  /** Earlier stretches that were compared. */
  compared: number
}

/** Fewer say nothing about what is usual. */
export const comparedMin = 10
/** Of a normal distribution. */
const madScale = 1.4826

/** The evidence that it is worse than usual; undefined where it is not, or where too little is known. */
export function regressionOf(
  current: Measured,
  earlier: readonly Measured[],
  { deviations, ratio, requestsMin, deviationFloor }: Sensitivity,
): Evidence | undefined {
  if (current.requests < requestsMin || !Number.isFinite(current.value)) return undefined
  const values = earlier
    .filter(({ value, requests }) => Number.isFinite(value) && requests >= requestsMin / 2)
    .map(({ value }) => value)
  if (values.length < comparedMin) return undefined
  const baseline = median(values)
  const mad = madScale * median(values.map((value) => Math.abs(value - baseline)))
  const usualMax = Math.max(baseline * ratio, baseline + deviations * Math.max(mad, deviationFloor))
  if (current.value <= usualMax) return undefined
  return { baseline, mad, current: current.value, requests: current.requests, compared: values.length }
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).toSorted()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
