import { AppError } from '#kernel/errors.ts'
import { minuteMs } from '#kernel/time.ts'
import { findRole } from '#features/roles/index.ts'
import { findUser } from '#features/users/index.ts'
import type { Actor } from '#platform/context.ts'
import type { Platform } from '#platform/platform.ts'
import { permissionsOf } from './scopes.ts'
import { findKey, findKeyByPrefix, stateOf, type KeyRow } from './store.ts'
import { keyMatches, prefixOf } from './token.ts'

const lastUsedEveryMs = minuteMs

/**
 * Whom a key acts for: its owner, with those rights the owner has at this moment that the key's
 * scopes name. Throws UNAUTHENTICATED, or TOKEN_EXPIRED where renewing the key would help.
 */
export async function identifyKey(platform: Platform, token: string, address: string): Promise<Actor> {
  const prefix = prefixOf(token)
  const key = prefix && (await findKeyByPrefix(platform.database.read, prefix))
  if (!key || !keyMatches(key, token)) throw new AppError('UNAUTHENTICATED', 'The API key is not valid')
  const actor = await actorOf(platform, key)
  noteUse(platform, key, address)
  return actor
}

/** The same actor with the rights it has now; throws as `identifyKey` does. */
export async function recheckKey(platform: Platform, keyId: string): Promise<Actor> {
  const key = await findKey(platform.database.read, keyId)
  if (!key) throw new AppError('UNAUTHENTICATED', 'The API key is not valid')
  return actorOf(platform, key)
}

async function actorOf({ database, now }: Platform, key: KeyRow): Promise<Actor> {
  const state = stateOf(key, now())
  if (state === 'revoked') throw new AppError('UNAUTHENTICATED', 'The API key was revoked')
  if (state === 'expired') throw new AppError('TOKEN_EXPIRED', 'The API key has expired; rotate keys before they do')
  const owner = await findUser(database.read, key.user_id)
  if (owner?.state !== 'active') throw new AppError('UNAUTHENTICATED', 'The owner of the API key is not active')
  const role = await findRole(database.read, owner.role)
  const scopes = key.scopes_json === null ? null : (JSON.parse(key.scopes_json) as string[])
  return {
    kind: 'api-key',
    id: owner.id,
    label: `${owner.username}/${key.name}`,
    role: owner.role,
    email: owner.email,
    mfaEnabled: owner.mfa_enabled_at !== null,
    permissions: permissionsOf(scopes, role?.permissions ?? []),
    sessionId: null,
    keyId: key.id,
    authenticatedAt: null,
  }
}

/** Written beside the request, which neither waits for it nor fails with it. */
function noteUse({ database, now, log }: Platform, { id, last_used_at }: KeyRow, address: string): void {
  const at = now()
  if (last_used_at !== null && at - last_used_at < lastUsedEveryMs) return
  database.write
    .updateTable('api_keys')
    .set({ last_used_at: at, last_used_address: address })
    .where('id', '=', id)
    .where((row) => row.or([row('last_used_at', 'is', null), row('last_used_at', '<=', at - lastUsedEveryMs)]))
    .execute()
    .catch((error: unknown) => log.warn({ component: 'api-keys', err: error, key_id: id }, 'last use not noted'))
}
