import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Migration } from '#platform/database/schema.ts'
import type { Matcher } from '../routing/matcher.ts'

interface SilenceRow {
  id: string
  matchers_json: string
  starts_at: number
  ends_at: number
  reason: string
  created_by: string
  created_at: number
  updated_at: number
  updated_by: string
}

declare module '#platform/database/database.ts' {
  interface Tables {
    notification_silences: SilenceRow
  }
}

export const silenceMigrations: Migration[] = [
  {
    name: '2026-11-22.86-notification-silences',
    up: async (schema) => {
      await schema.table('notification_silences', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('matchers_json', schema.text, (column) => column.notNull())
          .addColumn('starts_at', schema.integer, (column) => column.notNull())
          .addColumn('ends_at', schema.integer, (column) => column.notNull())
          .addColumn('reason', schema.text, (column) => column.notNull())
          .addColumn('created_by', schema.line, (column) => column.notNull())
          .addColumn('created_at', schema.integer, (column) => column.notNull())
          .addColumn('updated_at', schema.integer, (column) => column.notNull())
          .addColumn('updated_by', schema.line, (column) => column.notNull()),
      )
      await schema.index('notification_silences', ['ends_at'])
    },
  },
]

/** Times are milliseconds since 1970. */
export interface StoredSilence extends Omit<SilenceRow, 'matchers_json'> {
  matchers: Matcher[]
}

/** As long as they are kept, those that end last first. */
export async function allSilences(db: ReadDb): Promise<StoredSilence[]> {
  const rows = await db
    .selectFrom('notification_silences')
    .selectAll()
    .orderBy('ends_at', 'desc')
    .orderBy('id')
    .execute()
  return rows.map(silenceOf)
}

/** Those that have begun and not ended. */
export async function activeSilences(db: ReadDb | Tx, now: number): Promise<StoredSilence[]> {
  const rows = await db
    .selectFrom('notification_silences')
    .selectAll()
    .where('ends_at', '>', now)
    .where('starts_at', '<=', now)
    .orderBy('id')
    .execute()
  return rows.map(silenceOf)
}

export const silenceOf = ({ matchers_json, ...row }: SilenceRow): StoredSilence => ({
  ...row,
  matchers: JSON.parse(matchers_json) as Matcher[],
})
