import { AppError, notFound } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import { isoOrNull } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Tx } from '#platform/database/database.ts'
import { signingOwner } from './confirmSigned.ts'
import { keysIn, type KeyRow } from './store.ts'
import { generateKey, generateSigningSecret } from './token.ts'

/** A key as its maker gets to see it, once. */
export interface MadeKey {
  row: KeyRow
  key: string
  signingSecret: string | null
}

type Wanted = Pick<KeyRow, 'user_id' | 'name' | 'scopes_json' | 'expires_at'> & { signing: boolean }

/** A row ready to insert, and the secrets that belong to it. */
export function newKey(ctx: Context, { signing, ...wanted }: Wanted): MadeKey {
  const { key, ...generated } = generateKey()
  const id = newId()
  const signingSecret = signing ? generateSigningSecret() : null
  const row: KeyRow = {
    ...wanted,
    ...generated,
    id,
    signing_secret_sealed: signingSecret && ctx.platform.secrets.seal(signingSecret, signingOwner(id)),
    created_at: ctx.now(),
    last_used_at: null,
    last_used_address: null,
    revoked_at: null,
    rotated_to: null,
  }
  return { row, key, signingSecret }
}

const liveKeysMax = 50

/** Those who make keys for one user at the same moment wait for each other here, at the user's row. */
export async function lockOwner(tx: Tx, userId: string): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('users')
    .set((row) => ({ updated_at: row.ref('updated_at') }))
    .where('id', '=', userId)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw notFound('user', userId)
}

/** Throws CONFLICT when the user has as many live keys as anybody may have. */
export async function requireRoom(tx: Tx, userId: string, now: number): Promise<void> {
  const { count } = await keysIn(tx, 'active', now)
    .select((row) => row.fn.countAll().as('count'))
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  if (Number(count) < liveKeysMax) return
  throw new AppError('CONFLICT', `A user can have ${liveKeysMax} API keys; revoke one first`, { limit: liveKeysMax })
}

/** What the audit log keeps of a key: enough to recognise it, nothing to use it. */
export const audited = ({ user_id, name, prefix, scopes_json, expires_at }: KeyRow): Record<string, unknown> => ({
  user_id,
  name,
  prefix,
  scopes: scopes_json === null ? null : JSON.parse(scopes_json),
  expires_at: isoOrNull(expires_at),
})
