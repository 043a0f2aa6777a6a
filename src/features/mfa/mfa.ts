import { AppError, invalid } from '#kernel/errors.ts'
import { findRole, requireCovers } from '#features/roles/index.ts'
import { countFailedAttempt, getUser, requireUnlocked, type UserRow } from '#features/users/index.ts'
import type { Context } from '#platform/context.ts'
import { generateRecoveryCodes, hashRecoveryCode } from './recoveryCodes.ts'
import { secondFactorMatches } from './secondFactor.ts'
import { removeSecondFactor, replaceRecoveryCodes } from './store.ts'
import { newEnrolment, openTotpSecret, sealTotpSecret, totpStep, type TotpEnrolment } from './totp.ts'

/** A new secret for the person's authenticator app; it asks for codes only once one was confirmed. */
export async function enrolTotp(ctx: Context): Promise<TotpEnrolment> {
  const user = await ownAccount(ctx)
  const enrolment = await newEnrolment(user.email)
  const mfa_secret_sealed = sealTotpSecret(ctx.platform.secrets, user.id, enrolment.secret)
  await ctx.change('mfa.enrol', { kind: 'user', id: user.id }, async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('users')
      .set({ mfa_secret_sealed })
      .where('id', '=', user.id)
      .where('mfa_enabled_at', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw alreadyEnabled()
  })
  return enrolment
}

/** Puts the enrolled secret in force; returns the recovery codes, which are shown only now. A wrong code counts towards the lock-out. */
export async function confirmTotp(ctx: Context, code: string): Promise<string[]> {
  const user = await ownAccount(ctx)
  if (user.mfa_enabled_at !== null) throw alreadyEnabled()
  const sealed = user.mfa_secret_sealed
  if (sealed === null) throw new AppError('CONFLICT', 'Ask for a secret first: POST /me/mfa/totp')
  requireUnlocked(user, ctx.now())
  const step = await totpStep(openTotpSecret(ctx.platform.secrets, user.id, sealed), code.replace(/\s/g, ''), ctx.now())
  if (step === undefined) {
    await countFailedAttempt(ctx, user.id)
    throw invalid('code', 'This is not the current code; check the clock of your phone')
  }
  const codes = generateRecoveryCodes()
  await ctx.change('mfa.enable', { kind: 'user', id: user.id }, async (tx, note) => {
    const { numUpdatedRows } = await tx
      .updateTable('users')
      .set({ mfa_enabled_at: ctx.now(), mfa_last_step: step })
      .where('id', '=', user.id)
      .where('mfa_enabled_at', 'is', null)
      // Not a secret that another window asked for in the meantime.
      .where('mfa_secret_sealed', '=', sealed)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw alreadyEnabled()
    await replaceRecoveryCodes(tx, user.id, hashes(ctx, user, codes), ctx.now())
    note.before = { mfa_enabled: false }
    note.after = { mfa_enabled: true }
  })
  return codes
}

const alreadyEnabled = (): AppError => new AppError('CONFLICT', 'A second factor is set up already; remove it first')

const hashes = (ctx: Context, user: UserRow, codes: readonly string[]): string[] =>
  codes.map((code) => hashRecoveryCode(ctx.platform.secrets, user.id, code))

export async function renewRecoveryCodes(ctx: Context): Promise<string[]> {
  const user = await ownAccount(ctx)
  const codes = generateRecoveryCodes()
  await ctx.change('mfa.renew-recovery-codes', { kind: 'user', id: user.id }, async (tx, note) => {
    requireEnabled(await getUser(tx, user.id))
    await replaceRecoveryCodes(tx, user.id, hashes(ctx, user, codes), ctx.now())
    note.after = { recovery_codes: codes.length }
  })
  return codes
}

/** A wrong code counts towards the lock-out: whoever has the session does not get to try them all. */
export async function disableOwnMfa(ctx: Context, otp: string): Promise<void> {
  const user = await ownAccount(ctx)
  requireEnabled(user)
  requireUnlocked(user, ctx.now())
  if (!(await secondFactorMatches(ctx, user, otp))) {
    await countFailedAttempt(ctx, user.id)
    throw new AppError('INVALID_CREDENTIALS', 'The code is wrong or was used already')
  }
  await disable(ctx, user.id)
}

/** For somebody who lost phone and recovery codes. */
export async function disableMfaOf(ctx: Context, userId: string): Promise<void> {
  if (userId === ctx.actor.id)
    throw new AppError('CONFLICT', 'Remove your own second factor with one of its codes: DELETE /me/mfa', {
      user_id: userId,
    })
  const user = await getUser(ctx.db, userId)
  requireCovers(ctx, (await findRole(ctx.db, user.role))?.permissions ?? [])
  await disable(ctx, userId)
}

const disable = (ctx: Context, userId: string): Promise<void> =>
  ctx.change('mfa.disable', { kind: 'user', id: userId }, async (tx, note) => {
    requireEnabled(await getUser(tx, userId))
    await removeSecondFactor(tx, userId)
    note.before = { mfa_enabled: true }
    note.after = { mfa_enabled: false }
  })

function requireEnabled({ mfa_enabled_at }: UserRow): void {
  if (mfa_enabled_at === null) throw new AppError('CONFLICT', 'No second factor is set up')
}

const ownAccount = (ctx: Context): Promise<UserRow> => getUser(ctx.db, ctx.actor.id)
