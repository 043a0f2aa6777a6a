import { notFound } from '#kernel/errors.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Alert } from '../alert.ts'
import { alertOf, type AlertRow } from '../store.ts'

/** Ids that one statement takes on every engine. */
const idsMax = 500

/** All that are pending, firing or acknowledged, oldest first. */
export async function openAlerts(db: ReadDb): Promise<Alert[]> {
  const rows = await db
    .selectFrom('alerts')
    .selectAll()
    .where('open_key', 'is not', null)
    .orderBy('pending_at')
    .orderBy('id')
    .execute()
  return rows.map(alertOf)
}

/** Those of the ids that exist, in no order. */
export async function alertsByIds(db: ReadDb, ids: readonly string[]): Promise<Alert[]> {
  const alerts: Alert[] = []
  for (let start = 0; start < ids.length; start += idsMax) {
    const slice = ids.slice(start, start + idsMax)
    const rows = await db.selectFrom('alerts').selectAll().where('id', 'in', slice).execute()
    alerts.push(...rows.map(alertOf))
  }
  return alerts
}

/** How often each of the fingerprints began to fire after `since` (ms); those that never did are absent. */
export async function firedSince(
  db: ReadDb,
  fingerprints: readonly string[],
  since: number,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (let start = 0; start < fingerprints.length; start += idsMax) {
    const rows = await db
      .selectFrom('alerts')
      .select(['fingerprint', (of) => of.fn.countAll<number>().as('count')])
      .where('fingerprint', 'in', fingerprints.slice(start, start + idsMax))
      .where('fired_at', '>', since)
      .groupBy('fingerprint')
      .execute()
    for (const { fingerprint, count } of rows) counts.set(fingerprint, Number(count))
  }
  return counts
}

/** By its id; or the newest with this fingerprint. @throws AppError RESOURCE_NOT_FOUND */
export async function oneAlert(db: ReadDb | Tx, key: string): Promise<AlertRow> {
  const row = await db
    .selectFrom('alerts')
    .selectAll()
    .where((where) => where.or([where('id', '=', key), where('fingerprint', '=', key)]))
    .orderBy('pending_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!row) throw notFound('alert', key)
  return row
}
