import type { Migration } from '#platform/database/schema.ts'
import type { Alert, AlertState, Severity } from './alert.ts'
import { builtinRules } from './builtin.ts'
import type { Rule } from './rule.ts'

/** An alert as it is stored. */
export interface AlertRow extends Omit<Alert, 'labels' | 'annotations'> {
  labels_json: string
  annotations_json: string
  /** `source:rule:fingerprint` while it is open, so that there is at most one; null when resolved. */
  open_key: string | null
  /** Since when the condition is no longer met while `keep_firing_seconds` runs. */
  recovering_since: number | null
  /** When it ends unless its reporter says so again. */
  ends_at: number | null
}

/** A rule as it is stored. */
export interface RuleRow {
  id: string
  name: string
  rule_json: string
  builtin: number
  enabled: number
  version: number
  created_at: number
  updated_at: number
  updated_by: string
}

/** Up to when a rule was evaluated: not later than here, and nothing changed since. `*` stands for all rules. */
export interface StandingRow {
  rule_id: string
  evaluated_at: number
  /** Why the newest evaluation failed. */
  error: string | null
}

export interface HeartbeatRow {
  rule_id: string
  heard_at: number
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
    alert_rules: RuleRow
    alert_standings: StandingRow
    alert_heartbeats: HeartbeatRow
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
          .addColumn('open_key', schema.line)
          .addColumn('recovering_since', schema.integer)
          .addColumn('ends_at', schema.integer),
      )
      await schema.index('alerts', ['open_key'], { unique: true })
      await schema.index('alerts', ['state', 'updated_at'])
      await schema.index('alerts', ['fingerprint', 'pending_at'])
      await schema.index('alerts', ['fired_at'])
      await schema.index('alerts', ['rule_id', 'fired_at'])
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
  {
    name: '2026-11-22.81-alert-rules',
    up: async (schema) => {
      await schema.table('alert_rules', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('name', schema.line, (column) => column.notNull())
          .addColumn('rule_json', schema.text, (column) => column.notNull())
          .addColumn('builtin', schema.flag, (column) => column.notNull())
          .addColumn('enabled', schema.flag, (column) => column.notNull())
          .addColumn('version', schema.integer, (column) => column.notNull())
          .addColumn('created_at', schema.integer, (column) => column.notNull())
          .addColumn('updated_at', schema.integer, (column) => column.notNull())
          .addColumn('updated_by', schema.line, (column) => column.notNull()),
      )
      await schema.table('alert_standings', (table) =>
        table
          .addColumn('rule_id', schema.id, (column) => column.primaryKey())
          .addColumn('evaluated_at', schema.integer, (column) => column.notNull())
          .addColumn('error', schema.text),
      )
      await schema.table('alert_heartbeats', (table) =>
        table
          .addColumn('rule_id', schema.id, (column) => column.primaryKey())
          .addColumn('heard_at', schema.integer, (column) => column.notNull()),
      )
    },
  },
  {
    name: '2026-11-22.82-builtin-alert-rules',
    up: async ({ db }) => {
      const known = new Set((await db.selectFrom('alert_rules').select('id').execute()).map(({ id }) => id))
      const now = Date.now()
      for (const [id, rule] of Object.entries(builtinRules)) {
        if (!known.has(id))
          await db
            .insertInto('alert_rules')
            .values(builtinRow(id, rule, now))
            .execute()
      }
    },
  },
]

const builtinRow = (id: string, rule: Rule, now: number): RuleRow => ({
  id,
  ...storedRule(rule),
  builtin: 1,
  version: 1,
  created_at: now,
  updated_at: now,
  updated_by: 'Miktos',
})

export const storedRule = (rule: Rule): Pick<RuleRow, 'name' | 'rule_json' | 'enabled'> => ({
  name: rule.name,
  rule_json: JSON.stringify(rule),
  enabled: Number(rule.enabled),
})

/** An alert without what is only for the storing. */
export const alertOf = ({
  labels_json,
  annotations_json,
  open_key: _key,
  recovering_since: _since,
  ends_at: _ends,
  ...row
}: AlertRow): Alert => ({
  ...row,
  severity: row.severity as Severity,
  state: row.state as AlertState,
  labels: JSON.parse(labels_json),
  annotations: JSON.parse(annotations_json),
})
