import { AppError, invalid, notFound } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import { findRole, requireCovers } from '#features/roles/index.ts'
import { countProjects, deleteProjectsOf, transferProjects } from '#features/projects/index.ts'
import type { Context } from '#platform/context.ts'
import type { Tx } from '#platform/database/database.ts'
import { generatePassword, hashPassword, requireGoodPassword } from './password.ts'
import {
  administratorRole,
  findUser,
  getUser,
  insertUser,
  requireAnotherAdministrator,
  updateUserRow,
  type UserRow,
} from './store.ts'

export interface NewUser {
  email: string
  username?: string | undefined
  password?: string | undefined
  role: string
}

/** Makes an active user; the password that was made for them is returned and stored nowhere. */
export async function createUser(
  ctx: Context,
  input: NewUser,
): Promise<{ user: UserRow; generatedPassword: string | null }> {
  const generatedPassword = input.password === undefined ? generatePassword() : null
  const user = await newUserRow(ctx, { ...input, password: input.password ?? generatedPassword! }, 'active')
  await requireMayGive(ctx, user.role)
  await ctx.change('user.create', { kind: 'user', id: user.id }, async (tx, note) => {
    await insertUser(tx, user)
    note.after = audited(user)
  })
  return { user, generatedPassword }
}

/** A row ready to insert, its password checked and hashed: done before the transaction, because it takes long. */
export async function newUserRow(
  ctx: Context,
  { email, username, password, role }: NewUser & { password: string },
  state: UserRow['state'],
): Promise<UserRow> {
  const name = username ?? usernameFrom(email)
  await requireGoodPassword(password, ctx.platform.config.get('password_min_length'), [email, name])
  const now = ctx.now()
  return {
    id: newId(),
    email,
    username: name,
    password_hash: await hashPassword(password),
    role,
    state,
    created_at: now,
    updated_at: now,
    password_changed_at: now,
    last_login_at: null,
    last_login_address: null,
    failed_logins: 0,
    locked_until: null,
    mfa_secret_sealed: null,
    mfa_enabled_at: null,
    mfa_last_step: 0,
    demo: 0,
  }
}

const usernameFrom = (email: string): string => {
  const local = email
    .split('@')[0]!
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-')
    .replace(/^[^a-z0-9]+/, '')
  return local.length >= 2 ? local.slice(0, 63) : `user-${newId().slice(-8)}`
}

export interface UserChanges {
  email?: string | undefined
  username?: string | undefined
  role?: string | undefined
  state?: 'active' | 'disabled' | undefined
  is_active?: boolean | undefined
  is_admin?: boolean | undefined
}

export async function updateUser(ctx: Context, id: string, changes: UserChanges): Promise<UserRow> {
  const role = changes.role ?? (changes.is_admin === true ? administratorRole : undefined)
  if (role !== undefined) await requireMayGive(ctx, role)
  return ctx.change('user.update', { kind: 'user', id }, async (tx, note) => {
    const before = await getUser(tx, id)
    await requireMayActOn(ctx, tx, before)
    const after = {
      ...before,
      ...definedOf(changes),
      role: roleAfter(before, role, changes.is_admin),
      state: stateAfter(before, changes),
      updated_at: ctx.now(),
    }
    if (isAdministrator(before) && !isAdministrator(after)) await requireAnotherAdministrator(tx, id)
    await updateUserRow(tx, id, {
      email: after.email,
      username: after.username,
      role: after.role,
      state: after.state,
      updated_at: after.updated_at,
    })
    note.before = audited(before)
    note.after = audited(after)
    note.event = { role_changed: before.role !== after.role, state: after.state }
    return after
  })
}

const definedOf = ({ email, username }: UserChanges): Partial<UserRow> => ({
  ...(email && { email }),
  ...(username && { username }),
})

const roleAfter = (before: UserRow, role: string | undefined, isAdmin: boolean | undefined): string =>
  role ?? (isAdmin === false && before.role === administratorRole ? 'user' : before.role)

function stateAfter(before: UserRow, { state, is_active }: UserChanges): UserRow['state'] {
  if (state && is_active !== undefined && (state === 'active') !== is_active)
    throw invalid('is_active', 'contradicts state')
  const wanted = state ?? (is_active === undefined ? undefined : is_active ? 'active' : 'disabled')
  return wanted ?? before.state
}

const isAdministrator = ({ role, state }: UserRow): boolean => role === administratorRole && state === 'active'

export interface Leaving {
  projects?: 'delete' | 'transfer' | undefined
  transfer_to?: string | undefined
}

