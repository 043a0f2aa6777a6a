import { ConfigError } from './config/config.ts'
import type { Database } from './database/database.ts'
import { isDuplicate } from './database/failures.ts'
import type { Migration } from './database/schema.ts'
import type { Secrets } from './secrets.ts'

declare module './database/database.ts' {
  interface Tables {
    installation: { name: string; value: string }
  }
}

export const installationMigrations: Migration[] = [
  {
    name: '2026-11-22.03-installation',
    up: (schema) =>
      schema.table('installation', (table) =>
        table
          .addColumn('name', schema.id, (column) => column.primaryKey())
          .addColumn('value', schema.line, (column) => column.notNull()),
      ),
  },
]

const fingerprintName = 'secret_key_fingerprint'

/**
 * Throws ConfigError when the database belongs to an installation with another secret key: sessions,
 * sealed values and the audit chain would all seem forged. The first server leaves its fingerprint.
 */
export async function requireSameKey({ write }: Database, secrets: Secrets): Promise<void> {
  const fingerprint = secrets.key('fingerprint').toString('base64url')
  try {
    await write.insertInto('installation').values({ name: fingerprintName, value: fingerprint }).execute()
    return
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  const stored = await write
    .selectFrom('installation')
    .select('value')
    .where('name', '=', fingerprintName)
    .executeTakeFirstOrThrow()
  if (stored.value === fingerprint) return
  const message =
    'is not the key that this database was written with; bring back secret.key in the data directory, or set the same MIKTOS_SECRET_KEY on every server'
  throw new ConfigError([{ setting: 'secret_key', source: 'secret.key or MIKTOS_SECRET_KEY', message }])
}
