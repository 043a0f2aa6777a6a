import { hourMs, iso, secondMs } from '#kernel/time.ts'
import type { ReadDb } from '#platform/database/database.ts'
import { hourOf } from './hourly.ts'
import { noCounts, type Counts } from './overview.ts'
import { periodColumn, periodsUpTo, shifted, type Granularity } from './periods.ts'
import { activityKinds } from './store.ts'
import { countOf, errorCount } from './sums.ts'

interface Asked {
  granularity: Exclude<Granularity, 'hour'>
  periods: number
}

export async function readTrends(db: ReadDb, now: number, { granularity, periods }: Asked) {
  const starts = periodsUpTo(granularity, now, periods)
  const rows = await sums(db)
    .select(periodColumn(granularity, starts).as('period'))
    .where('hour', '>=', starts[0]!)
    .groupBy('period')
    .execute()
  const byPeriod = new Map(rows.map((row) => [Number(row.period), row]))
  return {
    granularity,
    periods: starts.map((start) => {
      const row = byPeriod.get(start)
      return {
        start: iso(start),
        complete: shifted(granularity, start, 1) <= now,
        counts: countsOf(row),
        errors: Number(row?.errors ?? 0),
        unique_users: Number(row?.unique_users ?? 0),
      }
    }),
    comparison: await comparison(db, granularity, starts.at(-1)!, now),
  }
}

const sums = (db: ReadDb) =>
  db
    .selectFrom('activity_hourly')
    .select((row) => [
      ...activityKinds.map((kind) => countOf(kind).as(kind)),
      errorCount.as('errors'),
      row.fn.count<number>('user_id').distinct().as('unique_users'),
    ])

const countsOf = (row: Partial<Record<string, unknown>> | undefined): Counts => ({
  ...noCounts(),
  ...Object.fromEntries(activityKinds.map((kind) => [kind, Number(row?.[kind] ?? 0)])),
})

/** A period that has just begun would always look worse than a whole one, so only its like is taken of the one before. */
async function comparison(db: ReadDb, granularity: Granularity, start: number, now: number) {
  const before = shifted(granularity, start, -1)
  const elapsedMs = hourOf(now) + hourMs - start
  const between = async (from: number, to: number) => {
    const row = await sums(db).where('hour', '>=', from).where('hour', '<', to).executeTakeFirst()
    return { ...countsOf(row), unique_users: Number(row?.unique_users ?? 0) }
  }
  return {
    current: await between(start, start + elapsedMs),
    // A month may be longer than the one before.
    previous: await between(before, Math.min(before + elapsedMs, start)),
    elapsed_seconds: Math.floor((now - start) / secondMs),
  }
}
