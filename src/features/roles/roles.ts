import { AppError, invalid, notFound } from '#kernel/errors.ts'
import { expandPermission, type Permission } from '#kernel/permissions.ts'
import type { Context } from '#platform/context.ts'
import { findRole, isEditable, saveRole, type StoredRole } from './store.ts'

export function createRole(
  ctx: Context,
  { name, description, permissions }: { name: string; description: string; permissions: string[] },
): Promise<StoredRole> {
  const granted = grantable(ctx, permissions)
  return ctx.change('role.create', { kind: 'role', id: name }, async (tx, note) => {
    if (await findRole(tx, name)) throw new AppError('CONFLICT', `There is a role ${name} already`, { name })
    const role = { name, description, permissions: granted, builtin: false, updated_at: ctx.now() }
    await saveRole(tx, role)
    note.after = { description, permissions: granted }
    return role
  })
}

export function updateRole(
  ctx: Context,
  name: string,
  changes: { description?: string | undefined; permissions?: string[] | undefined },
): Promise<StoredRole> {
  const granted = changes.permissions && grantable(ctx, changes.permissions)
  return ctx.change('role.update', { kind: 'role', id: name }, async (tx, note) => {
    if (!isEditable(name)) throw new AppError('CONFLICT', 'The role admin always allows everything', { name })
    const before = (await findRole(tx, name)) ?? fail(notFound('role', name))
    const after = {
      ...before,
      description: changes.description ?? before.description,
      permissions: granted ?? before.permissions,
      updated_at: ctx.now(),
    }
    await saveRole(tx, after)
    note.before = { description: before.description, permissions: before.permissions }
    note.after = { description: after.description, permissions: after.permissions }
    return after
  })
}

/** A custom role disappears; a built-in one goes back to how it was delivered. */
export function deleteRole(ctx: Context, name: string): Promise<void> {
  return ctx.change('role.delete', { kind: 'role', id: name }, async (tx, note) => {
    const role = (await findRole(tx, name)) ?? fail(notFound('role', name))
    if (!role.builtin) await requireUnused(tx, name)
    note.before = { description: role.description, permissions: role.permissions }
    await tx.deleteFrom('roles').where('name', '=', name).execute()
  })
}

async function requireUnused(tx: Parameters<Parameters<Context['change']>[2]>[0], name: string): Promise<void> {
  const { count } = await tx
    .selectFrom('users')
    .select((row) => row.fn.countAll<number>().as('count'))
    .where('role', '=', name)
    .executeTakeFirstOrThrow()
  if (Number(count) > 0)
    throw new AppError('CONFLICT', `${count} users have this role; give them another first`, {
      name,
      user_count: Number(count),
    })
}

/** Nobody hands out a right that they do not have. */
export function requireCovers(ctx: Context, permissions: readonly Permission[]): void {
  const missing = permissions.find((permission) => !ctx.can(permission))
  if (missing)
    throw new AppError('PERMISSION_DENIED', `You cannot grant or act on ${missing}, which you do not have yourself`, {
      permission: missing,
    })
}

function grantable(ctx: Context, names: readonly string[]): Permission[] {
  const expanded = names.flatMap(
    (name, index) =>
      expandPermission(name) ??
      fail(invalid(`permissions.${index}`, `"${name}" is not a permission; GET /admin/permissions lists them`)),
  )
  const permissions = [...new Set(expanded)].toSorted()
  requireCovers(ctx, permissions)
  return permissions
}

const fail = (error: Error): never => {
  throw error
}
