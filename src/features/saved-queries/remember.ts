import { createHash } from 'node:crypto'
import { newId } from '#kernel/id.ts'
import type { Context } from '#platform/context.ts'
import type { Tx } from '#platform/database/database.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import { queriesOf, type SavedQueryRow } from './store.ts'

/** Of one user on one page, without those that have a star. */
const plainMax = 100

export interface Ran {
  page: string
  queries: readonly string[]
}

/**
 * Writes down that it ran. A trace of use as other activity is, and no change of anything: nothing of it goes into the
 * audit log, which a person at work would fill.
 */
export async function rememberQuery(ctx: Context, ran: Ran): Promise<SavedQueryRow> {
  try {
    return await write(ctx, ran)
  } catch (error) {
    // The same one ran in two windows at once; now it is there.
    if (isDuplicate(error)) return write(ctx, ran)
    throw error
  }
}

function write(ctx: Context, { page, queries }: Ran): Promise<SavedQueryRow> {
  const queries_json = JSON.stringify(queries)
  const fingerprint = createHash('sha256').update(queries_json).digest('hex')
  const key = { user_id: ctx.actor.id, page, fingerprint }
  return ctx.platform.database.measurement(async (tx) => {
    const known = await tx
      .selectFrom('saved_queries')
      .selectAll()
      .where('user_id', '=', key.user_id)
      .where('page', '=', page)
      .where('fingerprint', '=', fingerprint)
      .executeTakeFirst()
    const row = { id: newId(), starred: 0, queries_json, ...key, ...known, used_at: ctx.now() }
    if (known) await tx.updateTable('saved_queries').set({ used_at: row.used_at }).where('id', '=', row.id).execute()
    else await tx.insertInto('saved_queries').values(row).execute()
    await dropOldest(tx, key.user_id, page)
    return row
  })
}

async function dropOldest(tx: Tx, userId: string, page: string): Promise<void> {
  const plain = await queriesOf(tx, userId, page).where('starred', '=', 0).execute()
  const old = plain.slice(plainMax).map(({ id }) => id)
  if (old.length > 0) await tx.deleteFrom('saved_queries').where('id', 'in', old).execute()
}
