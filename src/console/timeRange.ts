import { dayMs, hourMs, minuteMs, parseTime, secondMs } from '#kernel/time.ts'

/** As the address has it: `now-1h`, an ISO time, or milliseconds since 1970. */
export interface TimeRange {
  from: string
  to: string
}

/** Milliseconds since 1970. */
export interface Span {
  fromMs: number
  toMs: number
}

export const defaultRange: TimeRange = { from: 'now-1h', to: 'now' }

export const presets: { label: string; from: string }[] = [
  { label: 'Last 5 minutes', from: 'now-5m' },
  { label: 'Last 15 minutes', from: 'now-15m' },
  { label: 'Last hour', from: 'now-1h' },
  { label: 'Last 6 hours', from: 'now-6h' },
  { label: 'Last 24 hours', from: 'now-24h' },
  { label: 'Last 7 days', from: 'now-7d' },
]

const units: Record<string, number> = { s: secondMs, m: minuteMs, h: hourMs, d: dayMs, w: 7 * dayMs }

/** Undefined when it is none of the spellings above. */
export function momentOf(text: string, nowMs: number): number | undefined {
  const relative = /^now(?:-(\d{1,6})([smhdw]))?$/.exec(text.trim())
  if (!relative) return parseTime(text)
  const [, count = '0', unit = 's'] = relative
  return nowMs - Number(count) * units[unit]!
}

/** A range that is misspelt or runs backwards is the last hour before its end. */
export function spanOf({ from, to }: TimeRange, nowMs: number): Span {
  const toMs = momentOf(to, nowMs) ?? nowMs
  const fromMs = momentOf(from, nowMs)
  return { fromMs: fromMs !== undefined && fromMs < toMs ? fromMs : toMs - hourMs, toMs }
}

/** In a text as `t c` and Grafana copy it, `{"from":"now-1h","to":"now"}`; undefined where it is none. */
export function rangeIn(text: string): TimeRange | undefined {
  try {
    const { from, to } = JSON.parse(text) as Record<string, unknown>
    if (typeof from !== 'string' || typeof to !== 'string') return undefined
    return [from, to].every((end) => momentOf(end, Date.now()) !== undefined) ? { from, to } : undefined
  } catch {
    return undefined
  }
}

/** Goes on as time does, so that it can be followed. */
export const endsNow = ({ to }: TimeRange): boolean => to.trim() === 'now'

export const absolute = ({ fromMs, toMs }: Span): TimeRange => ({
  from: new Date(Math.floor(fromMs)).toISOString(),
  to: new Date(Math.ceil(toMs)).toISOString(),
})

/** By half its length, back (-1) or forth (1), never beyond now. */
export function shifted({ fromMs, toMs }: Span, direction: -1 | 1, nowMs: number): Span {
  const stepMs = Math.min(((toMs - fromMs) / 2) * direction, nowMs - toMs)
  return { fromMs: fromMs + stepMs, toMs: toMs + stepMs }
}

/** Twice as long around the same middle, never beyond now. */
export function zoomedOut({ fromMs, toMs }: Span, nowMs: number): Span {
  const lengthMs = (toMs - fromMs) * 2
  const endMs = Math.min(toMs + lengthMs / 4, nowMs)
  return { fromMs: endMs - lengthMs, toMs: endMs }
}
