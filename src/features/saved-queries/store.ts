import { notFound } from '#kernel/errors.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Migration } from '#platform/database/schema.ts'

export interface SavedQueryRow {
  id: string
  user_id: string
  page: string
  queries_json: string
  /** Of `queries_json`, which may be too long for an index. */
  fingerprint: string
  starred: number
  used_at: number
}

declare module '#platform/database/database.ts' {
  interface Tables {
    saved_queries: SavedQueryRow
  }
}

export const savedQueriesMigrations: Migration[] = [
  {
    name: '2026-11-22.75-saved-queries',
    up: async (schema) => {
      await schema.table('saved_queries', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('user_id', schema.id, (column) => column.notNull().references('users.id').onDelete('cascade'))
          .addColumn('page', schema.id, (column) => column.notNull())
          .addColumn('queries_json', schema.text, (column) => column.notNull())
          .addColumn('fingerprint', schema.id, (column) => column.notNull())
          .addColumn('starred', schema.flag, (column) => column.notNull())
          .addColumn('used_at', schema.integer, (column) => column.notNull()),
      )
      await schema.index('saved_queries', ['user_id', 'page', 'fingerprint'], { unique: true })
    },
  },
]

/** Newest first. */
export const queriesOf = (db: ReadDb | Tx, userId: string, page: string) =>
  db
    .selectFrom('saved_queries')
    .selectAll()
    .where('user_id', '=', userId)
    .where('page', '=', page)
    .orderBy('used_at', 'desc')
    .orderBy('id', 'desc')

/** @throws AppError RESOURCE_NOT_FOUND, also where it is another's */
export async function ownQuery(db: ReadDb | Tx, userId: string, id: string): Promise<SavedQueryRow> {
  const row = await db
    .selectFrom('saved_queries')
    .selectAll()
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .executeTakeFirst()
  if (!row) throw notFound('query', id)
  return row
}
