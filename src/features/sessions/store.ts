import type { Migration } from '#platform/database/schema.ts'
import type { SessionStatus } from './status.ts'

export interface SessionRow {
  id: string
  name: string
  server: string
  status: SessionStatus
  mode: string | null
  /** Null when the owner was deleted, or is no user. */
  owner_id: string | null
  owner_label: string
  runner_id: string | null
  /** Share of the work that is done, 0 to 1. */
  progress: number | null
  progress_note: string | null
  metrics_json: string
  /** Last sign of life. */
  heartbeat_at: number | null
  started_at: number | null
  ended_at: number | null
  /** Why it failed, or was lost. */
  reason: string | null
  event_count: number
  created_at: number
  /** Grows with every change, also within one millisecond. */
  updated_at: number
}

export interface SessionEventRow {
  id: string
  session_id: string
  at: number
  kind: SessionEventKind
  text: string
  data_json: string | null
}

export const sessionEventKinds = ['status', 'mode', 'progress', 'log', 'command', 'runner'] as const
export type SessionEventKind = (typeof sessionEventKinds)[number]

export interface RunnerRow {
  id: string
  name: string
  owner_id: string
  key_id: string | null
  version: string
  modes_json: string
  programs_json: string
  /** The server process that it is connected to; null while it is away. */
  connected_to: string | null
  /** Of the connection that counts: an older one of the same runner must not mark it as gone. */
  connection_id: string | null
  connected_at: number | null
  seen_at: number
  address: string | null
  created_at: number
}

declare module '#platform/database/database.ts' {
  interface Tables {
    automation_sessions: SessionRow
    automation_session_events: SessionEventRow
    runners: RunnerRow
  }
}

export const sessionMigrations: Migration[] = [
  {
    name: '2026-11-22.90-automation-sessions',
    up: async (schema) => {
      await schema.table('runners', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('name', schema.line, (column) => column.notNull())
          .addColumn('owner_id', schema.id, (column) => column.notNull())
          .addColumn('key_id', schema.id)
          .addColumn('version', schema.line, (column) => column.notNull())
          .addColumn('modes_json', schema.text, (column) => column.notNull())
          .addColumn('programs_json', schema.text, (column) => column.notNull())
          .addColumn('connected_to', schema.id)
          .addColumn('connection_id', schema.id)
          .addColumn('connected_at', schema.integer)
          .addColumn('seen_at', schema.integer, (column) => column.notNull())
          .addColumn('address', schema.line)
          .addColumn('created_at', schema.integer, (column) => column.notNull()),
      )
      await schema.index('runners', ['name'], { unique: true })
      await schema.table('automation_sessions', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('name', schema.line, (column) => column.notNull())
          .addColumn('server', schema.line, (column) => column.notNull())
          .addColumn('status', schema.id, (column) => column.notNull())
          .addColumn('mode', schema.line)
          .addColumn('owner_id', schema.id, (column) => column.references('users.id').onDelete('set null'))
          .addColumn('owner_label', schema.line, (column) => column.notNull())
          .addColumn('runner_id', schema.id, (column) => column.references('runners.id').onDelete('set null'))
          .addColumn('progress', schema.real)
          .addColumn('progress_note', schema.line)
          .addColumn('metrics_json', schema.text, (column) => column.notNull())
          .addColumn('heartbeat_at', schema.integer)
          .addColumn('started_at', schema.integer)
          .addColumn('ended_at', schema.integer)
          .addColumn('reason', schema.text)
          .addColumn('event_count', schema.integer, (column) => column.notNull())
          .addColumn('created_at', schema.integer, (column) => column.notNull())
          .addColumn('updated_at', schema.integer, (column) => column.notNull()),
      )
      await schema.index('automation_sessions', ['status', 'updated_at'])
      await schema.index('automation_sessions', ['runner_id'])
      await schema.table('automation_session_events', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('session_id', schema.id, (column) =>
            column.notNull().references('automation_sessions.id').onDelete('cascade'),
          )
          .addColumn('at', schema.integer, (column) => column.notNull())
          .addColumn('kind', schema.id, (column) => column.notNull())
          .addColumn('text', schema.text, (column) => column.notNull())
          .addColumn('data_json', schema.text),
      )
      await schema.index('automation_session_events', ['session_id', 'id'])
    },
  },
]
