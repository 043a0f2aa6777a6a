import { hash } from 'node:crypto'
import { newId } from '#kernel/id.ts'
import { minuteMs } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Tx } from '#platform/database/database.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import type { Lease } from '#platform/jobs/lease.ts'
import { labelsKey } from '#platform/telemetry/labels.ts'
import { severityOf } from '../severity.ts'
import type { AlertHistoryRow, AlertRow } from '../store.ts'
import { recordHistory } from './history.ts'
import { noTransitions, type Transitions } from './transitions.ts'

/** An alert that another system says it has. Times are milliseconds since 1970. */
export interface ReportedAlert {
  labels: Record<string, string>
  annotations: Record<string, string>
  /** Now, where it is absent. */
  startsAt?: number | undefined
  /** In the past: it is over. Absent: in five minutes, unless it is reported again. */
  endsAt?: number | undefined
  generatorUrl?: string | undefined
}

/** Alertmanager's `resolve_timeout`. */
export const resolveTimeoutMs = 5 * minuteMs
const idsMax = 200

/**
 * Opens, renews and resolves alerts of `source` as it reports them: all in one transaction, and nothing twice however
 * often it says so.
 */
export async function reportAlerts(ctx: Context, source: string, reported: readonly ReportedAlert[]): Promise<void> {
  try {
    await take(ctx, source, reported)
  } catch (error) {
    // Two told of the same new alert at the same moment: now it is known.
    if (!isDuplicate(error)) throw error
    await take(ctx, source, reported)
  }
}

interface Plan {
  opened: AlertRow[]
  renewed: { row: AlertRow; changes: Partial<AlertRow> }[]
  ended: AlertRow[]
}

async function take(ctx: Context, source: string, reported: readonly ReportedAlert[]): Promise<void> {
  const { database } = ctx.platform
  const byKey = new Map(reported.map((one) => [keyOf(source, one.labels), one]))
  const foreseen = await planOf(ctx, database.read, source, byKey)
  if (foreseen.opened.length + foreseen.ended.length === 0)
    return database.transaction(async (tx) => renew(tx, (await planOf(ctx, tx, source, byKey)).renewed))
  await ctx.change('alert.report', { kind: 'alert', id: source }, async (tx, note) => {
    const plan = await planOf(ctx, tx, source, byKey)
    const transitions = await store(tx, plan, ctx.now())
    note.after = { opened: plan.opened.map(({ name }) => name), resolved: plan.ended.map(({ name }) => name) }
    note.event = { transitions }
  })
}

const fingerprintOf = (source: string, labels: Record<string, string>): string =>
  hash('sha256', `${source}\n${labelsKey(labels)}`, 'hex').slice(0, 32)

const keyOf = (source: string, labels: Record<string, string>): string => `${source}:${fingerprintOf(source, labels)}`

async function planOf(
  ctx: Context,
  db: Pick<Tx, 'selectFrom'>,
  source: string,
  byKey: ReadonlyMap<string, ReportedAlert>,
): Promise<Plan> {
  const now = ctx.now()
  const open = await openOf(db, [...byKey.keys()])
  const plan: Plan = { opened: [], renewed: [], ended: [] }
  for (const [key, one] of byKey) {
    const row = open.get(key)
    const isOver = one.endsAt !== undefined && one.endsAt <= now
    if (isOver && row) plan.ended.push({ ...row, resolution: 'recovered' })
    if (isOver) continue
    if (row) plan.renewed.push({ row, changes: renewal(one, now) })
    else plan.opened.push(rowOf(source, key, one, now))
  }
  return plan
}

async function openOf(db: Pick<Tx, 'selectFrom'>, keys: readonly string[]): Promise<Map<string, AlertRow>> {
  const open = new Map<string, AlertRow>()
  for (let start = 0; start < keys.length; start += idsMax) {
    const slice = keys.slice(start, start + idsMax)
    const rows = await db.selectFrom('alerts').selectAll().where('open_key', 'in', slice).execute()
    for (const row of rows) open.set(row.open_key!, row)
  }
  return open
}

