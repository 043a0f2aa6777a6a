import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import { secondFactorMatches } from '#features/mfa/index.ts'
import {
  countFailedAttempt,
  findUserByName,
  getUser,
  insertUser,
  isLocked,
  newUserRow,
  passwordMatches,
  type UserRow,
} from '#features/users/index.ts'
import { Context, systemActor } from '#platform/context.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import { newSession, type SessionRow } from './sessions.ts'

export interface Login {
  username?: string | undefined
  email?: string | undefined
  password: string
  otp?: string | undefined
}

/**
 * A failed login answers no sooner than this, so that the time it took tells nothing about whether
 * the user exists, is locked, or what was written.
 */
const failureFloorMs = 250

/** Checks the credentials and starts a session. Every refusal before the right password reads alike. */
export async function login(
  ctx: Context,
  { username, email, password, otp }: Login,
): Promise<{ user: UserRow; session: SessionRow }> {
  const startedAt = performance.now()
  const name = (username ?? email ?? '').trim()
  const user = await findUserByName(ctx.db, name)
  const locked = user !== undefined && isLocked(user, ctx.now())
  const right = await passwordMatches(user?.password_hash, password)
  try {
    if (!user || locked || !right) {
      if (!locked) await countFailedAttempt(ctx, user?.id ?? '')
      throw new AppError(
        'INVALID_CREDENTIALS',
        'The name or password is wrong, or the account is locked after too many attempts',
      )
    }
    requireActive(user)
    await requireSecondFactor(ctx, user, otp)
  } catch (error) {
    await reportFailure(ctx, user, error)
    await delay(Math.max(0, failureFloorMs - (performance.now() - startedAt)))
    throw error
  }
  return { user, session: await openSession(ctx, user, 'auth.login') }
}

function requireActive({ state }: UserRow): void {
  if (state === 'pending')
    throw new AppError('ACCOUNT_NOT_ACTIVE', 'An administrator has yet to approve this account', { state })
  if (state === 'disabled') throw new AppError('ACCOUNT_NOT_ACTIVE', 'This account is disabled', { state })
}

/** A wrong code counts like a wrong password; a missing one does not. */
async function requireSecondFactor(ctx: Context, user: UserRow, otp: string | undefined): Promise<void> {
  if (user.mfa_enabled_at === null) return
  if (!otp) throw new AppError('MFA_REQUIRED', 'Give the code of your authenticator app as well')
  if (await secondFactorMatches(ctx, user, otp)) return
  await countFailedAttempt(ctx, user.id)
  throw new AppError('INVALID_CREDENTIALS', 'The code is wrong or was used already')
}

/** Names that nobody has stay out of it: they may be a password in the wrong field. */
async function reportFailure(
  { platform, origin, log }: Context,
  user: UserRow | undefined,
  error: unknown,
): Promise<void> {
  const reason = error instanceof AppError ? error.code : 'INTERNAL_ERROR'
  const payload = { user_id: user?.id ?? null, reason, address: origin.address, user_agent: origin.userAgent }
  // The refusal reads the same when nobody could be told of it.
  await platform.events
    .publish({ id: newId(), topic: 'login.failed', at: platform.now(), payload })
    .catch((err: unknown) => log.child({ component: 'auth' }).warn({ err }, 'a failed login was not reported'))
}

/** Starts a session and notes the login on the user. */
export async function openSession(ctx: Context, user: UserRow, action: string): Promise<SessionRow> {
  const session = newSession(ctx, user.id)
  const asUser = new Context(
    ctx.platform,
    { ...systemActor(user.id, user.username, []), kind: 'user', role: user.role, sessionId: session.id },
    ctx.origin,
  )
  await asUser.change(action, { kind: 'user', id: user.id }, async (tx, note) => {
    // The user first: the reference of the new session takes a weaker lock of it, and two that both hold that one deadlock.
    await tx
      .updateTable('users')
      .set({ failed_logins: 0, locked_until: null, last_login_at: ctx.now(), last_login_address: ctx.origin.address })
      .where('id', '=', user.id)
      .execute()
    await tx.insertInto('auth_sessions').values(session).execute()
    note.event = { session_id: session.id, user_agent: ctx.origin.userAgent, address: ctx.origin.address }
  })
  return session
}

/** Password, and code where one is set up, of the person whose session this is. */
export async function reauthenticate(
  ctx: Context,
  { password, otp }: { password: string; otp?: string | undefined },
): Promise<void> {
  const sessionId = ctx.actor.sessionId
  if (!sessionId)
    throw new AppError('INVALID_CREDENTIALS', 'Only a person with a session can do this; sign the request instead')
  const user = await getUser(ctx.db, ctx.actor.id)
  await requirePassword(ctx, user, password)
  await requireSecondFactor(ctx, user, otp)
  await ctx.change('auth.reauthenticate', { kind: 'user', id: user.id }, async (tx) => {
    await tx.updateTable('auth_sessions').set({ authenticated_at: ctx.now() }).where('id', '=', sessionId).execute()
  })
}

/** Throws INVALID_CREDENTIALS, and counts it, unless the password is the user's. */
export async function requirePassword(ctx: Context, user: UserRow, password: string): Promise<void> {
  const right = await passwordMatches(user.password_hash, password)
  if (right && !isLocked(user, ctx.now())) return
  await countFailedAttempt(ctx, user.id)
  throw new AppError('INVALID_CREDENTIALS', 'The password is wrong, or the account is locked after too many attempts')
}

/** Answers alike for a new and a known address: whoever registers learns nothing about others. */
export async function register(
  ctx: Context,
  input: { email: string; username?: string | undefined; password: string },
): Promise<'pending' | 'active'> {
  const registration = ctx.platform.config.get('registration')
  if (registration === 'closed')
    throw new AppError('PERMISSION_DENIED', 'Registration is closed; ask an administrator for an account')
  const state = registration === 'open' ? 'active' : 'pending'
  const user = await newUserRow(ctx, { ...input, role: 'user' }, state)
  try {
    await ctx.change('user.register', { kind: 'user', id: user.id }, async (tx, note) => {
      await insertUser(tx, user)
      note.after = { email: user.email, username: user.username, role: user.role, state }
    })
  } catch (error) {
    const taken = isDuplicate(error) || (error instanceof AppError && error.code === 'CONFLICT')
    if (!taken) throw error
  }
  return state
}
