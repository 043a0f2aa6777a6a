import type { ReadDb } from '#platform/database/database.ts'
import { keysIn, type KeyRow, type KeyState } from './store.ts'

export interface KeyFilter {
  user_id?: string | undefined
  state?: KeyState | undefined
  limit: number
  offset: number
}

/** The newest first, each with its owner's username. */
export async function listKeys(
  db: ReadDb,
  { user_id, state, limit, offset }: KeyFilter,
  now: number,
): Promise<{ keys: (KeyRow & { username: string })[]; total: number }> {
  const ofAll = keysIn(db, state, now)
  const matching = user_id === undefined ? ofAll : ofAll.where('user_id', '=', user_id)
  const keys = await matching
    .innerJoin('users', 'users.id', 'api_keys.user_id')
    .selectAll('api_keys')
    .select('users.username')
    .orderBy('api_keys.created_at', 'desc')
    .orderBy('api_keys.id', 'desc')
    .limit(limit)
    .offset(offset)
    .execute()
  const { total } = await matching.select((row) => row.fn.countAll().as('total')).executeTakeFirstOrThrow()
  return { keys, total: Number(total) }
}
