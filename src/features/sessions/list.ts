import type * as z from 'zod'
import type { ReadDb } from '#platform/database/database.ts'
import { containsAnyCase } from '#platform/database/text.ts'
import type { Runner, sessionsEndpoints } from './contract.ts'
import { activeStatuses, sessionStatuses, type SessionStatus } from './status.ts'
import { runnerView, sessionViews, type SessionView } from './view.ts'

type Filter = z.output<typeof sessionsEndpoints.list.query>

/** Newest change first, with how many there are of each status. */
export async function listSessions(
  db: ReadDb,
  filter: Filter,
  now: number,
): Promise<{ sessions: SessionView[]; total: number; has_more: boolean; counts: Record<SessionStatus, number> }> {
  const matching = matchingSessions(db, filter)
  const rows = await matching
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit)
    .offset(filter.offset)
    .execute()
  const { count } = await matching.select((row) => row.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  const total = Number(count)
  return {
    sessions: await sessionViews(db, rows, now),
    total,
    has_more: filter.offset + rows.length < total,
    counts: await statusCounts(db),
  }
}

function matchingSessions(db: ReadDb, { status, server, runner_id, q }: Filter) {
  let sessions = db.selectFrom('automation_sessions')
  if (status) sessions = sessions.where('status', '=', status)
  if (server) sessions = sessions.where('server', '=', server)
  if (runner_id) sessions = sessions.where('runner_id', '=', runner_id)
  if (q) sessions = sessions.where(containsAnyCase('name', q))
  return sessions
}

async function statusCounts(db: ReadDb): Promise<Record<SessionStatus, number>> {
  const rows = await db
    .selectFrom('automation_sessions')
    .select((row) => ['status', row.fn.countAll<number>().as('count')])
    .groupBy('status')
    .execute()
  const counts = new Map(rows.map(({ status, count }) => [status, Number(count)]))
  return Object.fromEntries(sessionStatuses.map((status) => [status, counts.get(status) ?? 0])) as Record<
    SessionStatus,
    number
  >
}

export async function listRunners(db: ReadDb, now: number): Promise<z.output<typeof Runner>[]> {
  const [runners, busy] = await Promise.all([
    db.selectFrom('runners').selectAll().orderBy('name').execute(),
    activeByRunner(db),
  ])
  return runners.map((runner) => runnerView(runner, busy.get(runner.id) ?? 0, now))
}

/** Number of sessions at work, by runner; runners without any are absent. */
export async function activeByRunner(db: ReadDb): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('automation_sessions')
    .select((row) => ['runner_id', row.fn.countAll<number>().as('count')])
    .where('status', 'in', [...activeStatuses])
    .where('runner_id', 'is not', null)
    .groupBy('runner_id')
    .execute()
  return new Map(rows.map(({ runner_id, count }) => [runner_id!, Number(count)]))
}
