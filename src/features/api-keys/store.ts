import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Migration } from '#platform/database/schema.ts'
import type { keyStates } from './contract.ts'

export interface KeyRow {
  id: string
  user_id: string
  name: string
  /** `mk_` and 8 characters: finds the row, and tells keys apart where they are listed. */
  prefix: string
  /** SHA-256 of the whole key, hex. The secret in it has 256 bits, so a slow hash would add nothing. */
  secret_hash: string
  /** Names of permissions as they were asked for; null follows the owner. */
  scopes_json: string | null
  signing_secret_sealed: string | null
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  last_used_address: string | null
  revoked_at: number | null
  /** The key that replaces this one, which ends at `expires_at`. */
  rotated_to: string | null
}

declare module '#platform/database/database.ts' {
  interface Tables {
    api_keys: KeyRow
    request_nonces: { nonce: string; expires_at: number }
  }
}

export const keyMigrations: Migration[] = [
  {
    name: '2026-11-22.13-api-keys',
    up: async (schema) => {
      await schema.table('api_keys', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('user_id', schema.id, (column) => column.notNull().references('users.id').onDelete('cascade'))
          .addColumn('name', schema.line, (column) => column.notNull())
          .addColumn('prefix', schema.id, (column) => column.notNull())
          .addColumn('secret_hash', schema.id, (column) => column.notNull())
          .addColumn('scopes_json', schema.text)
          .addColumn('signing_secret_sealed', schema.text)
          .addColumn('created_at', schema.integer, (column) => column.notNull())
          .addColumn('expires_at', schema.integer)
          .addColumn('last_used_at', schema.integer)
          .addColumn('last_used_address', schema.id)
          .addColumn('revoked_at', schema.integer)
          .addColumn('rotated_to', schema.id),
      )
      await schema.index('api_keys', ['prefix'], { unique: true })
      await schema.index('api_keys', ['user_id', 'created_at'])
    },
  },
  {
    name: '2026-11-22.14-request-nonces',
    up: async (schema) => {
      await schema.table('request_nonces', (table) =>
        table
          .addColumn('nonce', schema.id, (column) => column.primaryKey())
          .addColumn('expires_at', schema.integer, (column) => column.notNull()),
      )
      await schema.index('request_nonces', ['expires_at'])
    },
  },
]

export const findKey = (db: ReadDb | Tx, id: string): Promise<KeyRow | undefined> =>
  db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst()

export const findKeyByPrefix = (db: ReadDb, prefix: string): Promise<KeyRow | undefined> =>
  db.selectFrom('api_keys').selectAll().where('prefix', '=', prefix).executeTakeFirst()

export type KeyState = (typeof keyStates)[number]

export function stateOf({ revoked_at, expires_at }: KeyRow, now: number): KeyState {
  if (revoked_at !== null) return 'revoked'
  return expires_at !== null && expires_at <= now ? 'expired' : 'active'
}

/** `stateOf` as the database decides it. */
export function keysIn(db: ReadDb | Tx, state: KeyState | undefined, now: number) {
  const keys = db.selectFrom('api_keys')
  if (state === 'revoked') return keys.where('revoked_at', 'is not', null)
  if (state === 'expired') return keys.where('revoked_at', 'is', null).where('expires_at', '<=', now)
  if (state === undefined) return keys
  return keys
    .where('revoked_at', 'is', null)
    .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', now)]))
}
