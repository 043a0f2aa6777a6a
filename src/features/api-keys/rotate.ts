import { AppError } from '#kernel/errors.ts'
import { minuteMs } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import { audited, lockOwner, newKey, requireRoom, type MadeKey } from './newKey.ts'
import { getOwnKey } from './revoke.ts'
import { stateOf, type KeyRow } from './store.ts'

/**
 * Replaces a key by one with the same name, scopes and length of life. The old one works on for the
 * overlap, but not beyond its own end. An API key may replace itself and no other: it would be
 * handed the rights of the other.
 */
export async function rotateOwnKey(
  ctx: Context,
  id: string,
  overlapMinutes: number,
): Promise<MadeKey & { old: KeyRow }> {
  const key = await getOwnKey(ctx, id)
  requireMayRotate(ctx, key)
  const made = newKey(ctx, {
    ...heritage(key),
    expires_at: key.expires_at && ctx.now() + (key.expires_at - key.created_at),
    signing: key.signing_secret_sealed !== null,
  })
  const ending = {
    expires_at: Math.min(key.expires_at ?? Infinity, ctx.now() + overlapMinutes * minuteMs),
    rotated_to: made.row.id,
  }
  const old = { ...key, ...ending }
  await ctx.change('api-key.rotate', { kind: 'api-key', id }, async (tx, note) => {
    await lockOwner(tx, key.user_id)
    const { numUpdatedRows } = await tx
      .updateTable('api_keys')
      .set(ending)
      .where('id', '=', id)
      .where('rotated_to', 'is', null)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw ended(id)
    await requireRoom(tx, key.user_id, ctx.now())
    await tx.insertInto('api_keys').values(made.row).execute()
    note.before = audited(key)
    note.after = { ...audited(old), rotated_to: made.row.id, new_prefix: made.row.prefix }
    note.event = { user_id: key.user_id }
  })
  return { ...made, old }
}

function requireMayRotate(ctx: Context, key: KeyRow): void {
  if (ctx.actor.kind === 'api-key' && ctx.actor.keyId !== key.id) {
    throw new AppError('PERMISSION_DENIED', 'An API key can rotate only itself', { api_key_id: key.id })
  }
  if (stateOf(key, ctx.now()) !== 'active') throw ended(key.id)
}

const ended = (id: string): AppError =>
  new AppError('CONFLICT', 'The key has ended or was rotated already; make a new one', { api_key_id: id })

const heritage = ({ user_id, name, scopes_json }: KeyRow) => ({ user_id, name, scopes_json })
