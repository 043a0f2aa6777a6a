import { newId } from '#kernel/id.ts'
import { iso } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { logsEndpoints } from './contract.ts'
import { ownView, visibleViews, withUniqueName, type ViewRow } from './store.ts'

type Row = ViewRow & { owner_username: string | null }

const viewOf = ({ actor }: Context, { columns_json, shared, created_at, updated_at, ...row }: Row) => ({
  ...row,
  columns: JSON.parse(columns_json) as string[],
  shared: shared === 1,
  can_edit: row.owner_id === actor.id,
  created_at: iso(created_at),
  updated_at: iso(updated_at),
})

const read = async (ctx: Context, id: string) =>
  viewOf(ctx, await visibleViews(ctx.db, ctx.actor.id).where('log_views.id', '=', id).executeTakeFirstOrThrow())

export const viewHandlers: Pick<
  Handlers<typeof logsEndpoints>,
  'views' | 'createView' | 'updateView' | 'deleteView'
> = {
  views: async (ctx) => {
    const rows = await visibleViews(ctx.db, ctx.actor.id).orderBy('name').execute()
    return { views: rows.map((row) => viewOf(ctx, row)) }
  },
  createView: async (ctx, { body: { name, query, columns, shared } }) => {
    const id = newId()
    const now = ctx.now()
    const row: ViewRow = {
      id,
      owner_id: ctx.actor.id,
      name,
      query,
      columns_json: JSON.stringify(columns),
      shared: Number(shared),
      created_at: now,
      updated_at: now,
    }
    await withUniqueName(
      ctx.change('logs.create-view', { kind: 'log_view', id }, async (tx, note) => {
        await tx.insertInto('log_views').values(row).execute()
        note.after = { name, query, shared }
        note.event = { own: true }
      }),
    )
    return read(ctx, id)
  },
  updateView: async (ctx, { params: { id }, body }) => {
    await withUniqueName(
      ctx.change('logs.update-view', { kind: 'log_view', id }, async (tx, note) => {
        const before = await ownView(tx, ctx.actor.id, id)
        const { name = before.name, query = before.query, columns, shared } = body
        const changes = {
          name,
          query,
          columns_json: columns ? JSON.stringify(columns) : before.columns_json,
          shared: shared === undefined ? before.shared : Number(shared),
          updated_at: ctx.now(),
        }
        await tx.updateTable('log_views').set(changes).where('id', '=', id).execute()
        note.before = { name: before.name, query: before.query, shared: before.shared === 1 }
        note.after = { name, query, shared: changes.shared === 1 }
        note.event = { own: true }
      }),
    )
    return read(ctx, id)
  },
  deleteView: async (ctx, { params: { id } }) => {
    await ctx.change('logs.delete-view', { kind: 'log_view', id }, async (tx, note) => {
      const { name, query } = await ownView(tx, ctx.actor.id, id)
      await tx.deleteFrom('log_views').where('id', '=', id).execute()
      note.before = { name, query }
      note.event = { own: true }
    })
    return { success: true, message: 'View deleted' }
  },
}
