const daySeconds = 86_400
const secondsMost = 2 ** 63

/** Days before 1970 at which Go's calendar begins, with the year -292277022399. */
const goEpochDays = 719_162 + (292_277_022_400 / 400) * 146_097
const goEpochYear = -292_277_022_399

interface Moment {
  /** Since the beginning of Go's calendar. */
  days: number
  secondsOfDay: number
}

/** What Go makes of NaN and of seconds that do not fit into 64 bits: the least it can count to, and then overflows. */
const overflown = 2n ** 64n - (2n ** 63n - BigInt(goEpochDays) * BigInt(daySeconds))
const overflownMoment: Moment = {
  days: Number(overflown / BigInt(daySeconds)),
  secondsOfDay: Number(overflown % BigInt(daySeconds)),
}

function momentOf(value: number): Moment {
  if (!(Math.abs(value) < secondsMost)) return overflownMoment
  const seconds = Math.trunc(value)
  const days = Math.floor(seconds / daySeconds)
  return { days: days + goEpochDays, secondsOfDay: seconds - days * daySeconds }
}

interface CalendarDay {
  year: number
  /** From 1. */
  month: number
  day: number
  dayOfYear: number
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

const daysIn = (year: number, month: number): number => (month === 2 && isLeap(year) ? 29 : monthDays[month - 1]!)

function calendarDayOf({ days }: Moment): CalendarDay {
  const cycles = Math.floor(days / 146_097)
  let rest = days - cycles * 146_097
  const centuries = Math.min(3, Math.floor(rest / 36_524))
  rest -= centuries * 36_524
  const leaps = Math.floor(rest / 1_461)
  rest -= leaps * 1_461
  const years = Math.min(3, Math.floor(rest / 365))
  rest -= years * 365
  const year = goEpochYear + cycles * 400 + centuries * 100 + leaps * 4 + years
  let day = rest
  let month = 1
  while (day >= daysIn(year, month)) day -= daysIn(year, month++)
  return { year, month, day: day + 1, dayOfYear: rest + 1 }
}

/** What a number of seconds since 1970 is on the calendar, in UTC. */
export const calendarFunctions: ReadonlyMap<string, (seconds: number) => number> = new Map([
  ['minute', (seconds: number) => Math.floor((momentOf(seconds).secondsOfDay % 3_600) / 60)],
  ['hour', (seconds: number) => Math.floor(momentOf(seconds).secondsOfDay / 3_600)],
  ['day_of_week', (seconds: number) => (momentOf(seconds).days + 1) % 7],
  ['day_of_month', (seconds: number) => calendarDayOf(momentOf(seconds)).day],
  ['day_of_year', (seconds: number) => calendarDayOf(momentOf(seconds)).dayOfYear],
  [
    'days_in_month',
    (seconds: number) => {
      const { year, month } = calendarDayOf(momentOf(seconds))
      return daysIn(year, month)
    },
  ],
  ['month', (seconds: number) => calendarDayOf(momentOf(seconds)).month],
  ['year', (seconds: number) => calendarDayOf(momentOf(seconds)).year],
])
