import type * as z from 'zod'
import { AppError, invalid } from '#kernel/errors.ts'
import { iso, secondMs } from '#kernel/time.ts'
import {
  audited,
  getUser,
  hashPassword,
  hasAdministrator,
  requireGoodPassword,
  setPassword,
  updateUserRow,
  type UserRow,
} from '#features/users/index.ts'
import { findRole } from '#features/roles/index.ts'
import type { Actor, Context } from '#platform/context.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import { requireSameOrigin } from '#platform/http/origin.ts'
import type { RequestContext } from '#platform/http/request.ts'
import type { Account, authEndpoints } from './contract.ts'
import { accessCookie, refreshCookie } from './identify.ts'
import { login, openSession, reauthenticate, register, requirePassword } from './login.ts'
import {
  issueTokens,
  liveSessions,
  revokeOwnSession,
  revokeSessions,
  rotateSession,
  type IssuedTokens,
  type SessionRow,
} from './sessions.ts'
import { createFirstAdministrator, type SetupToken } from './setup.ts'
import { issueTicket, ticketLifetimeMs } from './tickets.ts'

export const authHandlers = (setupToken: SetupToken): Handlers<typeof authEndpoints> => ({
  options: async (ctx) => ({
    registration: ctx.platform.config.get('registration'),
    setup_needed: !(await hasAdministrator(ctx.db)),
    password_min_length: ctx.platform.config.get('password_min_length'),
  }),
  setup: async (ctx, { body }) => {
    if (await hasAdministrator(ctx.db)) throw new AppError('GONE', 'Miktos is set up already; log in')
    setupToken.require(body.token, ctx.now())
    const user = await createFirstAdministrator(ctx, body)
    setupToken.spend()
    return loggedIn(ctx, user, await openSession(ctx, user, 'auth.login'), body.cookie)
  },
  login: async (ctx, { body }) => {
    const { user, session } = await login(ctx, body)
    return loggedIn(ctx, user, session, body.cookie)
  },
  refresh: async (ctx, { body }) => {
    const fromCookie = body.refresh_token === undefined ? ctx.incoming.cookies[refreshCookie] : undefined
    const token = body.refresh_token ?? fromCookie
    if (!token) throw invalid('refresh_token', 'Give the refresh token')
    if (fromCookie) requireSameOrigin(ctx.incoming)
    const tokens = await rotateSession(ctx, token)
    if (!fromCookie) return { ...tokens, tokens }
    setCookies(ctx, tokens)
    return { expires_in: tokens.expires_in, tokens: null }
  },
  ticket: async (ctx) => ({ ticket: await issueTicket(ctx), expires_in: ticketLifetimeMs / secondMs }),
  logout: async (ctx) => {
    const { sessionId, id } = ctx.actor
    if (sessionId) await revokeSessions(ctx, 'auth.logout', id, [sessionId], 'logged out')
    for (const name of [accessCookie, refreshCookie]) ctx.outgoing.clearCookie(name, '/')
    return { success: true, message: 'Logged out' }
  },
  verify: (ctx) => ({ valid: true, user: accountOf(ctx.actor), session_id: ctx.actor.sessionId }),
  register: async (ctx, { body }) => {
    const state = await register(ctx, body)
    const message = state === 'active' ? 'You can log in now' : 'An administrator will look at your request'
    return { success: true, message, state }
  },
  reauthenticate: async (ctx, { body }) => {
    await reauthenticate(ctx, body)
    return { success: true, message: 'Confirmed' }
  },
  me: ({ actor }) => selves.get(actor) ?? selfOf(actor),
  updateMe: async (ctx, { body }) => {
    const before = await getUser(ctx.db, ctx.actor.id)
    const changes = {
      ...(body.email && { email: body.email }),
      ...(body.username && { username: body.username }),
      updated_at: ctx.now(),
    }
    await ctx.change('user.update-own', { kind: 'user', id: before.id }, async (tx, note) => {
      await updateUserRow(tx, before.id, changes)
      note.before = audited(before)
      note.after = audited({ ...before, ...changes })
    })
    const { email, username } = { ...before, ...changes }
    return { ...accountOf(ctx.actor), email, username }
  },
  changePassword: async (ctx, { body }) => {
    const user = await getUser(ctx.db, ctx.actor.id)
    await requirePassword(ctx, user, body.current_password)
    await requireGoodPassword(
      body.new_password,
      ctx.platform.config.get('password_min_length'),
      [user.email, user.username],
      'new_password',
    )
    const hash = await hashPassword(body.new_password)
    await ctx.change('user.change-password', { kind: 'user', id: user.id }, (tx) =>
      setPassword(tx, user.id, hash, ctx.now(), ctx.actor.sessionId),
    )
    return { success: true, message: 'Password changed; your other sessions have ended' }
  },
  mySessions: async (ctx) => sessionViews(ctx, ctx.actor.id),
  revokeMySession: async (ctx, { params }) => {
    await revokeOwnSession(ctx, params.id)
    return { success: true, message: 'Session ended' }
  },
  userSessions: async (ctx, { params }) => sessionViews(ctx, (await getUser(ctx.db, params.id)).id),
  revokeUserSessions: async (ctx, { params }) => {
    const user = await getUser(ctx.db, params.id)
    const sessions = await liveSessions(ctx.db, user.id, ctx.now())
    await revokeSessions(
      ctx,
      'session.revoke-all',
      user.id,
      sessions.map(({ id }) => id),
      'ended by an administrator',
    )
    return { success: true, message: `${sessions.length} sessions ended` }
  },
})

