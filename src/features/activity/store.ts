import type { Generated } from 'kysely'
import type { Migration } from '#platform/database/schema.ts'
import { tookColumns, type Took } from './histogram.ts'

export const activityKinds = ['api_call', 'login', 'login_failed', 'logout', 'admin_action'] as const

export type ActivityKind = (typeof activityKinds)[number]

/** One thing that somebody did. */
export interface ActivityEvent {
  /** Of a domain event: several servers may hear of the same one, and it is counted once. */
  event_id: string | null
  at: number
  kind: ActivityKind
  /** Null where nobody was logged in. */
  user_id: string | null
  session_id: string | null
  key_id: string | null
  method: string | null
  /** Route template under the canonical prefix, whichever face was called. */
  route: string | null
  status: number | null
  duration_ms: number | null
  bytes: number
  project_id: string | null
  address: string | null
  detail: string | null
}

/** All that happened in one hour and is alike; counts, sums and a histogram of durations. */
export interface HourlyRow extends Took {
  /** Hash of the columns up to `status_class`. */
  key: string
  /** Its first millisecond. */
  hour: number
  kind: ActivityKind
  user_id: string | null
  project_id: string | null
  method: string | null
  route: string | null
  /** First digit of the status; 0 where there is none. */
  status_class: number
  count: number
  duration_ms_sum: number
  duration_ms_max: number
  bytes_sum: number
  last_at: number
}

declare module '#platform/database/database.ts' {
  interface Tables {
    activity_events: ActivityEvent & { id: Generated<number> }
    activity_hourly: HourlyRow
  }
}

export const activityMigrations: Migration[] = [
  {
    name: '2026-11-22.30-activity',
    up: async (schema) => {
      await schema.table('activity_events', (table) =>
        schema
          .counted(table)
          .addColumn('event_id', schema.id)
          .addColumn('at', schema.integer, (column) => column.notNull())
          .addColumn('kind', schema.id, (column) => column.notNull())
          .addColumn('user_id', schema.id)
          .addColumn('session_id', schema.id)
          .addColumn('key_id', schema.id)
          .addColumn('method', schema.id)
          .addColumn('route', schema.line)
          .addColumn('status', schema.integer)
          .addColumn('duration_ms', schema.real)
          .addColumn('bytes', schema.integer, (column) => column.notNull())
          .addColumn('project_id', schema.id)
          .addColumn('address', schema.id)
          .addColumn('detail', schema.line),
      )
      await schema.index('activity_events', ['event_id'], { unique: true })
      await schema.index('activity_events', ['at'])
      await schema.index('activity_events', ['user_id', 'at'])
      await schema.index('activity_events', ['session_id', 'at'])
      await schema.index('activity_events', ['kind', 'at'])
      await schema.table('activity_hourly', (table) => {
        const hourly = table
          .addColumn('key', schema.id, (column) => column.primaryKey())
          .addColumn('hour', schema.integer, (column) => column.notNull())
          .addColumn('kind', schema.id, (column) => column.notNull())
          .addColumn('user_id', schema.id)
          .addColumn('project_id', schema.id)
          .addColumn('method', schema.id)
          .addColumn('route', schema.line)
          .addColumn('status_class', schema.integer, (column) => column.notNull())
          .addColumn('count', schema.integer, (column) => column.notNull())
          .addColumn('duration_ms_sum', schema.real, (column) => column.notNull())
          .addColumn('duration_ms_max', schema.real, (column) => column.notNull())
          .addColumn('bytes_sum', schema.integer, (column) => column.notNull())
          .addColumn('last_at', schema.integer, (column) => column.notNull())
        return tookColumns.reduce(
          (so, name) => so.addColumn(name, schema.integer, (column) => column.notNull()),
          hourly,
        )
      })
      await schema.index('activity_hourly', ['hour'])
      await schema.index('activity_hourly', ['user_id', 'hour'])
    },
  },
]
