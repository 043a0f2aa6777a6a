import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Migration } from '#platform/database/schema.ts'
import type { messageRoles } from './contract.ts'
import type { ProjectStatus } from './status.ts'

export interface ProjectRow {
  id: string
  owner_id: string
  name: string
  description: string
  status: ProjectStatus
  created_at: number
  /** Grows with every change, also within one millisecond. */
  updated_at: number
  demo: number
}

export interface MessageRow {
  id: string
  project_id: string
  author_id: string
  role: (typeof messageRoles)[number]
  content: string
  created_at: number
}

declare module '#platform/database/database.ts' {
  interface Tables {
    projects: ProjectRow
    messages: MessageRow
  }
}

export const projectMigrations: Migration[] = [
  {
    name: '2026-11-22.20-projects',
    up: async (schema) => {
      await schema.table('projects', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('owner_id', schema.id, (column) => column.notNull().references('users.id'))
          .addColumn('name', schema.line, (column) => column.notNull())
          .addColumn('description', schema.text, (column) => column.notNull())
          .addColumn('status', schema.id, (column) => column.notNull())
          .addColumn('created_at', schema.integer, (column) => column.notNull())
          .addColumn('updated_at', schema.integer, (column) => column.notNull())
          .addColumn('demo', schema.flag, (column) => column.notNull()),
      )
      await schema.index('projects', ['owner_id', 'created_at'])
      await schema.table('messages', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('project_id', schema.id, (column) =>
            column.notNull().references('projects.id').onDelete('cascade'),
          )
          .addColumn('author_id', schema.id, (column) => column.notNull())
          .addColumn('role', schema.id, (column) => column.notNull())
          .addColumn('content', schema.text, (column) => column.notNull())
          .addColumn('created_at', schema.integer, (column) => column.notNull()),
      )
      await schema.index('messages', ['project_id', 'created_at'])
      await schema.index('messages', ['created_at'])
    },
  },
]

export async function countProjects(db: ReadDb | Tx, ownerId: string): Promise<number> {
  return (await projectCounts(db, [ownerId])).get(ownerId) ?? 0
}

/** Number of projects by owner; owners without any are absent. */
export async function projectCounts(db: ReadDb | Tx, ownerIds: readonly string[]): Promise<Map<string, number>> {
  if (ownerIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('projects')
    .select((row) => ['owner_id', row.fn.countAll<number>().as('count')])
    .where('owner_id', 'in', [...ownerIds])
    .groupBy('owner_id')
    .execute()
  return new Map(rows.map(({ owner_id, count }) => [owner_id, Number(count)]))
}

/** With their messages. */
export async function deleteProjectsOf(tx: Tx, ownerId: string): Promise<void> {
  await tx.deleteFrom('projects').where('owner_id', '=', ownerId).execute()
}

export async function transferProjects(tx: Tx, from: string, to: string): Promise<void> {
  await tx.updateTable('projects').set({ owner_id: to }).where('owner_id', '=', from).execute()
}

/** Messages written since then by author, or by project. */
export async function messageCounts(
  db: ReadDb,
  by: 'author_id' | 'project_id',
  since: number,
): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('messages')
    .select((row) => [row.ref(by).as('id'), row.fn.countAll<number>().as('count')])
    .where('created_at', '>=', since)
    .groupBy(by)
    .execute()
  return new Map(rows.map(({ id, count }) => [id, Number(count)]))
}
