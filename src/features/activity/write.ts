import { setImmediate } from 'node:timers/promises'
import { sql, type RawBuilder } from 'kysely'
import type { Database, Tx } from '#platform/database/database.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import { tookColumns } from './histogram.ts'
import { HourlySums } from './hourly.ts'
import type { ActivityEvent, HourlyRow } from './store.ts'

const attemptsMax = 5

/**
 * Stores events and what they and `sums` add to their hours, all or nothing; domain events that are
 * stored already are left out.
 */
export async function writeActivity(
  database: Database,
  events: readonly ActivityEvent[],
  sums = new HourlySums(),
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.measurement((tx) => insertActivity(tx, events, sums))
    } catch (error) {
      // Another server was first with the same hour or event; the second time its row is there.
      if (attempt === attemptsMax || !isDuplicate(error)) throw error
    }
  }
}

/** A statement of this size takes a few milliseconds on SQLite, and nothing else runs meanwhile. */
const rowsPerStatement = 200

/** Writes in small statements and lets requests in between. */
export async function insertActivity(tx: Tx, events: readonly ActivityEvent[], sums = new HourlySums()): Promise<void> {
  const fresh = await withoutStored(tx, events)
  for (const some of slices(fresh)) {
    await tx.insertInto('activity_events').values(some).execute()
    await setImmediate()
  }
  const hours = new HourlySums()
  for (const event of fresh) hours.add(event)
  hours.merge(sums)
  for (const some of slices(hours.rows())) {
    await addToHours(tx, some)
    await setImmediate()
  }
}

const slices = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / rowsPerStatement) }, (_, index) =>
    items.slice(index * rowsPerStatement, (index + 1) * rowsPerStatement),
  )

async function withoutStored(tx: Tx, events: readonly ActivityEvent[]): Promise<ActivityEvent[]> {
  const ids = events.map(({ event_id }) => event_id).filter((id) => id !== null)
  if (ids.length === 0) return [...events]
  const rows = await tx.selectFrom('activity_events').select('event_id').where('event_id', 'in', ids).execute()
  const seen = new Set(rows.map(({ event_id }) => event_id))
  return events.filter(({ event_id }) => {
    if (event_id === null) return true
    const isNew = !seen.has(event_id)
    seen.add(event_id)
    return isNew
  })
}

async function addToHours(tx: Tx, rows: readonly HourlyRow[]): Promise<void> {
  const keys = rows.map(({ key }) => key)
  const stored = await tx.selectFrom('activity_hourly').select('key').where('key', 'in', keys).execute()
  const known = new Set(stored.map(({ key }) => key))
  for (const row of rows) if (known.has(row.key)) await addToHour(tx, row)
  const others = rows.filter(({ key }) => !known.has(key))
  if (others.length > 0) await tx.insertInto('activity_hourly').values(others).execute()
}

async function addToHour(tx: Tx, row: HourlyRow): Promise<void> {
  const counted = ['count', 'duration_ms_sum', 'bytes_sum', ...tookColumns.filter((column) => row[column] > 0)] as const
  await tx
    .updateTable('activity_hourly')
    .set((stored) => Object.fromEntries(counted.map((column) => [column, stored(column, '+', row[column])])))
    .set({
      duration_ms_max: larger('duration_ms_max', row.duration_ms_max),
      last_at: larger('last_at', row.last_at),
    })
    .where('key', '=', row.key)
    .execute()
}

const larger = (column: 'duration_ms_max' | 'last_at', value: number): RawBuilder<number> =>
  sql<number>`case when ${sql.ref(column)} < ${value} then ${value} else ${sql.ref(column)} end`

/** Of users who never existed, such as those of the sample. What real users did outlives them. */
export async function forgetActivity(tx: Tx, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return
  await tx
    .deleteFrom('activity_events')
    .where('user_id', 'in', [...userIds])
    .execute()
  await tx
    .deleteFrom('activity_hourly')
    .where('user_id', 'in', [...userIds])
    .execute()
}
