import { openAlerts, type Alert } from '#features/alerts/index.ts'
import type { ReadDb } from '#platform/database/database.ts'

/** Alerts that fire, acknowledged or not. */
export async function firingAlerts(db: ReadDb): Promise<Alert[]> {
  const open = await openAlerts(db)
  return open.filter(({ state }) => state !== 'pending')
}
