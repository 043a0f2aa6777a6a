import { dayMs, minuteMs } from '#kernel/time.ts'
import type { ReadDb } from '#platform/database/database.ts'
import type { Platform } from '#platform/platform.ts'

export async function countUsers(db: ReadDb): Promise<{ total: number; active: number; pending: number }> {
  const rows = await db
    .selectFrom('users')
    .select((row) => ['state', row.fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute()
  const inState = new Map(rows.map(({ state, count }) => [state, Number(count)]))
  return {
    total: [...inState.values()].reduce((sum, count) => sum + count, 0),
    active: inState.get('active') ?? 0,
    pending: inState.get('pending') ?? 0,
  }
}

/** Sessions that may still be used, and the users who did so within the life of an access token. */
export async function countSessions({
  database,
  config,
  now,
}: Platform): Promise<{ sessions: number; online: number }> {
  const live = database.read.selectFrom('auth_sessions').where('revoked_at', 'is', null).where('expires_at', '>', now())
  const lately = now() - config.get('access_token_minutes') * minuteMs
  const { sessions } = await live.select((row) => row.fn.countAll<number>().as('sessions')).executeTakeFirstOrThrow()
  const { online } = await live
    .where('last_seen_at', '>', lately)
    .select((row) => row.fn.count<number>('user_id').distinct().as('online'))
    .executeTakeFirstOrThrow()
  return { sessions: Number(sessions), online: Number(online) }
}

export async function countProjects(db: ReadDb) {
  const rows = await db
    .selectFrom('projects')
    .select((row) => ['status', row.fn.countAll<number>().as('count')])
    .groupBy('status')
    .execute()
  const by_status = { NONE: 0, PENDING: 0, PROCESSING: 0, COMPLETED: 0 }
  for (const { status, count } of rows) by_status[status] = Number(count)
  return { total: Object.values(by_status).reduce((sum, count) => sum + count, 0), by_status }
}

export async function countMessages(db: ReadDb, now: number): Promise<{ total: number; last_24h: number }> {
  const messages = db.selectFrom('messages').select((row) => row.fn.countAll<number>().as('count'))
  const { count: total } = await messages.executeTakeFirstOrThrow()
  const { count: recent } = await messages.where('created_at', '>', now - dayMs).executeTakeFirstOrThrow()
  return { total: Number(total), last_24h: Number(recent) }
}
