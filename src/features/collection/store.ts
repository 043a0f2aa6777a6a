import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Migration } from '#platform/database/schema.ts'
import type { FileSourceInput } from './contract.ts'

interface SourceRow {
  name: string
  path: string
  labels_json: string
  multiline_start: string | null
  enabled: number
  position: number
}

declare module '#platform/database/database.ts' {
  interface Tables {
    log_sources: SourceRow
  }
}

export const collectionMigrations: Migration[] = [
  {
    name: '2026-11-22.53-log-sources',
    up: async (schema) => {
      await schema.table('log_sources', (table) =>
        table
          .addColumn('name', schema.id, (column) => column.primaryKey())
          .addColumn('path', schema.text, (column) => column.notNull())
          .addColumn('labels_json', schema.text, (column) => column.notNull())
          .addColumn('multiline_start', schema.text)
          .addColumn('enabled', schema.flag, (column) => column.notNull())
          .addColumn('position', schema.integer, (column) => column.notNull()),
      )
    },
  },
]

export async function storedSources(db: ReadDb | Tx): Promise<FileSourceInput[]> {
  const rows = await db.selectFrom('log_sources').selectAll().orderBy('position').execute()
  return rows.map(({ name, path, labels_json, multiline_start, enabled }) => ({
    name,
    path,
    labels: JSON.parse(labels_json) as Record<string, string>,
    multiline_start,
    enabled: enabled === 1,
  }))
}

export async function replaceSources(tx: Tx, sources: readonly FileSourceInput[]): Promise<void> {
  await tx.deleteFrom('log_sources').execute()
  const rows = sources.map(({ name, path, labels, multiline_start, enabled }, position): SourceRow => ({
    name,
    path,
    labels_json: JSON.stringify(labels),
    multiline_start,
    enabled: Number(enabled),
    position,
  }))
  if (rows.length > 0) await tx.insertInto('log_sources').values(rows).execute()
}
