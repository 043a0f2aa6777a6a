import type { Database } from '#platform/database/database.ts'
import type { Lease } from '#platform/jobs/lease.ts'
import { putStanding } from './commit.ts'
import { everyRule } from './load.ts'

/** Brings times of open alerts, and how far rules were evaluated, from the future to `now`. */
export async function setClockBack(database: Database, lease: Lease, now: number): Promise<void> {
  await database.transaction(async (tx) => {
    await lease.fence(tx)
    for (const column of ['pending_at', 'fired_at', 'recovering_since', 'updated_at'] as const) {
      await tx
        .updateTable('alerts')
        .set({ [column]: now })
        .where('open_key', 'is not', null)
        .where(column, '>', now)
        .execute()
    }
    await tx.deleteFrom('alert_standings').where('evaluated_at', '>', now).execute()
    await putStanding(tx, everyRule, now, null)
  })
}
