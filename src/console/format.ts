import { shownTimeZone } from './timeZone.ts'

/** 24 hours and day before month everywhere, in words and digits of the reader's language where they do not mislead. */
const locale = 'en-GB'

const dateFormat = (options: Intl.DateTimeFormatOptions): ((at: Date) => string) => {
  const made = new Map<string | undefined, Intl.DateTimeFormat>()
  return (at) => {
    const zone = shownTimeZone()
    const known = made.get(zone)
    const format =
      known ?? new Intl.DateTimeFormat(locale, { hourCycle: 'h23', ...(zone && { timeZone: zone }), ...options })
    if (!known) made.set(zone, format)
    return format.format(at)
  }
}

type Moment = string | number | Date

const absolute = dateFormat({
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
})
const day = dateFormat({ day: 'numeric', month: 'short', year: 'numeric' })
const clock = dateFormat({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
const minutes = dateFormat({ hour: '2-digit', minute: '2-digit' })
const dayAndMinutes = dateFormat({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })

/** `Sun, 22 Nov 2026, 10:30:45 UTC` */
export const formatTime = (at: Moment): string => absolute(new Date(at))
/** `22 Nov 2026` */
export const formatDay = (at: Moment): string => day(new Date(at))
/** `10:30:45` */
export const formatClock = (at: Moment): string => clock(new Date(at))
/** `10:30` */
export const formatMinutes = (at: Moment): string => minutes(new Date(at))
/** `22 Nov, 10:30` */
export const formatDayAndMinutes = (at: Moment): string => dayAndMinutes(new Date(at))

const spans: [unit: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
]

/** `3 m ago`, `in 2 h`, `now`; from 30 days on the day itself. */
export function formatAgo(at: Moment, nowMs: number): string {
  const distanceMs = nowMs - new Date(at).getTime()
  const span = Math.abs(distanceMs)
  // What shows the time moves on every ten seconds, so news can be a little ahead of it.
  if (distanceMs < 5_000 && distanceMs > -15_000) return 'now'
  if (span > 30 * 86_400_000) return formatDay(at)
  const words = formatSpan(span)
  return distanceMs > 0 ? `${words} ago` : `in ${words}`
}

/** The largest unit of a length of time: `4 m`, `3 d`. */
export function formatSpan(ms: number): string {
  const [unit, size] = spans.find(([, size]) => ms >= size) ?? spans.at(-1)!
  return `${Math.floor(ms / size)} ${unit}`
}

/** What is left until then, in its two largest units: `4 m 10 s`, `2 h`. */
export function formatCountdown(ms: number): string {
  const first = spans.findIndex(([, size]) => ms >= size)
  const parts = spans.slice(first === -1 ? spans.length - 1 : first).slice(0, 2)
  const texts = parts.map(([unit, size], index) => {
    const whole = Math.floor((index === 0 ? ms : ms % parts[0]![1]) / size)
    return index > 0 && whole === 0 ? '' : `${whole} ${unit}`
  })
  return texts.filter(Boolean).join(' ')
}

/** Latencies and the like: `142 ms`, `1.20 s`, `3.4 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1) return `${ms.toFixed(2)} ms`
  if (ms < 10) return `${ms.toFixed(1)} ms`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(2)} s`
  return `${(ms / 60_000).toFixed(1)} min`
}

const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** `15,234` */
export const formatNumber = (value: number): string => plain.format(value)
/** `15.2K` */
export const formatShort = (value: number): string => short.format(value)

/** Takes 0 to 100: `7.2 %`. */
export const formatPercent = (percent: number): string =>
  `${percent >= 10 || percent === 0 ? Math.round(percent * 10) / 10 : Number(percent.toPrecision(2))} %`

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(Math.abs(bytes), 1)) / 10), byteUnits.length - 1)
  const scaled = bytes / 1024 ** power
  return `${power > 0 && Math.abs(scaled) < 100 ? scaled.toFixed(1) : Math.round(scaled)} ${byteUnits[power]}`
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`
