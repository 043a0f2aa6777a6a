import { formatBytes, formatDuration, formatNumber, formatPercent, formatShort } from '../format.ts'

/** What the numbers of a chart are. Percent takes 0 to 100. */
export type Unit = 'count' | 'per_second' | 'ms' | 'bytes' | 'percent'

const formats: Record<Unit, (value: number) => string> = {
  count: formatNumber,
  per_second: (value) => `${formatNumber(value >= 10 ? Math.round(value) : value)}/s`,
  ms: formatDuration,
  bytes: formatBytes,
  percent: formatPercent,
}

export const formatUnit = (value: number | null | undefined, unit: Unit): string =>
  value === null || value === undefined ? '–' : formats[unit](value)

/** Numbers are written out below this on an axis, and everywhere else at any height. */
const shortFrom = 10_000

/** The same on an axis, where `0 ms` beside `500 ms` is what one expects and `15.2K` has room. */
export function formatTick(value: number, unit: Unit): string {
  if (unit === 'count' && Math.abs(value) >= shortFrom) return formatShort(value)
  return value === 0 && unit === 'ms' ? '0 ms' : formats[unit](value)
}
