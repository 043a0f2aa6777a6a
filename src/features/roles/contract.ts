import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { done, time } from '#kernel/page.ts'

export const Role = z.object({
  name: z.string(),
  description: z.string(),
  builtin: z.boolean(),
  /** False for `admin`, which always allows everything. */
  editable: z.boolean(),
  permissions: z.array(z.string()),
  user_count: z.number().int(),
  updated_at: time.nullable(),
})

const roleName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,39}$/, 'Write 2 to 40 of a-z, 0-9 and -, starting with a letter')
  .meta({ example: 'night-shift' })

const permissionNames = z
  .array(z.string().min(1).max(60))
  .max(200)
  .describe(
    'Permissions (`users:read`), `area:*`, `*`, the verbs `read`, `write`, `delete`, `configure`, or `manage_users`, `view_servers`, `delete_image`, `build_images`, `view_dashboard`',
  )

const RoleParams = z.object({ name: z.string().min(1).max(40) })

export const rolesEndpoints = {
  list: {
    method: 'GET',
    path: '/admin/roles',
    aliases: ['/roles'],
    summary: 'List roles',
    access: ['roles:read', 'users:read'],
    reply: z.array(Role),
  },
  permissions: {
    method: 'GET',
    path: '/admin/permissions',
    summary: 'List every permission and what it allows',
    access: ['roles:read', 'users:read'],
    reply: z.array(z.object({ permission: z.string(), area: z.string(), verb: z.string(), description: z.string() })),
  },
  create: {
    method: 'POST',
    path: '/admin/roles',
    aliases: ['/roles'],
    summary: 'Create a custom role',
    access: 'roles:write',
    sensitive: true,
    status: 201,
    body: z.strictObject({
      name: roleName,
      description: z.string().max(200).default(''),
      permissions: permissionNames,
    }),
    reply: Role,
    errors: ['CONFLICT'],
    example: {
      body: { name: 'night-shift', description: 'Watches and restarts', permissions: ['read', 'system:write'] },
    },
  },
  update: {
    method: 'PUT',
    path: '/admin/roles/{name}',
    aliases: ['/roles/{name}'],
    summary: 'Change what a role allows',
    description: 'A built-in role keeps its edits through upgrades; deleting it brings the original back.',
    access: 'roles:write',
    sensitive: true,
    params: RoleParams,
    body: z.strictObject({ description: z.string().max(200).optional(), permissions: permissionNames.optional() }),
    reply: Role,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  remove: {
    method: 'DELETE',
    path: '/admin/roles/{name}',
    aliases: ['/roles/{name}'],
    summary: 'Delete a custom role, or restore a built-in one',
    access: 'roles:delete',
    sensitive: true,
    params: RoleParams,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
} as const satisfies Endpoints
