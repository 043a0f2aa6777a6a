import type * as z from 'zod'
import { AppError, invalid } from '#kernel/errors.ts'
import { dayMs } from '#kernel/time.ts'
import { findRole, requireCovers } from '#features/roles/index.ts'
import { getUser, type UserRow } from '#features/users/index.ts'
import type { Context } from '#platform/context.ts'
import type { apiKeysEndpoints } from './contract.ts'
import { audited, lockOwner, newKey, requireRoom, type MadeKey } from './newKey.ts'
import { scopesToStore } from './scopes.ts'

export type KeyOrder = z.output<typeof apiKeysEndpoints.create.body>

export const createOwnKey = async (ctx: Context, order: KeyOrder): Promise<MadeKey> =>
  createKey(ctx, await getUser(ctx.db, ctx.actor.id), order)

/** Whoever holds a key acts as its owner, so it is made only by those who may do all the owner may. */
export async function createKeyFor(ctx: Context, userId: string, order: KeyOrder): Promise<MadeKey> {
  const owner = await getUser(ctx.db, userId)
  const role = await findRole(ctx.db, owner.role)
  requireCovers(ctx, role?.permissions ?? [])
  return createKey(ctx, owner, order)
}

async function createKey(ctx: Context, owner: UserRow, order: KeyOrder): Promise<MadeKey> {
  requireActive(owner)
  const scopes = await scopesFor(ctx, owner, order.scopes)
  const made = newKey(ctx, {
    user_id: owner.id,
    name: order.name,
    scopes_json: scopes && JSON.stringify(scopes),
    expires_at: expiryOf(order, ctx.now()),
    signing: order.signing,
  })
  await ctx.change('api-key.create', { kind: 'api-key', id: made.row.id }, async (tx, note) => {
    await lockOwner(tx, owner.id)
    await requireRoom(tx, owner.id, ctx.now())
    await tx.insertInto('api_keys').values(made.row).execute()
    note.after = audited(made.row)
    note.event = { user_id: owner.id }
  })
  return made
}

function requireActive({ id, state }: UserRow): void {
  if (state === 'active') return
  throw new AppError('CONFLICT', `The user is ${state}; a key of theirs would not work`, { user_id: id, state })
}

async function scopesFor(ctx: Context, owner: UserRow, asked: string[] | undefined): Promise<string[] | null> {
  const role = await findRole(ctx.db, owner.role)
  const held = new Set(role?.permissions.filter((permission) => ctx.can(permission)))
  return scopesToStore(asked, held, ctx.actor.kind === 'user' && ctx.actor.id === owner.id)
}

function expiryOf({ expires_at, expires_in_days }: KeyOrder, now: number): number | null {
  if (expires_at !== undefined && expires_at <= now) throw invalid('expires_at', 'expires_at lies in the past')
  return expires_at ?? (expires_in_days === undefined ? null : now + expires_in_days * dayMs)
}
