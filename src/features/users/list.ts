import type * as z from 'zod'
import type { ReadDb } from '#platform/database/database.ts'
import { contains } from '#platform/database/text.ts'
import type { usersEndpoints } from './contract.ts'
import type { UserRow } from './store.ts'

type Filter = z.output<typeof usersEndpoints.list.query>

export async function listUsers(db: ReadDb, filter: Filter, now: number): Promise<{ users: UserRow[]; total: number }> {
  const matching = matchingUsers(db, filter, now)
  const descending = filter.sort.startsWith('-')
  const column = filter.sort.replace('-', '') as 'created_at' | 'username' | 'last_login_at'
  const users = await matching
    .selectAll()
    .orderBy(column, descending ? 'desc' : 'asc')
    .orderBy('id')
    .limit(filter.limit)
    .offset(filter.offset)
    .execute()
  const { total } = await matching.select((row) => row.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { users, total: Number(total) }
}

function matchingUsers(db: ReadDb, { q, state, role }: Filter, now: number) {
  let users = db.selectFrom('users')
  if (role) users = users.where('role', '=', role)
  if (q)
    users = users.where((row) => row.or([contains('email', q.toLowerCase()), contains('username', q.toLowerCase())]))
  if (state === 'locked') return users.where('state', '=', 'active').where('locked_until', '>', now)
  if (state === 'active')
    return users
      .where('state', '=', 'active')
      .where((row) => row.or([row('locked_until', 'is', null), row('locked_until', '<=', now)]))
  if (state) return users.where('state', '=', state)
  return users
}
