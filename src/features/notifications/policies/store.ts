import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Migration } from '#platform/database/schema.ts'
import type { PolicyInput } from './contract.ts'

interface PolicyRow {
  id: string
  name: string
  policy_json: string
  version: number
  updated_at: number
  updated_by: string
}

declare module '#platform/database/database.ts' {
  interface Tables {
    notification_policies: PolicyRow
  }
}

export const policyMigrations: Migration[] = [
  {
    name: '2026-11-22.85-notification-policies',
    up: async (schema) => {
      await schema.table('notification_policies', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('name', schema.line, (column) => column.notNull())
          .addColumn('policy_json', schema.text, (column) => column.notNull())
          .addColumn('version', schema.integer, (column) => column.notNull())
          .addColumn('updated_at', schema.integer, (column) => column.notNull())
          .addColumn('updated_by', schema.line, (column) => column.notNull()),
      )
      await schema.index('notification_policies', ['name'], { unique: true })
    },
  },
]

export interface StoredPolicy extends PolicyInput {
  id: string
  version: number
  updated_at: number
  updated_by: string
}

export async function storedPolicies(db: ReadDb | Tx): Promise<StoredPolicy[]> {
  const rows = await db.selectFrom('notification_policies').selectAll().orderBy('name').execute()
  return rows.map(policyOf)
}

export async function storedPolicy(db: ReadDb | Tx, id: string): Promise<StoredPolicy | undefined> {
  const row = await db.selectFrom('notification_policies').selectAll().where('id', '=', id).executeTakeFirst()
  return row && policyOf(row)
}

const policyOf = ({ policy_json, ...row }: PolicyRow): StoredPolicy => ({ ...JSON.parse(policy_json), ...row })
