import { builtinRoles, isPermission, type Permission } from '#kernel/permissions.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Migration } from '#platform/database/schema.ts'

/** A custom role, or the edited form of a built-in one. */
export interface RoleRow {
  name: string
  description: string
  permissions_json: string
  updated_at: number
}

declare module '#platform/database/database.ts' {
  interface Tables {
    roles: RoleRow
  }
}

export const roleMigrations: Migration[] = [
  {
    name: '2026-11-22.10-roles',
    up: (schema) =>
      schema.table('roles', (table) =>
        table
          .addColumn('name', schema.id, (column) => column.primaryKey())
          .addColumn('description', schema.line, (column) => column.notNull())
          .addColumn('permissions_json', schema.text, (column) => column.notNull())
          .addColumn('updated_at', schema.integer, (column) => column.notNull()),
      ),
  },
]

export interface StoredRole {
  name: string
  description: string
  permissions: Permission[]
  builtin: boolean
  updated_at: number | null
}

/** `admin` is not stored: nothing that is written to the database can take rights from it or give it to others. */
const fixedRole = 'admin'

export const isEditable = (name: string): boolean => name !== fixedRole

export async function listRoles(db: ReadDb): Promise<StoredRole[]> {
  const rows = new Map((await db.selectFrom('roles').selectAll().execute()).map((row) => [row.name, row]))
  const custom = [...rows.keys()].filter((name) => !Object.hasOwn(builtinRoles, name)).toSorted()
  return [...Object.keys(builtinRoles), ...custom]
    .map((name) => roleFrom(name, isEditable(name) ? rows.get(name) : undefined))
    .filter((role) => role !== undefined)
}

export async function findRole(db: ReadDb | Tx, name: string): Promise<StoredRole | undefined> {
  if (!isEditable(name)) return roleFrom(name, undefined)
  return roleFrom(name, await db.selectFrom('roles').selectAll().where('name', '=', name).executeTakeFirst())
}

function roleFrom(name: string, row: RoleRow | undefined): StoredRole | undefined {
  const builtin = Object.hasOwn(builtinRoles, name)
  if (row) {
    const { description, permissions_json, updated_at } = row
    // A permission that this version does not know (any more) allows nothing.
    const permissions = (JSON.parse(permissions_json) as string[]).filter(isPermission)
    return { name, description, permissions, builtin, updated_at }
  }
  return builtin ? { name, ...builtinRoles[name]!, builtin, updated_at: null } : undefined
}

export async function saveRole(
  tx: Tx,
  { name, description, permissions, updated_at }: StoredRole & { updated_at: number },
): Promise<void> {
  const row = { description, permissions_json: JSON.stringify(permissions), updated_at }
  const { numUpdatedRows } = await tx.updateTable('roles').set(row).where('name', '=', name).executeTakeFirst()
  if (numUpdatedRows === 0n)
    await tx
      .insertInto('roles')
      .values({ name, ...row })
      .execute()
}
