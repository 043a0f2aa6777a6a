import { AppError, invalid, notFound } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import type { ChangeNote, Context } from '#platform/context.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import { appendEvent, type NewEvent } from './events.ts'
import { isActive, nextStatuses, type SessionStatus } from './status.ts'
import type { SessionRow } from './store.ts'

/** `character_name` and `current_mode` are what older clients say for `name` and `mode`. */
export interface Named {
  name?: string | undefined
  character_name?: string | undefined
  server?: string | undefined
  mode?: string | undefined
  current_mode?: string | undefined
}

/** What the owner, or the runner, says of a session; what is left out stays. */
export interface SessionChanges extends Named {
  status?: SessionStatus | undefined
  progress?: number | null | undefined
  progress_note?: string | null | undefined
  metrics?: Record<string, number> | undefined
  reason?: string | undefined
}

export async function createSession(ctx: Context, input: Named & { runner?: string | undefined }): Promise<SessionRow> {
  const name = input.name ?? input.character_name
  if (name === undefined) throw invalid('name', 'Write a name (or character_name)')
  const now = ctx.now()
  const session: SessionRow = {
    id: newId(),
    name,
    server: input.server ?? '',
    status: 'created',
    mode: input.mode ?? input.current_mode ?? null,
    owner_id: ctx.actor.email === null ? null : ctx.actor.id,
    owner_label: ctx.actor.label,
    runner_id: null,
    progress: null,
    progress_note: null,
    metrics_json: '{}',
    heartbeat_at: null,
    started_at: null,
    ended_at: null,
    reason: null,
    event_count: 0,
    created_at: now,
    updated_at: now,
  }
  return ctx.change('automation-session.create', { kind: 'automation session', id: session.id }, async (tx, note) => {
    const row = { ...session, runner_id: await runnerNamed(tx, input.runner) }
    await tx
      .insertInto('automation_sessions')
      .values({ ...row, event_count: 1 })
      .execute()
    await appendEvent(tx, row, now, { kind: 'status', text: `Created by ${ctx.actor.label}` })
    note.after = audited(row)
    return row
  })
}

async function runnerNamed(tx: Tx, name: string | undefined): Promise<string | null> {
  if (name === undefined) return null
  const runner = await tx.selectFrom('runners').select('id').where('name', '=', name).executeTakeFirst()
  if (!runner) throw new AppError('RESOURCE_NOT_FOUND', `No runner is called ${name}`, { runner: name })
  return runner.id
}

/** Throws RESOURCE_NOT_FOUND. */
export async function findSession(db: ReadDb | Tx, id: string): Promise<SessionRow> {
  const session = await db.selectFrom('automation_sessions').selectAll().where('id', '=', id).executeTakeFirst()
  if (!session) throw notFound('session', id)
  return session
}

export const updateSession = (ctx: Context, id: string, changes: SessionChanges): Promise<SessionRow> =>
  ctx.change('automation-session.update', { kind: 'automation session', id }, async (tx, note) =>
    applyChanges(ctx, tx, note, await findSession(tx, id), changes),
  )

/** For a transaction that does more: what is said of a session, judged, stored and told in its events. */
export async function applyChanges(
  ctx: Context,
  tx: Tx,
  note: ChangeNote,
  before: SessionRow,
  changes: SessionChanges & { runner_id?: string | null },
): Promise<SessionRow> {
  const after = changed(before, changes, ctx.now())
  for (const event of eventsOf(before, after, ctx.actor.label)) await appendEvent(tx, after, ctx.now(), event)
  const { id, ...values } = after
  const { numUpdatedRows } = await tx
    .updateTable('automation_sessions')
    .set(values)
    .where('id', '=', id)
    .where('updated_at', '=', before.updated_at)
    .executeTakeFirst()
  // Two reports at once may both have read the same state; the first wins.
  if (numUpdatedRows === 0n) throw new AppError('CONFLICT', 'Somebody changed the session meanwhile; read it again')
  note.before = audited(before)
  note.after = audited(after)
  note.event = { status: after.status, from: before.status }
  return after
}

/** @throws AppError CONFLICT for a move that is not legal */
function changed(
  before: SessionRow,
  { status = before.status, metrics, ...changes }: SessionChanges & { runner_id?: string | null },
  now: number,
): SessionRow {
  requireMove(before.status, status)
  const moved = status !== before.status
  return {
    ...before,
    name: changes.name ?? changes.character_name ?? before.name,
    server: changes.server ?? before.server,
    mode: changes.mode ?? changes.current_mode ?? before.mode,
    status,
    runner_id: changes.runner_id === undefined ? before.runner_id : changes.runner_id,
    progress: changes.progress === undefined ? before.progress : changes.progress,
    progress_note: changes.progress_note === undefined ? before.progress_note : changes.progress_note,
    metrics_json: metrics === undefined ? before.metrics_json : JSON.stringify(metrics),
    reason: changes.reason ?? (moved ? null : before.reason),
    heartbeat_at: now,
    started_at: isActive(status) && !isActive(before.status) && before.status !== 'lost' ? now : before.started_at,
    ended_at: isActive(status) || status === 'created' ? null : moved ? now : before.ended_at,
    updated_at: Math.max(now, before.updated_at + 1),
  }
}

export function requireMove(from: SessionStatus, to: SessionStatus): void {
  const allowed = nextStatuses[from]
  if (from !== to && !allowed.includes(to)) {
    throw new AppError('CONFLICT', `A session that is ${from} cannot become ${to}`, { from, to, allowed })
  }
}

function eventsOf(before: SessionRow, after: SessionRow, by: string): NewEvent[] {
  const events: NewEvent[] = []
  if (before.runner_id !== after.runner_id && after.runner_id !== null) {
    events.push({ kind: 'runner', text: `Taken by a runner`, data: { runner_id: after.runner_id } })
  }
  if (before.status !== after.status) {
    const why = after.reason ? `: ${after.reason}` : ''
    const data = { from: before.status, to: after.status, by }
    events.push({ kind: 'status', text: `${before.status} → ${after.status}${why}`, data })
  }
  if (before.mode !== after.mode) events.push({ kind: 'mode', text: `Mode ${after.mode}`, data: { mode: after.mode } })
  if (after.progress_note !== null && before.progress_note !== after.progress_note) {
    events.push({ kind: 'progress', text: after.progress_note, data: { progress: after.progress } })
  }
  return events
}

export async function deleteSession(ctx: Context, id: string): Promise<void> {
  await ctx.change('automation-session.delete', { kind: 'automation session', id }, async (tx, note) => {
    const session = await findSession(tx, id)
    if (isActive(session.status)) {
      throw new AppError('CONFLICT', `A session that is ${session.status} cannot be deleted; stop it first`)
    }
    await tx.deleteFrom('automation_sessions').where('id', '=', id).execute()
    note.before = audited(session)
  })
}

const audited = ({ name, server, status, mode, runner_id, reason }: SessionRow): Record<string, unknown> => ({
  name,
  server,
  status,
  mode,
  runner_id,
  reason,
})
