import { AppError, invalid } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import { iso, parseTime } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Tx } from '#platform/database/database.ts'
import { isOwn, projectToChange } from './access.ts'
import { nextStatuses, type ProjectStatus } from './status.ts'
import type { ProjectRow } from './store.ts'

export interface NewProject {
  name: string
  description: string
  status: ProjectStatus
  owner_id?: string | undefined
}

export function createProject(ctx: Context, { owner_id = ctx.actor.id, ...input }: NewProject): Promise<ProjectRow> {
  if (owner_id !== ctx.actor.id) ctx.require('projects:write')
  const now = ctx.now()
  const project: ProjectRow = { id: newId(), owner_id, ...input, created_at: now, updated_at: now, demo: 0 }
  return ctx.change('project.create', { kind: 'project', id: project.id }, async (tx, note) => {
    await requireUser(tx, owner_id)
    await tx.insertInto('projects').values(project).execute()
    note.after = audited(project)
    note.event = { own: isOwn(ctx, project) }
    return project
  })
}

export interface ProjectChanges {
  name?: string | undefined
  description?: string | undefined
  status?: ProjectStatus | undefined
  owner_id?: string | undefined
  /** The state that the caller saw, ISO. */
  updated_at?: string | undefined
}

export function updateProject(ctx: Context, id: string, changes: ProjectChanges): Promise<ProjectRow> {
  return ctx.change('project.update', { kind: 'project', id }, async (tx, note) => {
    const before = await projectToChange(ctx, tx, id, 'projects:write')
    if (changes.updated_at !== undefined && parseTime(changes.updated_at) !== before.updated_at)
      throw changedSince(before)
    const {
      name = before.name,
      description = before.description,
      status = before.status,
      owner_id = before.owner_id,
    } = changes
    requireStep(before.status, status)
    if (owner_id !== before.owner_id) {
      ctx.require('projects:write')
      await requireUser(tx, owner_id)
    }
    const after = {
      ...before,
      name,
      description,
      status,
      owner_id,
      updated_at: Math.max(ctx.now(), before.updated_at + 1),
    }
    await replace(tx, before, after)
    note.before = audited(before)
    note.after = audited(after)
    note.event = { own: isOwn(ctx, before) }
    return after
  })
}

function requireStep(from: ProjectStatus, to: ProjectStatus): void {
  const allowed = nextStatuses[from]
  if (from !== to && !allowed.includes(to)) {
    throw new AppError('CONFLICT', `A project that is ${from} cannot become ${to}`, { from, to, allowed })
  }
}

async function requireUser(tx: Tx, id: string): Promise<void> {
  const user = await tx.selectFrom('users').select('id').where('id', '=', id).executeTakeFirst()
  if (!user) throw invalid('owner_id', 'Name a user who is to own the project')
}

/** Two changes at once may both have read the same state; the first wins. */
async function replace(
  tx: Tx,
  before: ProjectRow,
  { name, description, status, owner_id, updated_at }: ProjectRow,
): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('projects')
    .set({ name, description, status, owner_id, updated_at })
    .where('id', '=', before.id)
    .where('updated_at', '=', before.updated_at)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw changedSince(before)
}

const changedSince = ({ updated_at }: ProjectRow): AppError =>
  new AppError('CONFLICT', 'Somebody changed the project meanwhile; read it again', { updated_at: iso(updated_at) })

export function deleteProject(ctx: Context, id: string): Promise<void> {
  return ctx.change('project.delete', { kind: 'project', id }, async (tx, note) => {
    const project = await projectToChange(ctx, tx, id, 'projects:delete')
    await tx.deleteFrom('projects').where('id', '=', id).execute()
    note.before = audited(project)
    note.event = { own: isOwn(ctx, project) }
  })
}

/** What the audit log compares. */
const audited = ({ name, description, status, owner_id }: ProjectRow): Record<string, unknown> => ({
  name,
  description,
  status,
  owner_id,
})
