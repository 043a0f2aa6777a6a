import { iso, minuteMs, secondMs } from '#kernel/time.ts'
import type { ReadDb } from '#platform/database/database.ts'
import { peopleOf } from './people.ts'

/** One session, or one API key, that did something lately. */
interface Presence {
  user_id: string
  session_id: string | null
  key_id: string | null
  calls: number
  first_at: number
  last_id: number
}

export async function readActive(db: ReadDb, now: number, { minutes, limit }: { minutes: number; limit: number }) {
  const present = await presences(db, now - minutes * minuteMs, limit)
  const sessions = await sessionsOf(db, present)
  const here = present.filter(({ session_id }) => session_id === null || !sessions.get(session_id)?.ended)
  const last = await lastActions(db, here)
  const person = await peopleOf(
    db,
    here.map(({ user_id }) => user_id),
  )
  return {
    users_online: new Set(here.map(({ user_id }) => user_id)).size,
    active: here.map(({ user_id, session_id, key_id, calls, first_at, last_id }) => {
      const startedAt = (session_id && sessions.get(session_id)?.startedAt) || first_at
      const action = last.get(last_id)
      const lastAt = action?.at ?? first_at
      return {
        ...person(user_id),
        session_id,
        api_key_id: key_id,
        started_at: iso(startedAt),
        duration_seconds: Math.floor((lastAt - startedAt) / secondMs),
        last_action_at: iso(lastAt),
        last_method: action?.method ?? null,
        last_endpoint: action?.route ?? null,
        address: action?.address ?? null,
        calls,
      }
    }),
  }
}

async function presences(db: ReadDb, since: number, limit: number): Promise<Presence[]> {
  const rows = await db
    .selectFrom('activity_events')
    .select((row) => [
      'user_id',
      'session_id',
      'key_id',
      row.fn.countAll<number>().as('calls'),
      row.fn.min<number>('at').as('first_at'),
      row.fn.max<number>('id').as('last_id'),
    ])
    .where('at', '>=', since)
    .where('user_id', 'is not', null)
    .where('kind', 'in', ['api_call', 'login'])
    .groupBy(['user_id', 'session_id', 'key_id'])
    .orderBy('last_id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    ...row,
    user_id: row.user_id!,
    calls: Number(row.calls),
    first_at: Number(row.first_at),
    last_id: Number(row.last_id),
  }))
}

/** When they began, and whether they ended; by the id of the session. */
async function sessionsOf(
  db: ReadDb,
  present: Presence[],
): Promise<Map<string, { startedAt: number; ended: boolean }>> {
  const ids = present.map(({ session_id }) => session_id).filter((id) => id !== null)
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('activity_events')
    .select((row) => ['session_id', 'kind', row.fn.min<number>('at').as('first_at')])
    .where('session_id', 'in', ids)
    .groupBy(['session_id', 'kind'])
    .execute()
  const bySession = Map.groupBy(rows, ({ session_id }) => session_id!)
  return new Map(
    [...bySession].map(([id, kinds]) => [
      id,
      {
        startedAt: Math.min(...kinds.map(({ first_at }) => Number(first_at))),
        ended: kinds.some(({ kind }) => kind === 'logout'),
      },
    ]),
  )
}

async function lastActions(db: ReadDb, present: Presence[]) {
  if (present.length === 0)
    return new Map<number, { at: number; method: string | null; route: string | null; address: string | null }>()
  const rows = await db
    .selectFrom('activity_events')
    .select(['id', 'at', 'method', 'route', 'address'])
    .where(
      'id',
      'in',
      present.map(({ last_id }) => last_id),
    )
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}
