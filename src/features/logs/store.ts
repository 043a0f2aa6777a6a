import { AppError, notFound } from '#kernel/errors.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import type { Migration } from '#platform/database/schema.ts'

export interface ViewRow {
  id: string
  owner_id: string
  name: string
  query: string
  columns_json: string
  shared: number
  created_at: number
  updated_at: number
}

interface RedactionRow {
  name: string
  pattern: string
  enabled: number
  position: number
}

declare module '#platform/database/database.ts' {
  interface Tables {
    log_views: ViewRow
    log_redaction_rules: RedactionRow
  }
}

export const logMigrations: Migration[] = [
  {
    name: '2026-11-22.51-logs',
    up: async (schema) => {
      await schema.table('log_views', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('owner_id', schema.id, (column) => column.notNull().references('users.id').onDelete('cascade'))
          .addColumn('name', schema.line, (column) => column.notNull())
          .addColumn('query', schema.text, (column) => column.notNull())
          .addColumn('columns_json', schema.text, (column) => column.notNull())
          .addColumn('shared', schema.flag, (column) => column.notNull())
          .addColumn('created_at', schema.integer, (column) => column.notNull())
          .addColumn('updated_at', schema.integer, (column) => column.notNull()),
      )
      await schema.index('log_views', ['owner_id', 'name'], { unique: true })
      await schema.table('log_redaction_rules', (table) =>
        table
          .addColumn('name', schema.id, (column) => column.primaryKey())
          .addColumn('pattern', schema.text, (column) => column.notNull())
          .addColumn('enabled', schema.flag, (column) => column.notNull())
          .addColumn('position', schema.integer, (column) => column.notNull()),
      )
    },
  },
]

/** What `userId` may see: their own and what others share. */
export const visibleViews = (db: ReadDb | Tx, userId: string) =>
  db
    .selectFrom('log_views')
    .leftJoin('users', 'users.id', 'log_views.owner_id')
    .select([
      'log_views.id',
      'owner_id',
      'users.username as owner_username',
      'name',
      'query',
      'columns_json',
      'shared',
      'log_views.created_at',
      'log_views.updated_at',
    ])
    .where((row) => row.or([row('owner_id', '=', userId), row('shared', '=', 1)]))

/** One that `userId` made. @throws AppError RESOURCE_NOT_FOUND, also where it is another's */
export async function ownView(db: ReadDb | Tx, userId: string, id: string): Promise<ViewRow> {
  const row = await db
    .selectFrom('log_views')
    .selectAll()
    .where('id', '=', id)
    .where('owner_id', '=', userId)
    .executeTakeFirst()
  if (!row) throw notFound('view', id)
  return row
}

export async function withUniqueName<T>(write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    if (isDuplicate(error)) throw new AppError('CONFLICT', 'You have a view of this name already', { field: 'name' })
    throw error
  }
}

export const redactionRules = (db: ReadDb | Tx) =>
  db.selectFrom('log_redaction_rules').select(['name', 'pattern', 'enabled']).orderBy('position').execute()
