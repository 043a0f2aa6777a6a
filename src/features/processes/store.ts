import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Migration } from '#platform/database/schema.ts'

/** One server process that listens. */
export interface InstanceRow {
  /** Made anew by every process, so a reused pid is never mistaken for an old one. */
  id: string
  host_name: string
  /** Names this start of the machine, and on Linux the pids that are seen in it. */
  boot_id: string
  pid: number
  /** Tells this process from a later one with the same pid. */
  pid_started: string
  address: string
  port: number
  version: string
  /** When the process started. */
  started_at: number
  heartbeat_at: number
  cpu_percent: number
  memory_percent: number
  threads: number | null
  stop_requested_at: number | null
  stop_requested_by: string | null
  stop_action: 'stop' | 'restart' | null
  /** Restarts go one after the other: the position in that row, from 0. */
  stop_turn: number
  /** Number of servers that were restarted together. */
  stop_peers: number
}

declare module '#platform/database/database.ts' {
  interface Tables {
    server_instances: InstanceRow
  }
}

export const processMigrations: Migration[] = [
  {
    name: '2026-11-22.40-server-instances',
    up: (schema) =>
      schema.table('server_instances', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('host_name', schema.line, (column) => column.notNull())
          .addColumn('boot_id', schema.id, (column) => column.notNull())
          .addColumn('pid', schema.integer, (column) => column.notNull())
          .addColumn('pid_started', schema.id, (column) => column.notNull())
          .addColumn('address', schema.id, (column) => column.notNull())
          .addColumn('port', schema.integer, (column) => column.notNull())
          .addColumn('version', schema.id, (column) => column.notNull())
          .addColumn('started_at', schema.integer, (column) => column.notNull())
          .addColumn('heartbeat_at', schema.integer, (column) => column.notNull())
          .addColumn('cpu_percent', schema.real, (column) => column.notNull())
          .addColumn('memory_percent', schema.real, (column) => column.notNull())
          .addColumn('threads', schema.integer)
          .addColumn('stop_requested_at', schema.integer)
          .addColumn('stop_requested_by', schema.line)
          .addColumn('stop_action', schema.id)
          .addColumn('stop_turn', schema.integer, (column) => column.notNull())
          .addColumn('stop_peers', schema.integer, (column) => column.notNull()),
      ),
  },
]

export const allInstances = (db: ReadDb | Tx): Promise<InstanceRow[]> =>
  db.selectFrom('server_instances').selectAll().orderBy('started_at').orderBy('id').execute()

export const findInstance = (db: ReadDb | Tx, id: string): Promise<InstanceRow | undefined> =>
  db.selectFrom('server_instances').selectAll().where('id', '=', id).executeTakeFirst()
