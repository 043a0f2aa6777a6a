import type { Context } from '#platform/context.ts'
import type { Tx } from '#platform/database/database.ts'
import { applyChanges, isActive, nextSessionStatuses, type SessionStatus } from '../sessions/index.ts'
import type { CommandRow } from './store.ts'

/** Where a session is when the command that leads there has succeeded; runners may also report it themselves. */
const reached: Record<string, SessionStatus> = {
  start_session: 'running',
  stop_session: 'stopped',
  pause_session: 'paused',
  resume_session: 'running',
}

/** What the end of a command means for its session. */
export async function settleSession(ctx: Context, tx: Tx, command: CommandRow): Promise<void> {
  if (command.session_id === null) return
  const before = await tx
    .selectFrom('automation_sessions')
    .selectAll()
    .where('id', '=', command.session_id)
    .executeTakeFirst()
  if (!before) return
  const changes = consequence(command, before.status)
  if (changes) await applyChanges(ctx, tx, {}, before, changes)
}

function consequence(
  { verb, status, args_json, detail }: CommandRow,
  now: SessionStatus,
): { status?: SessionStatus; mode?: string; reason?: string } | undefined {
  if (status === 'succeeded') {
    const mode = verb === 'start_mode' ? (JSON.parse(args_json) as string[])[0] : undefined
    if (mode !== undefined) return { mode }
    const to = reached[verb]
    // Its program may have ended by now, and the runner have said so first; or have been started anew since.
    const isThere = verb === 'stop_session' ? now === 'stopping' || now === 'lost' : isActive(now) || now === 'lost'
    return to && isThere && nextSessionStatuses[now].includes(to) ? { status: to } : undefined
  }
  // A session that was to start and did not has failed; one that goes on is no worse for a command that did not work.
  if (verb !== 'start_session' || now !== 'starting') return undefined
  return { status: status === 'lost' ? 'lost' : 'failed', reason: detail ?? `The command to start it ${status}` }
}
