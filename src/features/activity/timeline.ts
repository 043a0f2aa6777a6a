import type * as z from 'zod'
import { notFound } from '#kernel/errors.ts'
import { iso } from '#kernel/time.ts'
import type { ReadDb } from '#platform/database/database.ts'
import type { activityEndpoints } from './contract.ts'
import { peopleOf } from './people.ts'

type Asked = z.output<typeof activityEndpoints.mine.query>

/** What one user did, newest first. A page begins where the one before ended, also while new events come in. */
export async function readTimeline(db: ReadDb, userId: string, { limit, cursor, kind, from, to }: Asked) {
  let events = db.selectFrom('activity_events').selectAll().where('user_id', '=', userId)
  if (kind) events = events.where('kind', '=', kind)
  if (from !== undefined) events = events.where('at', '>=', from)
  if (to !== undefined) events = events.where('at', '<=', to)
  if (cursor) {
    const [at = 0, id = 0] = cursor.split('_').map(Number)
    events = events.where((row) => row.or([row('at', '<', at), row.and([row('at', '=', at), row('id', '<', id)])]))
  }
  const rows = await events
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    events: page.map(({ id, at, route, key_id, ...rest }) => ({
      ...rest,
      id: String(id),
      at: iso(at),
      endpoint: route,
      api_key_id: key_id,
    })),
    next_cursor: rows.length > limit && last ? `${last.at}_${last.id}` : null,
  }
}

/** Also of a user who was deleted, as long as anything of them is kept; throws RESOURCE_NOT_FOUND otherwise. */
export async function readUserTimeline(db: ReadDb, userId: string, asked: Asked) {
  const person = (await peopleOf(db, [userId]))(userId)
  if (person.username === null) {
    const trace = await db
      .selectFrom('activity_events')
      .select('id')
      .where('user_id', '=', userId)
      .limit(1)
      .executeTakeFirst()
    if (!trace) throw notFound('user', userId)
  }
  return { ...person, ...(await readTimeline(db, userId, asked)) }
}
