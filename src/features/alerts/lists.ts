import type * as z from 'zod'
import { iso } from '#kernel/time.ts'
import type { ReadDb } from '#platform/database/database.ts'
import { containsAnyCase } from '#platform/database/text.ts'
import { serviceOf } from '#platform/telemetry/logs/service.ts'
import type { Alert } from './alert.ts'
import type { alertsEndpoints } from './contract.ts'
import { openAlerts } from './life/reading.ts'
import { alertOf } from './store.ts'
import { alertViews } from './view.ts'

type Active = z.output<typeof alertsEndpoints.active.query>
type History = z.output<typeof alertsEndpoints.history.query>

/** Open alerts that the filter leaves, and how many there are of each state in all. */
export async function activeAlerts(db: ReadDb, filter: Active, now: number) {
  const open = await openAlerts(db)
  const countOf = (state: Alert['state']): number => open.filter((alert) => alert.state === state).length
  return {
    alerts: await alertViews(
      db,
      open.filter((alert) => fits(alert, filter)),
      now,
    ),
    counts: { pending: countOf('pending'), firing: countOf('firing'), acknowledged: countOf('acknowledged') },
  }
}

function fits(alert: Alert, { state, severity, label, rule_id, q, pending }: Active): boolean {
  return (
    (state === undefined || alert.state === state) &&
    (severity === undefined || alert.severity === severity) &&
    (rule_id === undefined || alert.rule_id === rule_id) &&
    (q === undefined || alert.name.toLowerCase().includes(q.toLowerCase())) &&
    (pending || state === 'pending' || alert.state !== 'pending') &&
    (label === undefined || label.split(',').every((pair) => hasLabel(alert, pair)))
  )
}

function hasLabel({ labels }: Alert, pair: string): boolean {
  const [name = '', ...rest] = pair.split('=')
  return Object.hasOwn(labels, name.trim()) && labels[name.trim()] === rest.join('=')
}

/** Alerts that fired, newest first. */
export async function alertHistory(
  db: ReadDb,
  { limit, offset, q, from, to, resolved_from: resolvedFrom, ...equal }: History,
  now: number,
) {
  let found = db.selectFrom('alerts').where('fired_at', 'is not', null)
  for (const column of ['severity', 'state', 'rule_id', 'fingerprint'] as const) {
    const value = equal[column]
    if (value !== undefined) found = found.where(column, '=', value)
  }
  if (q !== undefined) found = found.where(containsAnyCase('name', q))
  if (from !== undefined) found = found.where('fired_at', '>=', from)
  if (to !== undefined) found = found.where('fired_at', '<', to)
  if (resolvedFrom !== undefined)
    found = found.where((of) => of.or([of('resolved_at', 'is', null), of('resolved_at', '>=', resolvedFrom)]))
  const [rows, { count }] = await Promise.all([
    found.selectAll().orderBy('fired_at', 'desc').orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    found.select((of) => of.fn.countAll<number>().as('count')).executeTakeFirstOrThrow(),
  ])
  const total = Number(count)
  return { alerts: await alertViews(db, rows.map(alertOf), now), total, has_more: offset + rows.length < total }
}

/** What fires, as the monitoring API tells it. */
export async function firingAlerts(db: ReadDb) {
  const open = await openAlerts(db)
  return {
    alerts: open
      .filter(({ state }) => state !== 'pending')
      .map(({ id, name, severity, labels, annotations, fired_at, pending_at, value, threshold }) => ({
        id,
        name,
        severity,
        service: serviceIn(labels),
        description: annotations['summary'] ?? annotations['description'] ?? name,
        started_at: iso(fired_at ?? pending_at),
        value,
        threshold,
      })),
  }
}

/** Metrics of this product name a component, or only the machine. */
function serviceIn(labels: Alert['labels']): string {
  const service = serviceOf(labels)
  return service === 'unknown_service' ? (labels['instance'] ?? 'miktos') : service
}
