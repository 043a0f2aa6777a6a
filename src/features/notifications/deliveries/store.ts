import type { Migration } from '#platform/database/schema.ts'
import type { DeliveryState } from './contract.ts'

/** One message to one channel, kept from when it was decided. Times are milliseconds since 1970. */
export interface DeliveryRow {
  /** The same for every attempt. */
  id: string
  channel_id: string
  channel_name: string
  channel_kind: string
  group_id: string
  group_key: string
  /** Counts up within group and channel: an earlier one goes first. */
  turn: number
  state: DeliveryState
  status: 'firing' | 'resolved'
  reason: string
  title: string
  alert_count: number
  /** What the channel is given, decided once: every attempt says the same. */
  notification_json: string
  attempt_count: number
  next_at: number
  /** Instance that sends it now. */
  claimed_by: string | null
  created_at: number
  finished_at: number | null
  last_status: number | null
  last_detail: string | null
}

export interface AttemptRow {
  delivery_id: string
  number: number
  at: number
  duration_ms: number
  outcome: string
  status: number | null
  detail: string
}

declare module '#platform/database/database.ts' {
  interface Tables {
    notification_deliveries: DeliveryRow
    notification_attempts: AttemptRow
    notification_delivery_alerts: { delivery_id: string; alert_id: string }
  }
}

export const deliveryMigrations: Migration[] = [
  {
    name: '2026-11-22.87-notification-deliveries',
    up: async (schema) => {
      await schema.table('notification_deliveries', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('channel_id', schema.id, (column) => column.notNull())
          .addColumn('channel_name', schema.line, (column) => column.notNull())
          .addColumn('channel_kind', schema.id, (column) => column.notNull())
          .addColumn('group_id', schema.id, (column) => column.notNull())
          .addColumn('group_key', schema.text, (column) => column.notNull())
          .addColumn('turn', schema.integer, (column) => column.notNull())
          .addColumn('state', schema.id, (column) => column.notNull())
          .addColumn('status', schema.id, (column) => column.notNull())
          .addColumn('reason', schema.line, (column) => column.notNull())
          .addColumn('title', schema.line, (column) => column.notNull())
          .addColumn('alert_count', schema.integer, (column) => column.notNull())
          .addColumn('notification_json', schema.text, (column) => column.notNull())
          .addColumn('attempt_count', schema.integer, (column) => column.notNull())
          .addColumn('next_at', schema.integer, (column) => column.notNull())
          .addColumn('claimed_by', schema.id)
          .addColumn('created_at', schema.integer, (column) => column.notNull())
          .addColumn('finished_at', schema.integer)
          .addColumn('last_status', schema.integer)
          .addColumn('last_detail', schema.text),
      )
      await schema.index('notification_deliveries', ['channel_id', 'group_id', 'turn'], { unique: true })
      await schema.index('notification_deliveries', ['state', 'channel_id', 'next_at'])
      await schema.index('notification_deliveries', ['created_at'])
      await schema.index('notification_deliveries', ['finished_at'])
      await schema.table('notification_attempts', (table) =>
        table
          .addColumn('delivery_id', schema.id, (column) =>
            column.notNull().references('notification_deliveries.id').onDelete('cascade'),
          )
          .addColumn('number', schema.integer, (column) => column.notNull())
          .addColumn('at', schema.integer, (column) => column.notNull())
          .addColumn('duration_ms', schema.integer, (column) => column.notNull())
          .addColumn('outcome', schema.id, (column) => column.notNull())
          .addColumn('status', schema.integer)
          .addColumn('detail', schema.text, (column) => column.notNull()),
      )
      await schema.index('notification_attempts', ['delivery_id', 'number'], { unique: true })
      await schema.table('notification_delivery_alerts', (table) =>
        table
          .addColumn('delivery_id', schema.id, (column) =>
            column.notNull().references('notification_deliveries.id').onDelete('cascade'),
          )
          .addColumn('alert_id', schema.id, (column) => column.notNull()),
      )
      await schema.index('notification_delivery_alerts', ['alert_id', 'delivery_id'], { unique: true })
      await schema.index('notification_delivery_alerts', ['delivery_id'])
    },
  },
]
