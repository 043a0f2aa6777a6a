import * as z from 'zod'
import { AppError } from '#kernel/errors.ts'
import type { Context } from '#platform/context.ts'
import { appendEvent } from './events.ts'
import { figures, line, storedText } from './contract.ts'
import type { ConnectedRunner } from './runners.ts'
import { applyChanges, findSession } from './sessions.ts'
import { isActive, sessionStatuses, type SessionStatus } from './status.ts'
import type { SessionRow } from './store.ts'

/** What a runner says of one of its sessions. */
export const sessionReport = z.strictObject({
  session_id: z.string().max(128),
  status: z.enum(sessionStatuses).optional(),
  mode: line(200).optional(),
  progress: z.number().min(0).max(1).nullable().optional(),
  progress_note: line(255).nullable().optional(),
  metrics: figures.optional(),
  reason: storedText(2_000).optional(),
  /** A line for its event stream. */
  log: storedText(4_000).optional(),
})

export type SessionReport = z.output<typeof sessionReport>

/** How far it is, what it measures and writes: nothing that anybody decided. */
const isMeasurement = ({ status, mode, reason }: SessionReport): boolean =>
  [status, mode, reason].every((part) => part === undefined)

/** @throws AppError PERMISSION_DENIED for a session that is not this runner's; CONFLICT for an illegal move */
export async function reportSession({ id, ctx }: ConnectedRunner, report: SessionReport): Promise<SessionRow> {
  const { session_id, log, ...changes } = report
  const session = await findSession(ctx.db, session_id)
  if (session.runner_id !== id) throw new AppError('PERMISSION_DENIED', 'This session is not yours')
  if (isMeasurement(report)) return storeMeasurement(ctx, report)
  return ctx.change('automation-session.report', { kind: 'automation session', id: session_id }, async (tx, note) => {
    const before = await findSession(tx, session_id)
    if (log !== undefined) await appendEvent(tx, before, ctx.now(), { kind: 'log', text: log })
    return applyChanges(ctx, tx, note, before, changes)
  })
}

/** Not audited, nor told as an event: a session may say something every second. */
function storeMeasurement(
  { platform }: Context,
  { session_id, progress, progress_note, metrics, log }: SessionReport,
): Promise<SessionRow> {
  const at = platform.now()
  return platform.database.measurement(async (tx) => {
    const session = await findSession(tx, session_id)
    if (log !== undefined) await appendEvent(tx, session, at, { kind: 'log', text: log })
    if (progress_note && progress_note !== session.progress_note)
      await appendEvent(tx, session, at, { kind: 'progress', text: progress_note, data: { progress } })
    const measured = {
      heartbeat_at: at,
      event_count: session.event_count,
      progress: progress === undefined ? session.progress : progress,
      progress_note: progress_note === undefined ? session.progress_note : progress_note,
      metrics_json: metrics === undefined ? session.metrics_json : JSON.stringify(metrics),
    }
    await tx.updateTable('automation_sessions').set(measured).where('id', '=', session_id).execute()
    return { ...session, ...measured }
  })
}

/** A runner takes a session that waits for one, or that was its own. */
export async function claimSession(runner: ConnectedRunner, sessionId: string): Promise<SessionRow> {
  const { ctx, id } = runner
  return ctx.change('automation-session.claim', { kind: 'automation session', id: sessionId }, async (tx, note) => {
    const session = await findSession(tx, sessionId)
    if (session.runner_id !== null && session.runner_id !== id) {
      throw new AppError('CONFLICT', 'Another runner has this session')
    }
    return applyChanges(ctx, tx, note, session, { runner_id: id })
  })
}

/** A runner that came back: what it is still at goes on, what it has forgotten is lost. */
export async function resumeSessions({ id, ctx }: ConnectedRunner, atWork: readonly string[]): Promise<SessionRow[]> {
  const sessions = await ctx.db.selectFrom('automation_sessions').selectAll().where('runner_id', '=', id).execute()
  const kept: SessionRow[] = []
  for (const session of sessions) {
    const knows = atWork.includes(session.id)
    if (isActive(session.status) && !knows) {
      await unlessMoved(loseSession(ctx, session, 'Its runner came back without it'))
    } else if (session.status === 'lost' && knows) {
      const again = await unlessMoved(found(ctx, session))
      if (again) kept.push(again)
    } else if (isActive(session.status)) kept.push(session)
  }
  return kept
}

/** Undefined where something else was heard of the session in the same moment. */
export const unlessMoved = (move: Promise<SessionRow>): Promise<SessionRow | undefined> =>
  move.catch((error: unknown) => {
    if (error instanceof AppError) return undefined
    throw error
  })

const found = (ctx: Context, session: SessionRow): Promise<SessionRow> =>
  move(ctx, session, 'lost', { status: 'running', reason: 'Its runner came back' })

/** Marks a session as lost, unless something was heard of it meanwhile. */
export const loseSession = (ctx: Context, session: SessionRow, reason: string): Promise<SessionRow> =>
  move(ctx, session, session.status, { status: 'lost', reason })

function move(
  ctx: Context,
  { id }: SessionRow,
  from: SessionStatus,
  changes: { status: SessionStatus; reason: string },
): Promise<SessionRow> {
  return ctx.change('automation-session.update', { kind: 'automation session', id }, async (tx, note) => {
    const now = await findSession(tx, id)
    if (now.status !== from) throw new AppError('CONFLICT', 'The session has moved on')
    return applyChanges(ctx, tx, note, now, changes)
  })
}
