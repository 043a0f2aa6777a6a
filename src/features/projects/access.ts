import { AppError, notFound } from '#kernel/errors.ts'
import type { Permission } from '#kernel/permissions.ts'
import type { Context } from '#platform/context.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { ProjectRow } from './store.ts'

/** Whoever may act on all projects may also see them. */
const seesAll = (ctx: Context): boolean =>
  ctx.can('projects:read') || ctx.can('projects:write') || ctx.can('projects:delete')

/** The projects that exist for the caller: the one predicate of the list and of every single read. */
export function visibleProjects(ctx: Context, db: ReadDb | Tx = ctx.db) {
  const projects = db.selectFrom('projects')
  return seesAll(ctx) ? projects : projects.where('projects.owner_id', '=', ctx.can('projects:own') ? ctx.actor.id : '')
}

/** Throws RESOURCE_NOT_FOUND for a project that is not there or that the caller may not see. */
export async function visibleProject(ctx: Context, id: string, db: ReadDb | Tx = ctx.db): Promise<ProjectRow> {
  const project = await visibleProjects(ctx, db).selectAll('projects').where('projects.id', '=', id).executeTakeFirst()
  if (!project) throw notFound('project', id)
  return project
}

export const isOwn = (ctx: Context, { owner_id }: ProjectRow): boolean => owner_id === ctx.actor.id

export const mayChange = (ctx: Context, project: ProjectRow, permission: Permission): boolean =>
  ctx.can(permission) || (isOwn(ctx, project) && ctx.can('projects:own'))

/** As `visibleProject`; throws PERMISSION_DENIED for one of somebody else's that the caller may only see. */
export async function projectToChange(ctx: Context, tx: Tx, id: string, permission: Permission): Promise<ProjectRow> {
  const project = await visibleProject(ctx, id, tx)
  if (mayChange(ctx, project, permission)) return project
  throw new AppError('PERMISSION_DENIED', `Acting on somebody else's project needs the permission ${permission}`, {
    permission,
  })
}
