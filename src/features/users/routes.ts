import { projectCounts } from '#features/projects/index.ts'
import type { Context } from '#platform/context.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { usersEndpoints } from './contract.ts'
import { listUsers } from './list.ts'
import { getUser, type UserRow } from './store.ts'
import { approveUser, createUser, deleteUser, resetPassword, unlockUser, updateUser } from './users.ts'
import { userView } from './view.ts'

export const userHandlers: Handlers<typeof usersEndpoints> = {
  list: async (ctx, { query }) => {
    const { users, total } = await listUsers(ctx.db, query, ctx.now())
    ctx.outgoing.header('x-total-count', String(total))
    const counts = await projectCounts(
      ctx.db,
      users.map(({ id }) => id),
    )
    return users.map((user) => userView(user, counts.get(user.id) ?? 0, ctx.now()))
  },
  get: async (ctx, { params }) => view(ctx, await getUser(ctx.db, params.id)),
  create: async (ctx, { body }) => {
    const { user, generatedPassword } = await createUser(ctx, body)
    return { ...(await view(ctx, user)), generated_password: generatedPassword }
  },
  update: async (ctx, { params, body }) => view(ctx, await updateUser(ctx, params.id, body)),
  remove: async (ctx, { params, query }) => {
    await deleteUser(ctx, params.id, query)
    return { success: true, message: 'User deleted' }
  },
  approve: async (ctx, { params, body }) => view(ctx, await approveUser(ctx, params.id, body.role)),
  unlock: async (ctx, { params }) => view(ctx, await unlockUser(ctx, params.id)),
  resetPassword: async (ctx, { params, body }) => {
    const { generatedPassword } = await resetPassword(ctx, params.id, body.password ?? body.new_password)
    return {
      success: true,
      message: 'Password set; all sessions of the user have ended',
      generated_password: generatedPassword,
    }
  },
}

async function view(ctx: Context, user: UserRow): Promise<ReturnType<typeof userView>> {
  const counts = await projectCounts(ctx.db, [user.id])
  return userView(user, counts.get(user.id) ?? 0, ctx.now())
}
