import type { Migration } from '#platform/database/schema.ts'
import type { Alert, AlertState, Severity } from './alert.ts'

/** An alert as it is stored. */
export interface AlertRow extends Omit<Alert, 'labels' | 'annotations'> {
  labels_json: string
  annotations_json: string
  /** `source:rule:fingerprint` while it is open, so that there is at most one; null when resolved. */
  open_key: string | null
}

export interface AlertHistoryRow {
  id: string
  alert_id: string
  at: number
  /** A state it moved to, or `note`, `notified`, `escalated`, `silenced`. */
  what: string
  /** Who did it; null for Miktos itself. */
  by: string | null
  detail: string
}

declare module '#platform/database/database.ts' {
  interface Tables {
    alerts: AlertRow
    alert_history: AlertHistoryRow
  }
}

export const alertMigrations: Migration[] = [
  {
    name: '2026-11-22.80-alerts',
    up: async (schema) => {
      await schema.table('alerts', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('rule_id', schema.id)
          .addColumn('source', schema.id, (column) => column.notNull())
          .addColumn('fingerprint', schema.id, (column) => column.notNull())
          .addColumn('name', schema.line, (column) => column.notNull())
          .addColumn('severity', schema.id, (column) => column.notNull())
          .addColumn('state', schema.id, (column) => column.notNull())
          .addColumn('labels_json', schema.text, (column) => column.notNull())
          .addColumn('annotations_json', schema.text, (column) => column.notNull())
          .addColumn('value', schema.real)
          .addColumn('threshold', schema.real)
          .addColumn('generator_url', schema.text, (column) => column.notNull())
          .addColumn('pending_at', schema.integer, (column) => column.notNull())
          .addColumn('fired_at', schema.integer)
          .addColumn('acknowledged_at', schema.integer)
          .addColumn('acknowledged_by', schema.line)
          .addColumn('resolved_at', schema.integer)
          .addColumn('resolved_by', schema.line)
          .addColumn('resolution', schema.line)
          .addColumn('note', schema.text)
          .addColumn('updated_at', schema.integer, (column) => column.notNull())
          .addColumn('open_key', schema.line),
      )
      await schema.index('alerts', ['open_key'], { unique: true })
      await schema.index('alerts', ['state', 'updated_at'])
      await schema.index('alerts', ['fingerprint', 'pending_at'])
      await schema.table('alert_history', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('alert_id', schema.id, (column) => column.notNull().references('alerts.id').onDelete('cascade'))
          .addColumn('at', schema.integer, (column) => column.notNull())
          .addColumn('what', schema.id, (column) => column.notNull())
          .addColumn('by', schema.line)
          .addColumn('detail', schema.text, (column) => column.notNull()),
      )
      await schema.index('alert_history', ['alert_id', 'at'])
    },
  },
]

export const alertOf = ({ labels_json, annotations_json, open_key: _, ...row }: AlertRow): Alert => ({
  ...row,
  severity: row.severity as Severity,
  state: row.state as AlertState,
  labels: JSON.parse(labels_json),
  annotations: JSON.parse(annotations_json),
})
