import type { SettingKey } from '#platform/config/config.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Migration } from '#platform/database/schema.ts'

/** A value set at run time; a setting without a row has its default. */
export interface SettingRow {
  key: string
  value_json: string
  updated_at: number
  /** Name of who set it. */
  updated_by: string
}

declare module '#platform/database/database.ts' {
  interface Tables {
    settings: SettingRow
  }
}

export const settingMigrations: Migration[] = [
  {
    name: '2026-11-22.61-settings',
    up: (schema) =>
      schema.table('settings', (table) =>
        table
          .addColumn('key', schema.id, (column) => column.notNull().primaryKey())
          .addColumn('value_json', schema.text, (column) => column.notNull())
          .addColumn('updated_at', schema.integer, (column) => column.notNull())
          .addColumn('updated_by', schema.line, (column) => column.notNull()),
      ),
  },
]

export async function storedSettings(db: ReadDb | Tx): Promise<Map<string, SettingRow>> {
  const rows = await db.selectFrom('settings').selectAll().execute()
  return new Map(rows.map((row) => [row.key, row]))
}

/** Values by key, as `Config.applyStored` takes them. */
export const valuesOf = (rows: Map<string, SettingRow>): Record<string, unknown> =>
  Object.fromEntries([...rows].map(([key, { value_json }]) => [key, JSON.parse(value_json)]))

/** A value of null forgets what is stored. */
export async function storeSetting(
  tx: Tx,
  key: SettingKey,
  value: unknown,
  by: Omit<SettingRow, 'key' | 'value_json'>,
): Promise<void> {
  if (value === null) {
    await tx.deleteFrom('settings').where('key', '=', key).execute()
    return
  }
  const row = { value_json: JSON.stringify(value), ...by }
  const { numUpdatedRows } = await tx.updateTable('settings').set(row).where('key', '=', key).executeTakeFirst()
  if (numUpdatedRows === 0n)
    await tx
      .insertInto('settings')
      .values({ key, ...row })
      .execute()
}
