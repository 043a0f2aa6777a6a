import { sql, type RawBuilder } from 'kysely'
import { dayMs, hourMs } from '#kernel/time.ts'

export const granularities = ['hour', 'day', 'week', 'month'] as const

export type Granularity = (typeof granularities)[number]

const weekMs = 7 * dayMs
/** 1970-01-05: weeks begin on Monday. */
const firstMondayMs = 4 * dayMs

/** First millisecond, in UTC, of the hour, day, ISO week or month that holds `at`. */
export function periodStart(granularity: Granularity, at: number): number {
  if (granularity === 'hour') return at - (at % hourMs)
  if (granularity === 'day') return at - (at % dayMs)
  if (granularity === 'week') return at - ((at - firstMondayMs) % weekMs)
  const day = new Date(at)
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth())
}

/** Of the period `count` later; earlier where that is negative. */
export function shifted(granularity: Granularity, start: number, count: number): number {
  if (granularity === 'hour') return start + count * hourMs
  if (granularity === 'day') return start + count * dayMs
  if (granularity === 'week') return start + count * weekMs
  const day = new Date(start)
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + count)
}

/** Starts of `count` periods, oldest first; the last one holds `now`. */
export function periodsUpTo(granularity: Granularity, now: number, count: number): number[] {
  const newest = periodStart(granularity, now)
  return Array.from({ length: count }, (_, index) => shifted(granularity, newest, index - count + 1))
}

/** Starts of all periods from the one that holds `from` to the one that holds `now`. */
export function periodsBetween(granularity: Granularity, from: number, now: number): number[] {
  const starts: number[] = []
  for (let start = periodStart(granularity, from); start <= now; start = shifted(granularity, start, 1))
    starts.push(start)
  return starts
}

/**
 * The period of `activity_hourly.hour` in SQL. Numbers are written out: PostgreSQL takes two
 * parameters for two things even where they are equal, and would refuse to group by it.
 */
export function periodColumn(granularity: Granularity, starts: readonly number[]): RawBuilder<number> {
  const hour = sql.ref('hour')
  if (granularity === 'hour') return sql<number>`${hour}`
  if (granularity === 'day') return sql<number>`${hour} - (${hour} % ${sql.lit(dayMs)})`
  if (granularity === 'week') return sql<number>`${hour} - ((${hour} - ${sql.lit(firstMondayMs)}) % ${sql.lit(weekMs)})`
  const months = starts.toReversed().map((start) => sql`when ${hour} >= ${sql.lit(start)} then ${sql.lit(start)}`)
  return sql<number>`case ${sql.join(months, sql` `)} else 0 end`
}
