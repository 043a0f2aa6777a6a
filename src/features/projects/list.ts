import type * as z from 'zod'
import type { Context } from '#platform/context.ts'
import type { ReadDb } from '#platform/database/database.ts'
import { containsAnyCase } from '#platform/database/text.ts'
import { visibleProject, visibleProjects } from './access.ts'
import type { projectsEndpoints } from './contract.ts'
import type { MessageRow, ProjectRow } from './store.ts'

type Filter = z.output<typeof projectsEndpoints.list.query>
type MessageFilter = z.output<typeof projectsEndpoints.listMessages.query>

/** A project with what the other tables know of it. */
export type ListedProject = ProjectRow & {
  owner_username: string
  message_count: number
  last_message_at: number | null
}
export type ListedMessage = MessageRow & { author_username: string | null }

export async function listProjects(
  ctx: Context,
  filter: Filter,
): Promise<{ projects: ListedProject[]; total: number; has_more: boolean }> {
  const matching = matchingProjects(ctx, filter)
  const descending = filter.sort.startsWith('-')
  const column = filter.sort.replace('-', '') as 'created_at' | 'updated_at' | 'name' | 'status'
  const rows = await withOwner(matching)
    .orderBy(`projects.${column}`, descending ? 'desc' : 'asc')
    .orderBy('projects.id', descending ? 'desc' : 'asc')
    .limit(filter.limit)
    .offset(filter.offset)
    .execute()
  const { count } = await matching.select((row) => row.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  const total = Number(count)
  return { projects: await withMessageCounts(ctx.db, rows), total, has_more: filter.offset + rows.length < total }
}

function matchingProjects(ctx: Context, { q, status, owner_id }: Filter) {
  let projects = visibleProjects(ctx)
  if (status) projects = projects.where('projects.status', '=', status)
  if (owner_id) projects = projects.where('projects.owner_id', '=', owner_id)
  if (q)
    projects = projects.where((row) =>
      row.or([containsAnyCase('projects.name', q), containsAnyCase('projects.description', q)]),
    )
  return projects
}

export async function readProject(ctx: Context, id: string): Promise<ListedProject> {
  const project = await visibleProject(ctx, id)
  return describeProject(ctx.db, project)
}

/** For whoever may see the project already. */
export async function describeProject(db: ReadDb, project: ProjectRow): Promise<ListedProject> {
  const owner = await db.selectFrom('users').select('username').where('id', '=', project.owner_id).executeTakeFirst()
  const [described] = await withMessageCounts(db, [{ ...project, owner_username: owner?.username ?? '' }])
  return described!
}

const withOwner = (projects: ReturnType<typeof visibleProjects>) =>
  projects
    .innerJoin('users', 'users.id', 'projects.owner_id')
    .selectAll('projects')
    .select('users.username as owner_username')

async function withMessageCounts<T extends { id: string }>(
  db: ReadDb,
  projects: T[],
): Promise<(T & { message_count: number; last_message_at: number | null })[]> {
  if (projects.length === 0) return []
  const rows = await db
    .selectFrom('messages')
    .select((row) => ['project_id', row.fn.countAll<number>().as('count'), row.fn.max('created_at').as('last_at')])
    .where(
      'project_id',
      'in',
      projects.map(({ id }) => id),
    )
    .groupBy('project_id')
    .execute()
  const counts = new Map(rows.map((row) => [row.project_id, row]))
  return projects.map((project) => {
    const counted = counts.get(project.id)
    return {
      ...project,
      message_count: Number(counted?.count ?? 0),
      last_message_at: counted ? Number(counted.last_at) : null,
    }
  })
}

export async function listMessages(
  ctx: Context,
  projectId: string,
  filter: MessageFilter,
): Promise<{ messages: ListedMessage[]; total: number; has_more: boolean }> {
  await visibleProject(ctx, projectId)
  let matching = ctx.db.selectFrom('messages').where('messages.project_id', '=', projectId)
  if (filter.role) matching = matching.where('messages.role', '=', filter.role)
  const messages = await matching
    .leftJoin('users', 'users.id', 'messages.author_id')
    .selectAll('messages')
    .select('users.username as author_username')
    .orderBy('messages.created_at', 'desc')
    .orderBy('messages.id', 'desc')
    .limit(filter.limit)
    .offset(filter.offset)
    .execute()
  const { count } = await matching.select((row) => row.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  const total = Number(count)
  return { messages, total, has_more: filter.offset + messages.length < total }
}

export async function describeMessage(db: ReadDb, message: MessageRow): Promise<ListedMessage> {
  const author = await db.selectFrom('users').select('username').where('id', '=', message.author_id).executeTakeFirst()
  return { ...message, author_username: author?.username ?? null }
}
