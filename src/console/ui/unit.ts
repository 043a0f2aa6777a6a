import { formatBytes, formatDuration, formatNumber, formatPercent, formatShort } from '../format.ts'

/** What the numbers of a chart are. Percent takes 0 to 100, ratio 0 to 1. */
export type Unit = 'count' | 'per_second' | 'ms' | 'seconds' | 'bytes' | 'bytes_per_second' | 'percent' | 'ratio'

const formats: Record<Unit, (value: number) => string> = {
  count: formatAny,
  per_second: (value) => `${value >= 10 ? formatNumber(Math.round(value)) : formatAny(value)}/s`,
  ms: formatDuration,
  seconds: (value) => formatDuration(value * 1_000),
  bytes: formatBytes,
  bytes_per_second: (value) => `${formatBytes(value)}/s`,
  percent: formatPercent,
  ratio: (value) => formatPercent(value * 100),
}

/** Two decimals would leave nothing of 0.0013. */
function formatAny(value: number): string {
  const size = Math.abs(value)
  if (size === 0 || size >= 0.1) return formatNumber(value)
  return size >= 1e-6 ? String(Number(value.toPrecision(3))) : value.toExponential(2)
}

export const formatUnit = (value: number | null | undefined, unit: Unit): string =>
  value === null || value === undefined ? '–' : formats[unit](value)

const isBinary = (unit: Unit): boolean => unit === 'bytes' || unit === 'bytes_per_second'

/** Steps of an axis at which its numbers are round; undefined where those of ten are. */
export const tickSteps = (unit: Unit): number[] | undefined =>
  isBinary(unit) ? Array.from({ length: 56 }, (_, power) => 2 ** (power - 4)) : undefined

/** Numbers are written out below this on an axis, and everywhere else at any height. */
const shortFrom = 10_000

/** The same on an axis, where `0 ms` beside `500 ms` is what one expects and `15.2K` has room. */
export function formatTick(value: number, unit: Unit): string {
  if (unit === 'count' && Math.abs(value) >= shortFrom) return formatShort(value)
  if (value === 0 && (unit === 'ms' || unit === 'seconds')) return unit === 'ms' ? '0 ms' : '0 s'
  return formats[unit](value)
}
