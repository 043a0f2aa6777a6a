import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Database, Tables } from './database.ts'
import { schemaOf, type Migration } from './schema.ts'

const platformMigrations: Migration[] = [
  {
    name: '2026-11-22.00-invariants',
    up: async (schema) => {
      await schema.table('invariant_locks', (table) =>
        table
          .addColumn('name', schema.id, (column) => column.primaryKey())
          .addColumn('taken_count', schema.integer, (column) => column.notNull()),
      )
      for (const name of ['administrators', 'setup', 'audit']) {
        const present = await schema.db
          .selectFrom('invariant_locks')
          .select('name')
          .where('name', '=', name)
          .executeTakeFirst()
        if (!present) await schema.db.insertInto('invariant_locks').values({ name, taken_count: 0 }).execute()
      }
    },
  },
]

/** Names of all steps of the schema, the platform's own included. */
export const migrationNames = (migrations: readonly Migration[]): string[] =>
  [...platformMigrations, ...migrations].map(({ name }) => name)

/**
 * Brings the schema forward. One server migrates, others that start at the same time wait for it.
 * Throws, and changes nothing, when the database was written by a newer version.
 */
export async function migrate(database: Database, migrations: Migration[]): Promise<string[]> {
  const byName = Object.fromEntries(
    [...platformMigrations, ...migrations].map(({ name, up }) => [
      name,
      { up: (db: Kysely<Tables>) => up(schemaOf(db, database.dialect)) },
    ]),
  )
  const migrator = new Migrator({ db: database.write, provider: { getMigrations: async () => byName } })
  const unknown = await newerMigrations(migrator, byName)
  if (unknown.length > 0) {
    throw new Error(
      `The database was written by a newer version of Miktos (it has ${unknown.join(', ')}); start that version or restore a backup`,
    )
  }
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error) throw error instanceof Error ? error : new Error(String(error))
  return results.map(({ migrationName }) => migrationName)
}

async function newerMigrations(migrator: Migrator, known: Record<string, unknown>): Promise<string[]> {
  const applied = await migrator.getMigrations().catch((error: Error) => {
    const missing = /previously executed migration (\S+) is missing/.exec(error.message)
    if (!missing) throw error
    return [{ name: missing[1]!, executedAt: new Date(0) }]
  })
  return applied.filter(({ name, executedAt }) => executedAt && !Object.hasOwn(known, name)).map(({ name }) => name)
}
