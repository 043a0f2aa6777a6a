import { dayMs, hourMs, minuteMs, secondMs } from './time.ts'

const unitsMs = { y: 365 * dayMs, w: 7 * dayMs, d: dayMs, h: hourMs, m: minuteMs, s: secondMs, ms: 1 }

const descending = /^(?=\d)(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/

/**
 * Milliseconds of `1h30m` as Prometheus takes durations: whole numbers, the largest unit first, each once; a year has 365
 * days. Undefined where the text is none. https://prometheus.io/docs/prometheus/latest/configuration/configuration/
 */
export function durationMs(text: string): number | undefined {
  const amounts = descending.exec(text)?.slice(1)
  const lengthsMs = Object.values(unitsMs)
  return amounts?.reduce((total, amount, unit) => total + Number(amount ?? 0) * lengthsMs[unit]!, 0)
}

const unitsNs: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ...Object.fromEntries(Object.entries(unitsMs).map(([unit, ms]) => [unit, ms * 1e6])),
}

/** Longer texts are no durations that a person or program wrote; they come from lines, and must cost nothing. */
const lengthMax = 64

const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w|y)/y

/** Nanoseconds of `1h30m`, `-1.5s` or `0` as Go and Loki write durations, in any order; NaN for anything else. */
export function durationNs(text: string): number {
  if (text.length > lengthMax) return Number.NaN
  const sign = text.startsWith('-') ? -1 : 1
  const rest = text.replace(/^[+-]/, '')
  if (rest === '0') return 0
  let total = 0
  let at = 0
  while (at < rest.length) {
    part.lastIndex = at
    const found = part.exec(rest)
    if (!found) return Number.NaN
    total += Number(found[1]) * unitsNs[found[2]!]!
    at += found[0].length
  }
  return at > 0 ? sign * total : Number.NaN
}
