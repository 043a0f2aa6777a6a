import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { done, idParams, pageQuery, time } from '#kernel/page.ts'

export const userStates = ['pending', 'active', 'locked', 'disabled'] as const

export const User = z.object({
  id: z.string(),
  email: z.string(),
  username: z.string(),
  role: z.string(),
  state: z.enum(userStates),
  is_active: z.boolean(),
  is_admin: z.boolean(),
  mfa_enabled: z.boolean(),
  created_at: time,
  last_login_at: time.nullable(),
  last_login_address: z.string().nullable(),
  locked_until: time.nullable(),
  project_count: z.number().int(),
  /** Labelled sample data of `--demo`. */
  demo: z.boolean(),
})

export const email = z.email('Write an address like mara@example.com').max(190).toLowerCase()

export const username = z
  .string()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._-]{1,62}$/, 'Write 2 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit')
  .meta({ example: 'mara' })

/** Length and commonness are checked against the settings; this bounds what is hashed. */
export const password = z.string().min(1).max(256)

const roleName = z.string().min(1).max(40)

export const usersEndpoints = {
  list: {
    method: 'GET',
    path: '/admin/users',
    aliases: ['/users'],
    summary: 'List users',
    description: 'The number of users that match stands in the header `x-total-count`.',
    access: 'users:read',
    query: z.object({
      ...pageQuery(100, 1000),
      q: z.string().max(100).optional().describe('Part of the e-mail address or username'),
      state: z.enum(userStates).optional(),
      role: roleName.optional(),
      sort: z
        .enum(['created_at', '-created_at', 'username', '-username', 'last_login_at', '-last_login_at'])
        .default('created_at'),
    }),
    reply: z.array(User),
  },
  get: {
    method: 'GET',
    path: '/admin/users/{id}',
    aliases: ['/users/{id}'],
    summary: 'Read one user',
    access: 'users:read',
    params: idParams,
    reply: User,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  create: {
    method: 'POST',
    path: '/admin/users',
    aliases: ['/users'],
    summary: 'Create an active user',
    description:
      'Without a password one is made and returned once. Without a username the part of the address before @ is used.',
    access: 'users:write',
    sensitive: true,
    status: 201,
    body: z.strictObject({
      email,
      username: username.optional(),
      password: password.optional(),
      role: roleName.default('user'),
    }),
    reply: User.extend({ generated_password: z.string().nullable() }),
    errors: ['CONFLICT'],
    example: { body: { email: 'mara@example.com', username: 'mara', role: 'operator' } },
  },
  update: {
    method: 'PUT',
    path: '/admin/users/{id}',
    aliases: ['/users/{id}', 'PATCH /admin/users/{id}'],
    summary: 'Change a user; what is left out stays',
    access: 'users:write',
    sensitive: true,
    params: idParams,
    body: z.strictObject({
      email: email.optional(),
      username: username.optional(),
      role: roleName.optional(),
      state: z.enum(['active', 'disabled']).optional(),
      is_active: z.boolean().optional().describe('The same as `state`'),
      is_admin: z.boolean().optional().describe('true: the role admin; false: the role user, if it was admin'),
    }),
    reply: User,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT', 'LAST_ADMINISTRATOR'],
    example: { body: { role: 'developer' } },
  },
  remove: {
    method: 'DELETE',
    path: '/admin/users/{id}',
    aliases: ['/users/{id}'],
    summary: 'Delete a user',
    description: 'A user who owns projects is deleted only when told what becomes of them.',
    access: 'users:delete',
    sensitive: true,
    params: idParams,
    query: z.object({
      projects: z.enum(['delete', 'transfer']).optional().describe('What becomes of their projects'),
      transfer_to: z.string().max(128).optional().describe('Id of the user who gets them'),
    }),
    reply: done,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT', 'LAST_ADMINISTRATOR'],
  },
  approve: {
    method: 'POST',
    path: '/admin/users/{id}/approve',
    aliases: ['/users/{id}/approve'],
    summary: 'Approve a pending registration',
    access: 'users:write',
    params: idParams,
    body: z.strictObject({ role: roleName.optional() }),
    reply: User,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  unlock: {
    method: 'POST',
    path: '/admin/users/{id}/unlock',
    aliases: ['/users/{id}/unlock'],
    summary: 'End a lock-out after failed logins',
    access: 'users:write',
    params: idParams,
    reply: User,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  resetPassword: {
    method: 'POST',
    path: '/admin/users/{id}/reset-password',
    aliases: ['/users/{id}/reset-password'],
    summary: 'Set a new password and end all sessions of the user',
    description: 'Without a password one is made and returned once.',
    access: 'users:write',
    sensitive: true,
    params: idParams,
    body: z.strictObject({
      password: password.optional(),
      new_password: password.optional().describe('The same as `password`'),
    }),
    reply: z.object({ success: z.literal(true), message: z.string(), generated_password: z.string().nullable() }),
    errors: ['RESOURCE_NOT_FOUND'],
  },
} as const satisfies Endpoints
