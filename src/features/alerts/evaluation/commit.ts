import type { Context } from '#platform/context.ts'
import type { Database, Tx } from '#platform/database/database.ts'
import type { Lease } from '#platform/jobs/lease.ts'
import { recordHistory } from '../life/history.ts'
import { noTransitions, type Transitions } from '../life/transitions.ts'
import type { Entry } from './book.ts'
import type { Track } from './track.ts'

/** Somebody changed the rule or the alert meanwhile: it is to be read and decided again. */
export class MovedMeanwhile extends Error {}

export interface Decided {
  track: Track
  evaluatedAt: number
  error: string | null
}

const rowsMax = 100
/** So many alerts are named in the audit log for one evaluation. */
const namedMax = 50

/**
 * Stores how the alerts moved, all or nothing and only as the one who evaluates; nothing where nothing moved.
 * @throws LeaseLost, MovedMeanwhile, or what the database threw
 */
export async function commit(ctx: Context, lease: Lease, decided: readonly Decided[]): Promise<void> {
  const changed = decided.filter(isChanged)
  if (changed.length === 0) return
  const transitions = allTransitions(changed)
  const { database } = ctx.platform
  if (Object.values(transitions).every((ids) => ids.length === 0))
    return database.transaction((tx) => store(tx, lease, changed))
  await ctx.change('alert.evaluate', { kind: 'alert', id: 'rules' }, async (tx, note) => {
    await store(tx, lease, changed)
    note.after = named(changed)
    note.event = { transitions }
  })
}

const isChanged = ({ track, error }: Decided): boolean =>
  error !== track.storedError || track.book.pending().entries.length > 0

function allTransitions(decided: readonly Decided[]): Transitions {
  const all = noTransitions()
  for (const { track } of decided) {
    const { transitions } = track.book.pending()
    for (const state of Object.keys(all) as (keyof Transitions)[]) all[state].push(...transitions[state])
  }
  return all
}

function named(decided: readonly Decided[]): Record<string, unknown> {
  const entries = decided.flatMap(({ track }) => track.book.pending().entries)
  const names = entries.slice(0, namedMax).map(({ row }) => `${row.name} ${row.state} ${row.id}`)
  return { alerts: names, ...(entries.length > namedMax && { others: entries.length - namedMax }) }
}

async function store(tx: Tx, lease: Lease, decided: readonly Decided[]): Promise<void> {
  await lease.fence(tx)
  await requireUnchanged(tx, decided)
  const pending = decided.map(({ track }) => track.book.pending())
  const entries = pending.flatMap((one) => one.entries)
  await insert(
    tx,
    entries.filter(({ stored }) => stored === null),
  )
  for (const entry of entries) if (entry.stored !== null) await update(tx, entry)
  await recordHistory(
    tx,
    pending.flatMap(({ history }) => history),
  )
  for (const { track, evaluatedAt, error } of decided) await putStanding(tx, track.active.id, evaluatedAt, error)
}

/** A rule may have been switched off, or deleted, while it was evaluated. */
async function requireUnchanged(tx: Tx, decided: readonly Decided[]): Promise<void> {
  const versions = new Map<string, number>()
  for (let start = 0; start < decided.length; start += rowsMax) {
    const ids = decided.slice(start, start + rowsMax).map(({ track }) => track.active.id)
    const rows = await tx.selectFrom('alert_rules').select(['id', 'version']).where('id', 'in', ids).execute()
    for (const { id, version } of rows) versions.set(id, version)
  }
  for (const { track } of decided)
    if (versions.get(track.active.id) !== track.active.version) throw new MovedMeanwhile('The rule was changed')
}

async function insert(tx: Tx, entries: readonly Entry[]): Promise<void> {
  for (let start = 0; start < entries.length; start += rowsMax) {
    const rows = entries.slice(start, start + rowsMax).map(({ row }) => row)
    await tx.insertInto('alerts').values(rows).execute()
  }
}

async function update(tx: Tx, { row, stored }: Entry): Promise<void> {
  const { id, acknowledged_at: _at, acknowledged_by: _by, note: _note, labels_json: _labels, ...changes } = row
  const { numUpdatedRows } = await tx
    .updateTable('alerts')
    .set(changes)
    .where('id', '=', id)
    .where('state', '=', stored!)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new MovedMeanwhile('The alert was changed')
}

/** The one who evaluates is alone, so what is not there stays so until it is put there. */
export async function putStanding(tx: Tx, rule_id: string, evaluated_at: number, error: string | null): Promise<void> {
  const known = await tx
    .selectFrom('alert_standings')
    .select('rule_id')
    .where('rule_id', '=', rule_id)
    .executeTakeFirst()
  if (known)
    await tx.updateTable('alert_standings').set({ evaluated_at, error }).where('rule_id', '=', rule_id).execute()
  else await tx.insertInto('alert_standings').values({ rule_id, evaluated_at, error }).execute()
}

/** Stores newer values of alerts that fire, and up to when all was evaluated. */
export async function storeProgress(
  database: Database,
  lease: Lease,
  stale: readonly Entry[],
  evaluated: { rule: string; at: number },
): Promise<void> {
  await database.measurement(async (tx) => {
    await lease.fence(tx)
    for (const { row } of stale) {
      const { id, value, annotations_json } = row
      await tx
        .updateTable('alerts')
        .set({ value, annotations_json, updated_at: evaluated.at })
        .where('id', '=', id)
        .where('open_key', 'is not', null)
        .execute()
    }
    await putStanding(tx, evaluated.rule, evaluated.at, null)
  })
}
