import { AppError, notFound } from '#kernel/errors.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import { lockInvariant } from '#platform/database/open.ts'
import type { Migration } from '#platform/database/schema.ts'

export interface UserRow {
  id: string
  /** Lower case, as is `username`: either logs in. */
  email: string
  username: string
  password_hash: string
  role: string
  /** `locked` is not stored: it is `locked_until` in the future. */
  state: 'pending' | 'active' | 'disabled'
  created_at: number
  updated_at: number
  password_changed_at: number
  last_login_at: number | null
  last_login_address: string | null
  failed_logins: number
  locked_until: number | null
  /** TOTP secret sealed at rest; enrolled but not in force until `mfa_enabled_at`. */
  mfa_secret_sealed: string | null
  mfa_enabled_at: number | null
  /** Last time step that was used, so that a code works once. */
  mfa_last_step: number
  demo: number
}

declare module '#platform/database/database.ts' {
  interface Tables {
    users: UserRow
  }
}

export const userMigrations: Migration[] = [
  {
    name: '2026-11-22.11-users',
    up: async (schema) => {
      await schema.table('users', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('email', schema.line, (column) => column.notNull())
          .addColumn('username', schema.line, (column) => column.notNull())
          .addColumn('password_hash', schema.line, (column) => column.notNull())
          .addColumn('role', schema.id, (column) => column.notNull())
          .addColumn('state', schema.id, (column) => column.notNull())
          .addColumn('created_at', schema.integer, (column) => column.notNull())
          .addColumn('updated_at', schema.integer, (column) => column.notNull())
          .addColumn('password_changed_at', schema.integer, (column) => column.notNull())
          .addColumn('last_login_at', schema.integer)
          .addColumn('last_login_address', schema.id)
          .addColumn('failed_logins', schema.integer, (column) => column.notNull())
          .addColumn('locked_until', schema.integer)
          .addColumn('mfa_secret_sealed', schema.text)
          .addColumn('mfa_enabled_at', schema.integer)
          .addColumn('mfa_last_step', schema.integer, (column) => column.notNull())
          .addColumn('demo', schema.flag, (column) => column.notNull()),
      )
      await schema.index('users', ['email'], { unique: true })
      await schema.index('users', ['username'], { unique: true })
    },
  },
]

export const findUser = (db: ReadDb | Tx, id: string): Promise<UserRow | undefined> =>
  db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()

export async function getUser(db: ReadDb | Tx, id: string): Promise<UserRow> {
  const user = await findUser(db, id)
  if (!user) throw notFound('user', id)
  return user
}

/** By e-mail address or username, whatever the case. */
export const findUserByName = (db: ReadDb | Tx, name: string): Promise<UserRow | undefined> =>
  db
    .selectFrom('users')
    .selectAll()
    .where((row) => row.or([row('email', '=', name.toLowerCase()), row('username', '=', name.toLowerCase())]))
    .executeTakeFirst()

/** Throws CONFLICT naming the field when the address or username is taken. */
export async function insertUser(tx: Tx, user: UserRow): Promise<void> {
  await requireFree(tx, user)
  await asConflict(tx.insertInto('users').values(user).execute())
}

export async function updateUserRow(tx: Tx, id: string, changes: Partial<UserRow>): Promise<void> {
  await requireFree(tx, { id, ...changes })
  await asConflict(tx.updateTable('users').set(changes).where('id', '=', id).execute())
}

async function requireFree(tx: Tx, { id, email, username }: Partial<UserRow> & { id: string }): Promise<void> {
  for (const [field, value] of [
    ['email', email],
    ['username', username],
  ] as const) {
    if (value === undefined) continue
    // An address may not be somebody else's username either: both log in.
    const taken = await findUserByName(tx, value)
    if (taken && taken.id !== id)
      throw new AppError('CONFLICT', `There is a user with this ${field} already`, { field })
  }
}

/** Two requests may both have found the name free; the index decides. */
async function asConflict<T>(write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    if (isDuplicate(error))
      throw new AppError('CONFLICT', 'There is a user with this e-mail address or username already', { field: 'email' })
    throw error
  }
}

export const administratorRole = 'admin'

/**
 * Throws LAST_ADMINISTRATOR unless an active administrator other than `id` remains. Whoever takes an
 * administrator away waits here for the others who do, so two cannot remove each other.
 */
export async function requireAnotherAdministrator(tx: Tx, id: string): Promise<void> {
  await lockInvariant(tx, 'administrators')
  const other = await tx
    .selectFrom('users')
    .select('id')
    .where('role', '=', administratorRole)
    .where('state', '=', 'active')
    .where('id', '!=', id)
    .executeTakeFirst()
  if (!other)
    throw new AppError('LAST_ADMINISTRATOR', 'This is the last active administrator; make another one first', {
      user_id: id,
    })
}

export const hasAdministrator = async (db: ReadDb | Tx): Promise<boolean> =>
  (await db.selectFrom('users').select('id').where('role', '=', administratorRole).executeTakeFirst()) !== undefined
