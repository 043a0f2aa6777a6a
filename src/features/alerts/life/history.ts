import { newId } from '#kernel/id.ts'
import type { Tx } from '#platform/database/database.ts'
import type { AlertHistoryRow } from '../store.ts'

/** Rows that one statement takes on every engine. */
const rowsMax = 500

/** Adds to the timelines of alerts: what became of them, what was sent about them. Within the transaction that did it. */
export async function recordHistory(tx: Tx, entries: readonly Omit<AlertHistoryRow, 'id'>[]): Promise<void> {
  for (let start = 0; start < entries.length; start += rowsMax) {
    const rows = entries.slice(start, start + rowsMax).map((entry) => ({ id: newId(), ...entry }))
    await tx.insertInto('alert_history').values(rows).execute()
  }
}
