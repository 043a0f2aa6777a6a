import type { Migration } from '#platform/database/schema.ts'

export interface ChannelRow {
  id: string
  name: string
  kind: string
  /** Without the secret fields. */
  config_json: string
  /** The secret fields as JSON, encrypted for this row. */
  secrets_sealed: string
  enabled: number
  version: number
  created_at: number
  updated_at: number
  updated_by: string
  /** How the last message fared; null before the first. */
  last_at: number | null
  last_outcome: string | null
  last_status: number | null
  last_detail: string | null
}

declare module '#platform/database/database.ts' {
  interface Tables {
    notification_channels: ChannelRow
  }
}

export const channelMigrations: Migration[] = [
  {
    name: '2026-11-22.81-channels',
    up: async (schema) => {
      await schema.table('notification_channels', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('name', schema.line, (column) => column.notNull())
          .addColumn('kind', schema.id, (column) => column.notNull())
          .addColumn('config_json', schema.text, (column) => column.notNull())
          .addColumn('secrets_sealed', schema.text, (column) => column.notNull())
          .addColumn('enabled', schema.flag, (column) => column.notNull())
          .addColumn('version', schema.integer, (column) => column.notNull())
          .addColumn('created_at', schema.integer, (column) => column.notNull())
          .addColumn('updated_at', schema.integer, (column) => column.notNull())
          .addColumn('updated_by', schema.line, (column) => column.notNull())
          .addColumn('last_at', schema.integer)
          .addColumn('last_outcome', schema.id)
          .addColumn('last_status', schema.integer)
          .addColumn('last_detail', schema.text),
      )
      await schema.index('notification_channels', ['name'], { unique: true })
    },
  },
]
