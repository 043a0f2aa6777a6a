import { formatBytes, formatDuration, formatNumber, formatPercent, formatShort } from '../format.ts'

/** What the numbers of a chart are. Percent takes 0 to 100. */
export type Unit = 'count' | 'per_second' | 'ms' | 'bytes' | 'percent'

const formats: Record<Unit, (value: number) => string> = {
  count: (value) => (Math.abs(value) >= 10_000 ? formatShort(value) : formatNumber(value)),
  per_second: (value) => `${formatNumber(value >= 10 ? Math.round(value) : value)}/s`,
  ms: formatDuration,
  bytes: formatBytes,
  percent: formatPercent,
}

export const formatUnit = (value: number | null | undefined, unit: Unit): string =>
  value === null || value === undefined ? '–' : formats[unit](value)

/** The same on an axis, where `0 ms` beside `500 ms` is what one expects. */
export const formatTick = (value: number, unit: Unit): string =>
  value === 0 && unit === 'ms' ? '0 ms' : formats[unit](value)
