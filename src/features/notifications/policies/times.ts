import { minuteMs } from '#kernel/time.ts'
import { weekdays, type TimeWindow } from './window.ts'

const dayMinutes = 24 * 60
const hopMinutesMax = 30

/** Whether the moment lies within the window, by the clocks of its time zone. */
export const isWithin = (window: TimeWindow, at: number): boolean => minutesLeft(window, at) > 0

/** The first moment from `at` on that lies in none of them. Undefined where they leave no such moment in a fortnight. */
export function endOf(windows: readonly TimeWindow[], at: number): number | undefined {
  const lastAt = at + 14 * dayMinutes * minuteMs
  for (let moment = at; moment <= lastAt;) {
    const left = Math.max(0, ...windows.map((window) => minutesLeft(window, moment)))
    if (left === 0) return moment
    // Not all at once: clocks may be put forward or back on the way.
    moment = Math.floor(moment / minuteMs) * minuteMs + Math.min(left, hopMinutesMax) * minuteMs
  }
  return undefined
}

/** The first moment from `at` to `lastAt` that lies in one of them; undefined where there is none. */
export function beginOf(windows: readonly TimeWindow[], at: number, lastAt: number): number | undefined {
  for (let moment = at; windows.length > 0 && moment <= lastAt;) {
    const wait = Math.min(...windows.map((window) => minutesUntil(window, moment)))
    if (wait === 0) return moment
    moment = Math.floor(moment / minuteMs) * minuteMs + Math.min(wait, hopMinutesMax) * minuteMs
  }
  return undefined
}

/** Minutes until its clocks show when it begins, on whichever day; 0 within it. */
function minutesUntil(window: TimeWindow, at: number): number {
  if (isWithin(window, at)) return 0
  const { minute } = localTime(window.time_zone, at)
  return (minuteOf(window.from) - minute + dayMinutes) % dayMinutes || dayMinutes
}

/** Minutes until the window ends, 0 outside of it. */
function minutesLeft({ time_zone, weekdays: days, from, to }: TimeWindow, at: number): number {
  const { day, minute } = localTime(time_zone, at)
  const begin = minuteOf(from)
  const end = minuteOf(to)
  const length = (end - begin + dayMinutes) % dayMinutes || dayMinutes
  const today = begin + length - minute
  if (minute >= begin && today > 0 && days.includes(weekdays[day]!)) return today
  // What began yesterday, and goes past midnight.
  const sinceYesterday = begin + length - (minute + dayMinutes)
  return sinceYesterday > 0 && days.includes(weekdays[(day + 6) % 7]!) ? sinceYesterday : 0
}

function minuteOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number)
  return hours! * 60 + minutes!
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Day of the week, Monday 0, and minute of the day. */
function localTime(timeZone: string, at: number): { day: number; minute: number } {
  let format = formats.get(timeZone)
  if (!format) {
    const options = { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
    formats.set(timeZone, (format = new Intl.DateTimeFormat('en', options)))
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return {
    day: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(parts['weekday']!),
    minute: Number(parts['hour']) * 60 + Number(parts['minute']),
  }
}
