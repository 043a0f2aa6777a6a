import { AppError, notFound } from '#kernel/errors.ts'
import { iso } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import { audited } from './newKey.ts'
import { findKey, type KeyRow } from './store.ts'

export const revokeOwnKey = async (ctx: Context, id: string): Promise<void> => revoke(ctx, await getOwnKey(ctx, id))

export async function revokeKey(ctx: Context, id: string): Promise<void> {
  const key = await findKey(ctx.db, id)
  if (!key) throw notFound('api key', id)
  await revoke(ctx, key)
}

/** Somebody else's key is not found. */
export async function getOwnKey(ctx: Context, id: string): Promise<KeyRow> {
  const key = await findKey(ctx.db, id)
  if (!key || key.user_id !== ctx.actor.id) throw notFound('api key', id)
  return key
}

function revoke(ctx: Context, key: KeyRow): Promise<void> {
  return ctx.change('api-key.revoke', { kind: 'api-key', id: key.id }, async (tx, note) => {
    const revoked_at = ctx.now()
    const { numUpdatedRows } = await tx
      .updateTable('api_keys')
      .set({ revoked_at })
      .where('id', '=', key.id)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw new AppError('CONFLICT', 'The key was revoked already', { api_key_id: key.id })
    note.before = audited(key)
    note.after = { ...audited(key), revoked_at: iso(revoked_at) }
    note.event = { user_id: key.user_id }
  })
}
