import { hash } from 'node:crypto'
import { notFound } from '#kernel/errors.ts'
import { dayMs } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Tx } from '#platform/database/database.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { shortLinksEndpoints } from './contract.ts'

/** Of one user; the one followed longest ago gives way. */
const ownMax = 500
/** 96 bits: nobody finds an address by guessing. */
const idCharacters = 16

const idOf = (address: string): string => hash('sha256', address, 'base64url').slice(0, idCharacters)

/** Like what ran, a trace of use and no change of anything: the audit log has nothing of it. */
export const shortLinksHandlers: Handlers<typeof shortLinksEndpoints> = {
  keep: async (ctx, { body: { address } }) => {
    const id = idOf(address)
    try {
      await keep(ctx, id, address)
    } catch (error) {
      // The same one was kept by two at once; now it is there.
      if (!isDuplicate(error)) throw error
    }
    return { id, address }
  },
  follow: async (ctx, { params: { id } }) => {
    const row = await ctx.db
      .selectFrom('short_links')
      .select('address')
      .where('id', '=', id)
      .where('used_at', '>=', oldestKept(ctx))
      .executeTakeFirst()
    if (!row) throw notFound('short link', id)
    await ctx.platform.database.measurement((tx) => touch(tx, id, ctx.now()))
    return { id, address: row.address }
  },
}

const oldestKept = (ctx: Context): number => ctx.now() - ctx.platform.config.get('short_link_retention_days') * dayMs

const keep = (ctx: Context, id: string, address: string): Promise<void> =>
  ctx.platform.database.measurement(async (tx) => {
    await tx.deleteFrom('short_links').where('used_at', '<', oldestKept(ctx)).execute()
    const known = await tx.selectFrom('short_links').select('id').where('id', '=', id).executeTakeFirst()
    if (known) return touch(tx, id, ctx.now())
    await tx.insertInto('short_links').values({ id, user_id: ctx.actor.id, address, used_at: ctx.now() }).execute()
    await dropOldest(tx, ctx.actor.id)
  })

const touch = async (tx: Tx, id: string, atMs: number): Promise<void> =>
  void (await tx.updateTable('short_links').set({ used_at: atMs }).where('id', '=', id).execute())

async function dropOldest(tx: Tx, userId: string): Promise<void> {
  const own = await tx
    .selectFrom('short_links')
    .select('id')
    .where('user_id', '=', userId)
    .orderBy('used_at', 'desc')
    .orderBy('id')
    .execute()
  const old = own.slice(ownMax).map(({ id }) => id)
  if (old.length > 0) await tx.deleteFrom('short_links').where('id', 'in', old).execute()
}
