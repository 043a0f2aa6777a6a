import type * as z from 'zod'
import { iso, isoOrNull } from '#kernel/time.ts'
import type { apiKeysEndpoints } from './contract.ts'
import { stateOf, type KeyRow } from './store.ts'

type ApiKeyView = z.output<typeof apiKeysEndpoints.list.reply>[number]

/** A key as it is sent: nothing of it that could be used. */
export const keyView = (key: KeyRow, username: string, now: number): ApiKeyView => ({
  id: key.id,
  user_id: key.user_id,
  username,
  name: key.name,
  prefix: key.prefix,
  scopes: key.scopes_json === null ? null : (JSON.parse(key.scopes_json) as string[]),
  signing: key.signing_secret_sealed !== null,
  state: stateOf(key, now),
  created_at: iso(key.created_at),
  expires_at: isoOrNull(key.expires_at),
  last_used_at: isoOrNull(key.last_used_at),
  last_used_address: key.last_used_address,
  revoked_at: isoOrNull(key.revoked_at),
  rotated_to: key.rotated_to,
})
