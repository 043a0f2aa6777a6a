import { permissions } from '#kernel/permissions.ts'
import { isoOrNull } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { rolesEndpoints } from './contract.ts'
import { createRole, deleteRole, updateRole } from './roles.ts'
import { isEditable, listRoles, type StoredRole } from './store.ts'

export const roleHandlers: Handlers<typeof rolesEndpoints> = {
  list: async (ctx) => {
    const counts = await userCounts(ctx)
    return (await listRoles(ctx.db)).map((role) => view(role, counts))
  },
  permissions: () =>
    Object.entries(permissions).map(([permission, description]) => {
      const [area = '', verb = ''] = permission.split(':')
      return { permission, area, verb, description }
    }),
  create: async (ctx, { body }) => view(await createRole(ctx, body), await userCounts(ctx)),
  update: async (ctx, { params, body }) => view(await updateRole(ctx, params.name, body), await userCounts(ctx)),
  remove: async (ctx, { params }) => {
    await deleteRole(ctx, params.name)
    return { success: true, message: 'Role deleted' }
  },
}

async function userCounts(ctx: Context): Promise<Map<string, number>> {
  const rows = await ctx.db
    .selectFrom('users')
    .select((row) => ['role', row.fn.countAll<number>().as('count')])
    .groupBy('role')
    .execute()
  return new Map(rows.map(({ role, count }) => [role, Number(count)]))
}

const view = ({ updated_at, ...role }: StoredRole, counts: Map<string, number>) => ({
  ...role,
  editable: isEditable(role.name),
  user_count: counts.get(role.name) ?? 0,
  updated_at: isoOrNull(updated_at),
})
