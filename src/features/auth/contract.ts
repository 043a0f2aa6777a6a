import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { done, idParams, time } from '#kernel/page.ts'
import { email, password, username } from '#features/users/contract.ts'

/** Whoever is logged in, as the sources and the console read it. */
export const Account = z.object({
  id: z.string(),
  username: z.string(),
  email: z.string().nullable(),
  role: z.string().nullable(),
  permissions: z.array(z.string()),
  mfa_enabled: z.boolean(),
})

export const Tokens = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('Bearer'),
  /** Seconds until `access_token` expires. */
  expires_in: z.number().int(),
  /** Seconds until `refresh_token`, and with it the session, expires. */
  refresh_expires_in: z.number().int(),
})

const Session = z.object({
  id: z.string(),
  current: z.boolean(),
  created_at: time,
  last_seen_at: time,
  expires_at: time,
  address: z.string().nullable(),
  user_agent: z.string().nullable(),
})

/** With `cookie: true` the tokens travel in HttpOnly cookies and `tokens` is null. */
const LoggedIn = z.object({ user: Account, tokens: Tokens.nullable() })

const cookie = z.boolean().default(false).describe('Keep the tokens in HttpOnly cookies, as the console does')
const otp = z.string().max(40).optional().describe('Code of the authenticator app, or a recovery code')

export const authEndpoints = {
  options: {
    method: 'GET',
    path: '/auth/options',
    summary: 'What the login page needs to know',
    access: 'public',
    reply: z.object({
      registration: z.enum(['closed', 'approval', 'open']),
      setup_needed: z.boolean(),
      password_min_length: z.number().int(),
    }),
  },
  setup: {
    method: 'POST',
    path: '/auth/setup',
    summary: 'Create the first administrator with the one-time set-up token',
    access: 'public',
    rate: 'auth',
    status: 201,
    body: z.strictObject({ token: z.string().max(200), email, username: username.optional(), password, cookie }),
    reply: LoggedIn,
    errors: ['GONE', 'INVALID_CREDENTIALS'],
  },
  login: {
    method: 'POST',
    path: '/auth/login',
    aliases: ['/login'],
    summary: 'Log in with e-mail address or username',
    access: 'public',
    rate: 'auth',
    body: z
      .strictObject({
        username: z.string().max(190).optional(),
        email: z.string().max(190).optional(),
        password: z.string().max(256),
        otp,
        cookie,
      })
      .refine(({ username, email }) => username !== undefined || email !== undefined, {
        path: ['username'],
        message: 'Give a username or an email',
      }),
    reply: LoggedIn,
    errors: ['INVALID_CREDENTIALS', 'MFA_REQUIRED', 'ACCOUNT_NOT_ACTIVE'],
    example: { body: { username: 'mara', password: 'correct horse battery staple' } },
  },
  refresh: {
    method: 'POST',
    path: '/auth/refresh',
    aliases: ['/refresh'],
    summary: 'Exchange a refresh token for the next pair of tokens',
    description:
      'A token that was exchanged before gives the same successor for 10 seconds; later it ends the session, because somebody has a copy.',
    access: 'public',
    rate: 'auth',
    body: z.strictObject({
      refresh_token: z.string().max(400).optional().describe('Left out by the console, which has it in a cookie'),
    }),
    reply: z.object({ ...Tokens.partial().shape, tokens: Tokens.nullable() }),
    errors: ['INVALID_CREDENTIALS', 'TOKEN_EXPIRED'],
  },
  logout: {
    method: 'POST',
    path: '/auth/logout',
    aliases: ['/logout'],
    summary: 'End this session',
    access: 'authenticated',
    reply: done,
  },
  verify: {
    method: 'GET',
    path: '/auth/verify',
    aliases: ['/validate-session'],
    summary: 'Check that the credentials are valid, and whose they are',
    access: 'authenticated',
    reply: z.object({ valid: z.literal(true), user: Account, session_id: z.string().nullable() }),
  },
  register: {
    method: 'POST',
    path: '/auth/register',
    aliases: ['/register'],
    summary: 'Ask for an account, where registration is not closed',
    description: 'The answer is the same whether or not the address is known already.',
    access: 'public',
    rate: 'auth',
    status: 202,
    body: z.strictObject({ email, username: username.optional(), password }),
    reply: z.object({ success: z.literal(true), message: z.string(), state: z.enum(['pending', 'active']) }),
    errors: ['PERMISSION_DENIED'],
  },
  reauthenticate: {
    method: 'POST',
    path: '/auth/reauthenticate',
    summary: 'Prove again who you are, before a sensitive operation',
    access: 'session',
    rate: 'auth',
    body: z.strictObject({ password: z.string().max(256), otp }),
    reply: done,
    errors: ['INVALID_CREDENTIALS', 'MFA_REQUIRED'],
  },
  ticket: {
    method: 'POST',
    path: '/auth/ticket',
    summary: 'A ticket that opens one socket in place of a token',
    description:
      'Goes into the URL, as `?ticket=`, where a client cannot send headers. Good once, for 30 seconds, with the rights of who asked.',
    access: 'authenticated',
    status: 201,
    reply: z.object({ ticket: z.string(), expires_in: z.number().int() }),
  },
  me: {
    method: 'GET',
    path: '/me',
    summary: 'Who I am and what I may do',
    access: 'authenticated',
    reply: z.object({
      user: Account.omit({ permissions: true }),
      permissions: z.array(z.string()),
      session_id: z.string().nullable(),
    }),
  },
  updateMe: {
    method: 'PUT',
    path: '/me',
    summary: 'Change my e-mail address or username',
    access: 'session',
    sensitive: true,
    body: z.strictObject({ email: email.optional(), username: username.optional() }),
    reply: Account,
    errors: ['CONFLICT'],
  },
  changePassword: {
    method: 'PUT',
    path: '/me/password',
    summary: 'Change my password; every other session of mine ends',
    access: 'session',
    rate: 'auth',
    body: z.strictObject({ current_password: z.string().max(256), new_password: password }),
    reply: done,
    errors: ['INVALID_CREDENTIALS'],
  },
  mySessions: {
    method: 'GET',
    path: '/me/sessions',
    summary: 'My sessions',
    access: 'session',
    reply: z.array(Session),
  },
  revokeMySession: {
    method: 'DELETE',
    path: '/me/sessions/{id}',
    summary: 'End one of my sessions',
    access: 'session',
    params: idParams,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  userSessions: {
    method: 'GET',
    path: '/admin/users/{id}/sessions',
    summary: "A user's sessions",
    access: 'users:read',
    params: idParams,
    reply: z.array(Session),
    errors: ['RESOURCE_NOT_FOUND'],
  },
  revokeUserSessions: {
    method: 'DELETE',
    path: '/admin/users/{id}/sessions',
    summary: 'End all sessions of a user',
    access: 'users:write',
    params: idParams,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND'],
  },
} as const satisfies Endpoints