/** One line that every engine can store. */
const lineOf = (text: string): string =>
  text
    .slice(0, 200)
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ')

const renewal = ({ annotations, endsAt }: ReportedAlert, now: number): Partial<AlertRow> => ({
  annotations_json: JSON.stringify(annotations),
  ends_at: endsAt ?? now + resolveTimeoutMs,
  updated_at: now,
})

function rowOf(source: string, key: string, reported: ReportedAlert, now: number): AlertRow {
  const { labels, startsAt = now, generatorUrl = '' } = reported
  const beganAt = Math.min(startsAt, now)
  return {
    id: newId(),
    rule_id: null,
    source,
    fingerprint: fingerprintOf(source, labels),
    name: lineOf(labels['alertname'] ?? 'unnamed'),
    severity: severityOf(labels['severity']),
    state: 'firing',
    labels_json: JSON.stringify(labels),
    value: null,
    threshold: null,
    generator_url: generatorUrl.toWellFormed().replaceAll('\0', ''),
    pending_at: beganAt,
    fired_at: beganAt,
    acknowledged_at: null,
    acknowledged_by: null,
    resolved_at: null,
    resolved_by: null,
    resolution: null,
    note: null,
    open_key: key,
    recovering_since: null,
    annotations_json: '{}',
    ends_at: null,
    updated_at: now,
    ...renewal(reported, now),
  }
}

async function renew(tx: Tx, renewed: Plan['renewed']): Promise<void> {
  for (const { row, changes } of renewed)
    await tx.updateTable('alerts').set(changes).where('id', '=', row.id).where('open_key', 'is not', null).execute()
}

async function store(tx: Tx, { opened, renewed, ended }: Plan, now: number): Promise<Transitions> {
  for (let start = 0; start < opened.length; start += idsMax)
    await tx
      .insertInto('alerts')
      .values(opened.slice(start, start + idsMax))
      .execute()
  await renew(tx, renewed)
  await end(tx, ended, now)
  await recordHistory(tx, [
    ...opened.map(({ id, source }) => historyOf(id, now, 'firing', `reported by ${source}`)),
    ...ended.map(({ id, resolution }) => historyOf(id, now, 'resolved', resolution ?? '')),
  ])
  return { ...noTransitions(), firing: opened.map(({ id }) => id), resolved: ended.map(({ id }) => id) }
}

const historyOf = (alert_id: string, at: number, what: string, detail: string): Omit<AlertHistoryRow, 'id'> => ({
  alert_id,
  at,
  what,
  by: null,
  detail,
})

async function end(tx: Tx, ended: readonly AlertRow[], now: number): Promise<void> {
  for (const { id, resolution } of ended)
    await tx
      .updateTable('alerts')
      .set({ state: 'resolved', resolved_at: now, resolution, open_key: null, updated_at: now })
      .where('id', '=', id)
      .where('open_key', 'is not', null)
      .execute()
}

/** Resolves alerts that their reporter no longer speaks of. */
export async function endUnreported(ctx: Context, lease: Lease): Promise<void> {
  const now = ctx.now()
  const late = (db: Pick<Tx, 'selectFrom'>) =>
    db.selectFrom('alerts').selectAll().where('open_key', 'is not', null).where('ends_at', '<=', now).execute()
  if ((await late(ctx.db)).length === 0) return
  await ctx.change('alert.report', { kind: 'alert', id: 'unreported' }, async (tx, note) => {
    await lease.fence(tx)
    const ended = (await late(tx)).map((row) => ({ ...row, resolution: 'not reported any more' }))
    note.event = { transitions: await store(tx, { opened: [], renewed: [], ended }, now) }
    note.after = { resolved: ended.map(({ name }) => name) }
  })
}
