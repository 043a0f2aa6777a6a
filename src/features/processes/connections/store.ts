import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Migration } from '#platform/database/schema.ts'

/** A socket that some server has open, as others see it. */
export interface ConnectionRow {
  id: string
  server_id: string
  user_id: string
  label: string
  address: string | null
  user_agent: string | null
  door: string
  /** JSON list of names, shortened. */
  topics_json: string
  opened_at: number
  /** When its server last said that it is open. */
  seen_at: number
  close_requested_at: number | null
}

declare module '#platform/database/database.ts' {
  interface Tables {
    open_connections: ConnectionRow
  }
}

export const connectionMigrations: Migration[] = [
  {
    name: '2026-11-22.41-open-connections',
    up: async (schema) => {
      await schema.table('open_connections', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('server_id', schema.id, (column) => column.notNull())
          .addColumn('user_id', schema.id, (column) => column.notNull())
          .addColumn('label', schema.line, (column) => column.notNull())
          .addColumn('address', schema.id)
          .addColumn('user_agent', schema.line)
          .addColumn('door', schema.id, (column) => column.notNull())
          .addColumn('topics_json', schema.text, (column) => column.notNull())
          .addColumn('opened_at', schema.integer, (column) => column.notNull())
          .addColumn('seen_at', schema.integer, (column) => column.notNull())
          .addColumn('close_requested_at', schema.integer),
      )
      await schema.index('open_connections', ['server_id'])
    },
  },
]

/** Bounds the parameters of one statement. */
const rowsMax = 500

export async function insertConnections(tx: Tx, rows: readonly ConnectionRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsMax)
    await tx
      .insertInto('open_connections')
      .values(rows.slice(start, start + rowsMax))
      .execute()
}

export async function deleteConnections(tx: Tx, ids: readonly string[]): Promise<void> {
  for (let start = 0; start < ids.length; start += rowsMax)
    await tx
      .deleteFrom('open_connections')
      .where('id', 'in', ids.slice(start, start + rowsMax))
      .execute()
}

export const allConnections = (db: ReadDb, limit: number): Promise<ConnectionRow[]> =>
  db.selectFrom('open_connections').selectAll().orderBy('opened_at', 'desc').orderBy('id').limit(limit).execute()

export const connectionsToClose = (db: ReadDb, serverId: string): Promise<{ id: string }[]> =>
  db
    .selectFrom('open_connections')
    .select('id')
    .where('server_id', '=', serverId)
    .where('close_requested_at', 'is not', null)
    .execute()
