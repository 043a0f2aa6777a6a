import type { Migration } from '#platform/database/schema.ts'
import type { Severity } from '#features/alerts/index.ts'

/** Alerts that are told together, as long as anybody has to hear of them. */
interface GroupRow {
  id: string
  key_text: string
  labels_json: string
  /** When the steps of its policy began; null while all is acknowledged or held back. */
  escalating_since: number | null
  /** The worst that was told since. */
  escalating_severity: Severity | null
}

/** What a channel was told last of a group. */
interface ToldRow {
  group_id: string
  channel_id: string
  /** Ids of the alerts that fire as far as it knows. */
  firing_json: string
  at: number
}

declare module '#platform/database/database.ts' {
  interface Tables {
    notification_groups: GroupRow
    notification_told: ToldRow
  }
}

export const pipelineMigrations: Migration[] = [
  {
    name: '2026-11-22.88-notification-groups',
    up: async (schema) => {
      await schema.table('notification_groups', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('key_text', schema.text, (column) => column.notNull())
          .addColumn('labels_json', schema.text, (column) => column.notNull())
          .addColumn('escalating_since', schema.integer)
          .addColumn('escalating_severity', schema.id),
      )
      await schema.table('notification_told', (table) =>
        table
          .addColumn('group_id', schema.id, (column) => column.notNull())
          .addColumn('channel_id', schema.id, (column) => column.notNull())
          .addColumn('firing_json', schema.text, (column) => column.notNull())
          .addColumn('at', schema.integer, (column) => column.notNull()),
      )
      await schema.index('notification_told', ['group_id', 'channel_id'], { unique: true })
    },
  },
]
