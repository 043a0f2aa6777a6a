import type { Unit } from '#console/ui/unit.ts'

/** Names end in their unit: https://prometheus.io/docs/practices/naming/ */
const endings: [ending: RegExp, unit: Unit][] = [
  [/_bytes$/, 'bytes'],
  [/_milliseconds$|_ms$/, 'ms'],
  [/_seconds$/, 'seconds'],
  [/_ratio$/, 'ratio'],
  [/_percent$/, 'percent'],
]

const rateOf: Partial<Record<Unit, Unit>> = {
  bytes: 'bytes_per_second',
  // Seconds per second are a share of the time.
  seconds: 'ratio',
}

/** A guess at what the numbers are, from the names in the expression and whether they are rates. */
export function unitOf(expression: string): Unit {
  const names = expression.match(
    /[a-zA-Z_:][\w:]*_(?:bytes|seconds|milliseconds|ms|ratio|percent|total|count|sum|bucket)\b/g,
  )
  const isRate = /\b(?:rate|irate|deriv)\s*\(/.test(expression)
  // What is divided by its like is a share of it; otherwise names do not tell what comes out.
  if (/\)\s*\//.test(expression)) return names && names.length > 1 && new Set(names).size === 1 ? 'ratio' : 'count'
  if (/\)\s*\*/.test(expression)) return 'count'
  const name = names?.[0] ?? ''
  const base = name.replace(/_(?:total|sum|bucket)$/, '')
  const unit = endings.find(([ending]) => ending.test(base))?.[1] ?? 'count'
  if (/\bhistogram_quantile\s*\(/.test(expression)) return unit
  // Buckets count, whatever it is that they hold.
  if (name.endsWith('_bucket')) return isRate ? 'per_second' : 'count'
  if (!isRate) return unit
  return rateOf[unit] ?? 'per_second'
}

/** What all of them are in; plain numbers where they differ, since they stand on one axis. */
export function sharedUnit(expressions: readonly string[]): Unit {
  const [unit = 'count', ...others] = new Set(expressions.map(unitOf))
  return others.length === 0 ? unit : 'count'
}