async function loggedIn(ctx: RequestContext, user: UserRow, session: SessionRow, cookie: boolean) {
  const tokens = await issueTokens(ctx, session)
  if (cookie) setCookies(ctx, tokens)
  const role = await findRole(ctx.db, user.role)
  return { user: account(user, role?.permissions ?? []), tokens: cookie ? null : tokens }
}

function setCookies(
  ctx: RequestContext,
  { access_token, refresh_token, expires_in, refresh_expires_in }: IssuedTokens,
): void {
  ctx.outgoing.setCookie(accessCookie, access_token, { maxAgeSeconds: expires_in, path: '/' })
  ctx.outgoing.setCookie(refreshCookie, refresh_token, { maxAgeSeconds: refresh_expires_in, path: '/' })
}

const account = (
  { id, username, email, role, mfa_enabled_at }: UserRow,
  permissions: readonly string[],
): z.output<typeof Account> => ({
  id,
  username,
  email,
  role,
  permissions: [...permissions],
  mfa_enabled: mfa_enabled_at !== null,
})

type Self = z.output<typeof authEndpoints.me.reply>

/** Asked most of all, and the same for as long as the actor is remembered. */
const selves = new WeakMap<Actor, Self>()

function selfOf(actor: Actor): Self {
  const self = Object.freeze({
    user: accountOf(actor),
    permissions: [...actor.permissions],
    session_id: actor.sessionId,
  })
  selves.set(actor, self)
  return self
}

/** Whoever the credentials stand for, with the rights they give; an API key is named `owner/key`. */
const accountOf = (actor: Actor): z.output<typeof Account> => ({
  id: actor.id,
  username: actor.label,
  email: actor.email,
  role: actor.role,
  permissions: [...actor.permissions],
  mfa_enabled: actor.mfaEnabled,
})

async function sessionViews(ctx: Context, userId: string) {
  const sessions = await liveSessions(ctx.db, userId, ctx.now())
  return sessions.map(({ id, created_at, last_seen_at, expires_at, address, user_agent }) => ({
    id,
    current: id === ctx.actor.sessionId,
    created_at: iso(created_at),
    last_seen_at: iso(last_seen_at),
    expires_at: iso(expires_at),
    address,
    user_agent,
  }))
}
