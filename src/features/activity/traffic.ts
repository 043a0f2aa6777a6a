import { iso } from '#kernel/time.ts'
import type { ReadDb } from '#platform/database/database.ts'
import { granularityFor, roundedOrNull } from './endpoints.ts'
import { quantileMs } from './histogram.ts'
import { periodColumn, periodsBetween } from './periods.ts'
import { callsSince, errorCount, hoursSince, statusCount, sumOf, tookOf, tookSums } from './sums.ts'

export async function readTraffic(
  db: ReadDb,
  now: number,
  { days, granularity: asked }: { days: number; granularity?: 'hour' | 'day' | undefined },
) {
  const granularity = granularityFor(days, asked)
  const from = hoursSince(now, days)
  const starts = periodsBetween(granularity, from, now)
  const rows = await callsSince(db, from)
    .select((row) => [
      periodColumn(granularity, starts).as('period'),
      sumOf('count').as('requests'),
      sumOf('bytes_sum').as('bytes'),
      sumOf('duration_ms_sum').as('time_ms'),
      row.fn.max<number>('duration_ms_max').as('max_ms'),
      ...statuses.map(([name, digit]) => statusCount(digit).as(name)),
      ...tookSums(),
    ])
    .groupBy('period')
    .execute()
  const byPeriod = new Map(rows.map((row) => [Number(row.period), row]))
  const periods = starts.map((start) => {
    const row = byPeriod.get(start)
    const requests = Number(row?.requests ?? 0)
    return {
      start: iso(start),
      requests,
      bytes: Number(row?.bytes ?? 0),
      by_status: byStatus(row),
      avg_ms: row ? roundedOrNull(Number(row.time_ms) / requests) : null,
      p95_ms: row ? roundedOrNull(quantileMs(tookOf(row), 0.95, Number(row.max_ms))) : null,
    }
  })
  return { granularity, periods, totals: await totals(db, from) }
}

const statuses = [
  ['2xx', 2],
  ['3xx', 3],
  ['4xx', 4],
  ['5xx', 5],
] as const

type ByStatus = Record<(typeof statuses)[number][0], number>

const byStatus = (row: Partial<ByStatus> | undefined): ByStatus => ({
  '2xx': Number(row?.['2xx'] ?? 0),
  '3xx': Number(row?.['3xx'] ?? 0),
  '4xx': Number(row?.['4xx'] ?? 0),
  '5xx': Number(row?.['5xx'] ?? 0),
})

async function totals(db: ReadDb, from: number) {
  const row = await callsSince(db, from)
    .select((row) => [
      sumOf('count').as('requests'),
      sumOf('bytes_sum').as('bytes'),
      errorCount.as('errors'),
      row.fn.count<number>('user_id').distinct().as('users'),
    ])
    .executeTakeFirstOrThrow()
  return {
    requests: Number(row.requests),
    bytes: Number(row.bytes),
    errors: Number(row.errors),
    users: Number(row.users),
  }
}
