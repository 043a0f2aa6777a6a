import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Migration } from '#platform/database/schema.ts'
import { Routing } from './contract.ts'

interface RoutingRow {
  /** Always `routing`: there is one. */
  id: string
  version: number
  routing_json: string
  updated_at: number
  updated_by: string
}

declare module '#platform/database/database.ts' {
  interface Tables {
    notification_routing: RoutingRow
  }
}

export const routingMigrations: Migration[] = [
  {
    name: '2026-11-22.84-notification-routing',
    up: (schema) =>
      schema.table('notification_routing', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('version', schema.integer, (column) => column.notNull())
          .addColumn('routing_json', schema.text, (column) => column.notNull())
          .addColumn('updated_at', schema.integer, (column) => column.notNull())
          .addColumn('updated_by', schema.line, (column) => column.notNull()),
      ),
  },
]

export const routingId = 'routing'

export interface StoredRouting {
  version: number
  updated_at: number | null
  updated_by: string | null
  routing: Routing
}

/** Until somebody decides otherwise, every enabled channel is told of every alert. */
const shipped: StoredRouting = {
  version: 0,
  updated_at: null,
  updated_by: null,
  routing: Routing.parse({ route: { channels: 'all', group_by: ['alertname'] } }),
}

export async function storedRouting(db: ReadDb | Tx): Promise<StoredRouting> {
  const row = await db.selectFrom('notification_routing').selectAll().where('id', '=', routingId).executeTakeFirst()
  if (!row) return shipped
  const { version, updated_at, updated_by, routing_json } = row
  return { version, updated_at, updated_by, routing: JSON.parse(routing_json) as Routing }
}
