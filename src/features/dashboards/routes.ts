import type * as z from 'zod'
import { hourMs, isoOrNull } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import { mayDelete, mayEdit } from './access.ts'
import type { Dashboard, dashboardsEndpoints } from './contract.ts'
import { createDashboard, deleteDashboard, starDashboard, updateDashboard } from './dashboards.ts'
import type { FileBoards } from './files.ts'
import { convertBoard } from './import/convert.ts'
import { allKnown, oneKnown, type Known } from './known.ts'

export const catalogueKey = 'dashboards:catalogue'

export interface Sources {
  files: () => Promise<FileBoards>
  /** Counts the changes, so that a list read before one is not kept after it. */
  changes: () => number
}

export function dashboardHandlers(sources: Sources): Handlers<typeof dashboardsEndpoints> {
  const { files } = sources
  return {
    catalogue: async (ctx) => {
      const { cache } = ctx.platform
      const kept = await cache.get<Catalogue>(catalogueKey)
      const present = await files()
      if (kept?.stamp === present.stamp) return { dashboards: kept.dashboards }
      const before = sources.changes()
      const dashboards = (await allKnown(ctx.db, present)).map(catalogueEntry)
      if (sources.changes() === before)
        await cache.set(catalogueKey, { dashboards, stamp: present.stamp }, { ttlMs: hourMs })
      return { dashboards }
    },
    list: async (ctx) => {
      const present = await files()
      const [all, stars] = await Promise.all([allKnown(ctx.db, present), starsOf(ctx)])
      return {
        dashboards: all.map((known) => ({
          ...summaryOf(ctx, known, stars),
          panel_types: [...new Set(known.board.panels.map(({ type }) => type))],
        })),
        problems: [...present.problems],
      }
    },
    create: async (ctx, { body }) => read(ctx, await files(), await createDashboard(ctx, await files(), body)),
    convert: async (_ctx, { body }) => convertBoard(body.json),
    get: async (ctx, { params }) => read(ctx, await files(), params.dashboard_id),
    update: async (ctx, { params, body }) => {
      await updateDashboard(ctx, await files(), params.dashboard_id, body)
      return read(ctx, await files(), params.dashboard_id)
    },
    remove: async (ctx, { params }) => {
      await deleteDashboard(ctx, await files(), params.dashboard_id)
      return { success: true, message: 'Dashboard deleted' }
    },
    star: async (ctx, { params, body }) => {
      await starDashboard(ctx, await files(), params.dashboard_id, body.starred)
      return { success: true, message: body.starred ? 'Starred' : 'No longer starred' }
    },
  }
}

interface Catalogue {
  /** Of the files that were there. */
  stamp: string
  dashboards: { id: string; title: string; description: string; url: string; tags: string[] }[]
}

const catalogueEntry = ({ id, board: { title, description, tags } }: Known): Catalogue['dashboards'][number] => ({
  id,
  title,
  description,
  url: `/grafana/d/${encodeURIComponent(id)}`,
  tags,
})

async function starsOf(ctx: Context): Promise<Set<string>> {
  const rows = await ctx.db
    .selectFrom('dashboard_stars')
    .select('dashboard_id')
    .where('user_id', '=', ctx.actor.id)
    .execute()
  return new Set(rows.map(({ dashboard_id }) => dashboard_id))
}

async function read(ctx: Context, files: FileBoards, id: string): Promise<z.output<typeof Dashboard>> {
  const [known, stars] = await Promise.all([oneKnown(ctx.db, files, id), starsOf(ctx)])
  return { ...summaryOf(ctx, known, stars), board: known.board }
}

const summaryOf = (
  ctx: Context,
  known: Known,
  stars: ReadonlySet<string>,
): Omit<z.output<typeof Dashboard>, 'board'> => {
  const { board, updated_at, ...rest } = known
  const { title, description, folder, tags, panels } = board
  return {
    ...rest,
    title,
    description,
    folder,
    tags,
    updated_at: isoOrNull(updated_at),
    starred: stars.has(known.id),
    panel_count: panels.length,
    can_edit: mayEdit(ctx, known),
    can_delete: mayDelete(ctx, known),
  }
}