export function deleteUser(ctx: Context, id: string, leaving: Leaving): Promise<void> {
  if (id === ctx.actor.id)
    throw new AppError('CONFLICT', 'You cannot delete yourself; ask another administrator', { user_id: id })
  return ctx.change('user.delete', { kind: 'user', id }, async (tx, note) => {
    const user = await getUser(tx, id)
    await requireMayActOn(ctx, tx, user)
    if (isAdministrator(user)) await requireAnotherAdministrator(tx, id)
    await settleProjects(tx, id, leaving)
    await tx.deleteFrom('users').where('id', '=', id).execute()
    note.before = audited(user)
  })
}

async function settleProjects(tx: Tx, id: string, { projects, transfer_to: heir }: Leaving): Promise<void> {
  const owned = await countProjects(tx, id)
  if (owned === 0) return
  if (projects === 'delete') return deleteProjectsOf(tx, id)
  if (projects !== 'transfer' || !heir) {
    throw new AppError(
      'CONFLICT',
      `The user owns ${owned} projects; say projects=delete, or projects=transfer with transfer_to`,
      { project_count: owned },
    )
  }
  if (heir === id || !(await findUser(tx, heir))) throw notFound('user', heir)
  await transferProjects(tx, id, heir)
}

export async function approveUser(ctx: Context, id: string, role: string | undefined): Promise<UserRow> {
  if (role !== undefined) await requireMayGive(ctx, role)
  return ctx.change('user.approve', { kind: 'user', id }, async (tx, note) => {
    const before = await getUser(tx, id)
    await requireMayActOn(ctx, tx, before)
    const after: UserRow = { ...before, state: 'active', role: role ?? before.role, updated_at: ctx.now() }
    const { numUpdatedRows } = await tx
      .updateTable('users')
      .set({ state: 'active', role: after.role, updated_at: after.updated_at })
      .where('id', '=', id)
      .where('state', '=', 'pending')
      .executeTakeFirst()
    if (numUpdatedRows === 0n)
      throw new AppError('CONFLICT', `The user is ${before.state}, not pending`, { user_id: id, state: before.state })
    note.before = audited(before)
    note.after = audited(after)
    return after
  })
}

export function unlockUser(ctx: Context, id: string): Promise<UserRow> {
  return ctx.change('user.unlock', { kind: 'user', id }, async (tx) => {
    const user = await getUser(tx, id)
    await tx.updateTable('users').set({ failed_logins: 0, locked_until: null }).where('id', '=', id).execute()
    return { ...user, failed_logins: 0, locked_until: null }
  })
}

/** Sets a password and, by the event, ends the user's sessions. */
export async function resetPassword(
  ctx: Context,
  id: string,
  given: string | undefined,
): Promise<{ generatedPassword: string | null }> {
  const user = await getUser(ctx.db, id)
  const password = given ?? generatePassword()
  await requireGoodPassword(password, ctx.platform.config.get('password_min_length'), [user.email, user.username])
  const password_hash = await hashPassword(password)
  await ctx.change('user.reset-password', { kind: 'user', id }, async (tx) => {
    await requireMayActOn(ctx, tx, await getUser(tx, id))
    await setPassword(tx, id, password_hash, ctx.now())
  })
  return { generatedPassword: given === undefined ? password : null }
}

/** Every session of the user ends with the old password, but for the one that changed it. */
export async function setPassword(
  tx: Tx,
  id: string,
  password_hash: string,
  now: number,
  keepSessionId: string | null = null,
): Promise<void> {
  await tx
    .updateTable('users')
    .set({ password_hash, password_changed_at: now, updated_at: now, failed_logins: 0, locked_until: null })
    .where('id', '=', id)
    .execute()
  await tx
    .updateTable('auth_sessions')
    .set({ revoked_at: now, revoked_reason: 'password changed' })
    .where('user_id', '=', id)
    .where('revoked_at', 'is', null)
    .where('id', '!=', keepSessionId ?? '')
    .execute()
}

async function requireMayGive(ctx: Context, roleName: string): Promise<void> {
  const role = await findRole(ctx.db, roleName)
  if (!role) throw invalid('role', `There is no role "${roleName}"`)
  requireCovers(ctx, role.permissions)
}

/** Whoever may edit users may not become, through them, more than they are. */
async function requireMayActOn(ctx: Context, tx: Tx, user: UserRow): Promise<void> {
  const role = await findRole(tx, user.role)
  if (role) requireCovers(ctx, role.permissions)
}

/** What the audit log compares. */
export const audited = ({ email, username, role, state }: UserRow): Record<string, unknown> => ({
  email,
  username,
  role,
  state,
})
