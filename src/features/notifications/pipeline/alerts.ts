import { alertOf, type Alert } from '#features/alerts/index.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'

/** Alerts that fire, acknowledged or not. */
export async function firingAlerts(db: ReadDb | Tx): Promise<Alert[]> {
  const rows = await db
    .selectFrom('alerts')
    .selectAll()
    .where('state', 'in', ['firing', 'acknowledged'])
    .orderBy('fired_at')
    .orderBy('id')
    .execute()
  return rows.map(alertOf)
}

const idsAtOnce = 500

/** Those of the ids that are still known. */
export async function alertsById(db: ReadDb | Tx, ids: readonly string[]): Promise<Alert[]> {
  const found: Alert[] = []
  for (let start = 0; start < ids.length; start += idsAtOnce) {
    const some = ids.slice(start, start + idsAtOnce)
    found.push(...(await db.selectFrom('alerts').selectAll().where('id', 'in', some).execute()).map(alertOf))
  }
  return found
}
