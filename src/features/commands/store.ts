import type { ReadDb } from '#platform/database/database.ts'
import type { Migration } from '#platform/database/schema.ts'
import type { CommandStatus } from './status.ts'

export interface CommandRow {
  /** The runner remembers it: what comes twice is run once. */
  id: string
  /** As it was written. */
  command: string
  type: string
  verb: string
  args_json: string
  session_id: string | null
  runner_id: string
  status: CommandStatus
  created_by: string
  created_by_label: string
  /** Sent with `Idempotency-Key`, unique for its sender. */
  idempotency_key: string | null
  created_at: number
  deadline_at: number
  approved_by: string | null
  delivered_at: number | null
  started_at: number | null
  ended_at: number | null
  cancel_requested_at: number | null
  exit_code: number | null
  /** What went wrong, or what the runner said at the end. */
  detail: string | null
  output_bytes: number
  /** More came than is kept. */
  output_truncated: number
}

export interface CommandOutputRow {
  command_id: string
  /** Counted by the runner from 0; what it sends again is stored once. */
  seq: number
  at: number
  stream: 'stdout' | 'stderr'
  text: string
}

export interface SnippetRow {
  id: string
  owner_id: string
  name: string
  command: string
  /** All who may run commands see it. */
  shared: number
  created_at: number
}

declare module '#platform/database/database.ts' {
  interface Tables {
    commands: CommandRow
    command_output: CommandOutputRow
    command_snippets: SnippetRow
  }
}

export const commandMigrations: Migration[] = [
  {
    name: '2026-11-22.91-commands',
    up: async (schema) => {
      await schema.table('commands', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('command', schema.text, (column) => column.notNull())
          .addColumn('type', schema.line, (column) => column.notNull())
          .addColumn('verb', schema.id, (column) => column.notNull())
          .addColumn('args_json', schema.text, (column) => column.notNull())
          .addColumn('session_id', schema.id)
          .addColumn('runner_id', schema.id, (column) => column.notNull())
          .addColumn('status', schema.id, (column) => column.notNull())
          .addColumn('created_by', schema.id, (column) => column.notNull())
          .addColumn('created_by_label', schema.line, (column) => column.notNull())
          .addColumn('idempotency_key', schema.line)
          .addColumn('created_at', schema.integer, (column) => column.notNull())
          .addColumn('deadline_at', schema.integer, (column) => column.notNull())
          .addColumn('approved_by', schema.line)
          .addColumn('delivered_at', schema.integer)
          .addColumn('started_at', schema.integer)
          .addColumn('ended_at', schema.integer)
          .addColumn('cancel_requested_at', schema.integer)
          .addColumn('exit_code', schema.integer)
          .addColumn('detail', schema.text)
          .addColumn('output_bytes', schema.integer, (column) => column.notNull())
          .addColumn('output_truncated', schema.flag, (column) => column.notNull()),
      )
      await schema.index('commands', ['status', 'runner_id'])
      await schema.index('commands', ['created_at'])
      await schema.index('commands', ['session_id', 'created_at'])
      await schema.index('commands', ['created_by', 'idempotency_key'], { unique: true })
      await schema.table('command_output', (table) =>
        table
          .addColumn('command_id', schema.id, (column) =>
            column.notNull().references('commands.id').onDelete('cascade'),
          )
          .addColumn('seq', schema.integer, (column) => column.notNull())
          .addColumn('at', schema.integer, (column) => column.notNull())
          .addColumn('stream', schema.id, (column) => column.notNull())
          .addColumn('text', schema.text, (column) => column.notNull())
          .addPrimaryKeyConstraint('command_output_key', ['command_id', 'seq']),
      )
      await schema.table('command_snippets', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('owner_id', schema.id, (column) => column.notNull().references('users.id').onDelete('cascade'))
          .addColumn('name', schema.line, (column) => column.notNull())
          .addColumn('command', schema.text, (column) => column.notNull())
          .addColumn('shared', schema.flag, (column) => column.notNull())
          .addColumn('created_at', schema.integer, (column) => column.notNull()),
      )
      await schema.index('command_snippets', ['owner_id', 'name'], { unique: true })
    },
  },
]

/** Commands that wait for their runner. */
export async function countQueued(db: ReadDb): Promise<number> {
  const { count } = await db
    .selectFrom('commands')
    .select((row) => row.fn.countAll<number>().as('count'))
    .where('status', 'in', ['queued', 'awaiting_approval'])
    .executeTakeFirstOrThrow()
  return Number(count)
}
