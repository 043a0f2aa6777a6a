import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Migration } from '#platform/database/schema.ts'

declare module '#platform/database/database.ts' {
  interface Tables {
    mfa_recovery_codes: { code_hash: string; user_id: string; created_at: number }
  }
}

export const mfaMigrations: Migration[] = [
  {
    name: '2026-11-22.15-mfa-recovery-codes',
    up: async (schema) => {
      await schema.table('mfa_recovery_codes', (table) =>
        table
          .addColumn('code_hash', schema.id, (column) => column.primaryKey())
          .addColumn('user_id', schema.id, (column) => column.notNull().references('users.id').onDelete('cascade'))
          .addColumn('created_at', schema.integer, (column) => column.notNull()),
      )
      await schema.index('mfa_recovery_codes', ['user_id'])
    },
  },
]

export async function countRecoveryCodes(db: ReadDb | Tx, userId: string): Promise<number> {
  const { count } = await db
    .selectFrom('mfa_recovery_codes')
    .select((row) => row.fn.countAll().as('count'))
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** The codes made before are void. */
export async function replaceRecoveryCodes(
  tx: Tx,
  userId: string,
  hashes: readonly string[],
  now: number,
): Promise<void> {
  await tx.deleteFrom('mfa_recovery_codes').where('user_id', '=', userId).execute()
  await tx
    .insertInto('mfa_recovery_codes')
    .values(hashes.map((code_hash) => ({ code_hash, user_id: userId, created_at: now })))
    .execute()
}

export async function removeSecondFactor(tx: Tx, userId: string): Promise<void> {
  await tx.deleteFrom('mfa_recovery_codes').where('user_id', '=', userId).execute()
  await tx
    .updateTable('users')
    .set({ mfa_secret_sealed: null, mfa_enabled_at: null })
    .where('id', '=', userId)
    .execute()
}
