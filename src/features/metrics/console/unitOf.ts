import type { Unit } from '#console/ui/unit.ts'

/** Names end in their unit: https://prometheus.io/docs/practices/naming/ */
const endings: [ending: RegExp, unit: Unit][] = [
  [/_bytes$/, 'bytes'],
  [/_milliseconds$|_ms$/, 'ms'],
  [/_seconds$/, 'seconds'],
  [/_ratio$/, 'ratio'],
  [/_percent$/, 'percent'],
]

/** A guess at what the numbers are, from the names in the expression and whether they are rates. */
export function unitOf(expression: string): Unit {
  const name = /[a-zA-Z_:][\w:]*_(?:bytes|seconds|milliseconds|ms|ratio|percent|total|count|sum|bucket)\b/.exec(
    expression,
  )?.[0]
  const isRate = /\b(?:rate|irate|deriv)\s*\(/.test(expression)
  // One number divided by another has a unit that names do not tell.
  const isQuotient = /\)\s*\//.test(expression)
  if (name === undefined || isQuotient) return isRate && !isQuotient ? 'per_second' : 'count'
  const base = name.replace(/_(?:total|sum|bucket)$/, '')
  const unit = endings.find(([ending]) => ending.test(base))?.[1] ?? 'count'
  if (name.endsWith('_bucket') && /\bhistogram_quantile\s*\(/.test(expression)) return unit
  if (!isRate) return unit
  // Seconds per second are a share of the time.
  const rates: Partial<Record<Unit, Unit>> = { bytes: 'bytes_per_second', seconds: 'ratio' }
  return rates[unit] ?? 'per_second'
}
