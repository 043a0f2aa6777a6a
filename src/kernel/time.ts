export const secondMs = 1_000
export const minuteMs = 60 * secondMs
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

/** UTC with milliseconds and `Z`, the only form in which times leave Miktos. */
export const iso = (atMs: number): string => new Date(atMs).toISOString()

export const isoOrNull = (atMs: number | null): string | null => (atMs === null ? null : iso(atMs))

/** `2d 5h 12m 36s`; units that are zero at the front are left out, seconds always stand. */
export function humanDuration(totalSeconds: number): string {
  const seconds = Math.max(0, Math.floor(totalSeconds))
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(first === -1 ? 3 : first)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ')
}

/**
 * Reads a time as people and programs write it: ISO 8601 with or without a zone (without: UTC),
 * Unix seconds, or Unix milliseconds (anything from 1e11 on). Undefined when it is none of these.
 */
export function parseTime(text: string): number | undefined {
  const trimmed = text.trim()
  if (/^-?\d+(\.\d+)?$/.test(trimmed)) {
    const number = Number(trimmed)
    return Math.abs(number) >= 1e11 ? Math.round(number) : Math.round(number * secondMs)
  }
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?(Z|[+-]\d{2}:?\d{2})?$/i.exec(trimmed)
  if (!match) return undefined
  const at = Date.parse(`${match[1]}T${match[2] ?? '00:00'}${match[3] ?? 'Z'}`)
  return Number.isNaN(at) ? undefined : at
}
