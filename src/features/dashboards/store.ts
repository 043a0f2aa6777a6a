import type { Migration } from '#platform/database/schema.ts'

export interface DashboardRow {
  /** Made from the title at first and kept for ever: it is the address. */
  id: string
  /** Null when the owner was deleted. */
  owner_id: string | null
  title: string
  board_json: string
  open: number
  version: number
  created_at: number
  updated_at: number
  updated_by: string
}

interface StarRow {
  user_id: string
  dashboard_id: string
}

declare module '#platform/database/database.ts' {
  interface Tables {
    dashboards: DashboardRow
    dashboard_stars: StarRow
  }
}

export const dashboardMigrations: Migration[] = [
  {
    name: '2026-11-22.70-dashboards',
    up: async (schema) => {
      await schema.table('dashboards', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('owner_id', schema.id, (column) => column.references('users.id').onDelete('set null'))
          .addColumn('title', schema.line, (column) => column.notNull())
          .addColumn('board_json', schema.text, (column) => column.notNull())
          .addColumn('open', schema.flag, (column) => column.notNull())
          .addColumn('version', schema.integer, (column) => column.notNull())
          .addColumn('created_at', schema.integer, (column) => column.notNull())
          .addColumn('updated_at', schema.integer, (column) => column.notNull())
          .addColumn('updated_by', schema.line, (column) => column.notNull()),
      )
      await schema.table('dashboard_stars', (table) =>
        table
          .addColumn('user_id', schema.id, (column) => column.notNull().references('users.id').onDelete('cascade'))
          // Built-in dashboards and those from files have no row of their own to refer to.
          .addColumn('dashboard_id', schema.id, (column) => column.notNull())
          .addPrimaryKeyConstraint('dashboard_stars_key', ['user_id', 'dashboard_id']),
      )
    },
  },
]
