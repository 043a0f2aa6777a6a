import type { UserRow } from '#features/users/index.ts'
import { Context, systemActor } from '#platform/context.ts'
import { hashRecoveryCode } from './recoveryCodes.ts'
import { countRecoveryCodes } from './store.ts'
import { openTotpSecret, totpStep } from './totp.ts'

/**
 * Whether the code is the user's: of their authenticator app, or a recovery code. Either works once,
 * also when it arrives many times at the same moment; what is spent stays spent though the login fails.
 */
export async function secondFactorMatches(ctx: Context, user: UserRow, code: string): Promise<boolean> {
  return (await spendTotpCode(ctx, user, code)) || (await spendRecoveryCode(ctx, user, code))
}

async function spendTotpCode(
  { platform }: Context,
  { id, mfa_secret_sealed }: UserRow,
  code: string,
): Promise<boolean> {
  if (mfa_secret_sealed === null) return false
  const step = await totpStep(
    openTotpSecret(platform.secrets, id, mfa_secret_sealed),
    code.replace(/\s/g, ''),
    platform.now(),
  )
  if (step === undefined) return false
  const { numUpdatedRows } = await platform.database.transaction((tx) =>
    tx
      .updateTable('users')
      .set({ mfa_last_step: step })
      .where('id', '=', id)
      .where('mfa_last_step', '<', step)
      .executeTakeFirst(),
  )
  return numUpdatedRows === 1n
}

async function spendRecoveryCode(ctx: Context, user: UserRow, code: string): Promise<boolean> {
  const hash = hashRecoveryCode(ctx.platform.secrets, user.id, code)
  const known = await ctx.db
    .selectFrom('mfa_recovery_codes')
    .select('code_hash')
    .where('code_hash', '=', hash)
    .executeTakeFirst()
  if (!known) return false
  // Whoever logs in has no session yet: the audit record names the user whose code it was.
  const asUser = new Context(
    ctx.platform,
    { ...systemActor(user.id, user.username, []), kind: 'user', role: user.role },
    ctx.origin,
  )
  return asUser.change('mfa.use-recovery-code', { kind: 'user', id: user.id }, async (tx, note) => {
    const { numDeletedRows } = await tx
      .deleteFrom('mfa_recovery_codes')
      .where('code_hash', '=', hash)
      .executeTakeFirst()
    const accepted = numDeletedRows === 1n
    note.after = { accepted, recovery_codes_left: await countRecoveryCodes(tx, user.id) }
    return accepted
  })
}
