import { dayMs } from '#kernel/time.ts'
import type { Platform } from '#platform/platform.ts'

const rowsAtOnce = 500

/** Forgets deliveries that were done long ago, and silences that ended then. Returns how many deliveries went. */
export async function removeOldDeliveries({ database, config, now }: Platform): Promise<number> {
  const before = now() - config.get('notification_retention_days') * dayMs
  await database.transaction((tx) => tx.deleteFrom('notification_silences').where('ends_at', '<', before).execute())
  for (let removed = 0; ;) {
    const old = await database.read
      .selectFrom('notification_deliveries')
      .select('id')
      .where('finished_at', '<', before)
      .limit(rowsAtOnce)
      .execute()
    if (old.length === 0) return removed
    const ids = old.map(({ id }) => id)
    await database.transaction((tx) => tx.deleteFrom('notification_deliveries').where('id', 'in', ids).execute())
    removed += old.length
  }
}
