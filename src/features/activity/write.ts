import { sql, type RawBuilder } from 'kysely'
import type { Database, Tx } from '#platform/database/database.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import { tookColumns } from './histogram.ts'
import { foldByHour } from './hourly.ts'
import type { ActivityEvent, HourlyRow } from './store.ts'

const attemptsMax = 5

/** Stores events and what they add to their hours, all or nothing; domain events that are stored already are left out. */
export async function writeActivity(database: Database, events: readonly ActivityEvent[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.transaction((tx) => insertActivity(tx, events))
    } catch (error) {
      // Another server was first with the same hour or event; the second time its row is there.
      if (attempt === attemptsMax || !isDuplicate(error)) throw error
    }
  }
}

/** Below what the engines take as parameters of one statement. */
const rowsPerInsert = 500

export async function insertActivity(tx: Tx, events: readonly ActivityEvent[]): Promise<void> {
  const fresh = await withoutStored(tx, events)
  for (let from = 0; from < fresh.length; from += rowsPerInsert) {
    await tx
      .insertInto('activity_events')
      .values(fresh.slice(from, from + rowsPerInsert))
      .execute()
  }
  for (const row of foldByHour(fresh)) await addToHour(tx, row)
}

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

async function addToHour(tx: Tx, row: HourlyRow): Promise<void> {
  const counted = ['count', 'duration_ms_sum', 'bytes_sum', ...tookColumns.filter((column) => row[column] > 0)] as const
  const { numUpdatedRows } = await tx
    .updateTable('activity_hourly')
    .set((stored) => Object.fromEntries(counted.map((column) => [column, stored(column, '+', row[column])])))
    .set({ duration_ms_max: larger('duration_ms_max', row.duration_ms_max), last_at: larger('last_at', row.last_at) })
    .where('key', '=', row.key)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) await tx.insertInto('activity_hourly').values(row).execute()
}

const larger = (column: 'duration_ms_max' | 'last_at', value: number): RawBuilder<number> =>
  sql<number>`case when ${sql.ref(column)} < ${value} then ${value} else ${sql.ref(column)} end`
