import type * as z from 'zod'
import { AppError } from '#kernel/errors.ts'
import { iso } from '#kernel/time.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { savedQueriesEndpoints } from './contract.ts'
import { rememberQuery } from './remember.ts'
import { ownQuery, queriesOf, type SavedQueryRow } from './store.ts'

type View = z.output<(typeof savedQueriesEndpoints)['remember']['reply']>

/** Of one user on one page. */
const starredMax = 200

export const savedQueriesHandlers: Handlers<typeof savedQueriesEndpoints> = {
  list: async (ctx, { query: { page } }) => ({
    queries: (await queriesOf(ctx.db, ctx.actor.id, page).execute()).map(viewOf),
  }),
  remember: async (ctx, { body }) => viewOf(await rememberQuery(ctx, body)),
  star: async (ctx, { params: { id }, body: { starred } }) => {
    const row = await ctx.change('saved-queries.star', { kind: 'saved_query', id }, async (tx, note) => {
      const before = await ownQuery(tx, ctx.actor.id, id)
      if (starred && before.starred === 0) {
        const others = await queriesOf(tx, ctx.actor.id, before.page).where('starred', '=', 1).execute()
        if (others.length >= starredMax)
          throw new AppError('CONFLICT', `${starredMax} queries have a star already; take one away first`)
      }
      await tx
        .updateTable('saved_queries')
        .set({ starred: Number(starred) })
        .where('id', '=', id)
        .execute()
      note.before = { starred: before.starred === 1 }
      note.after = { starred }
      note.event = { own: true }
      return { ...before, starred: Number(starred) }
    })
    return viewOf(row)
  },
  forget: async (ctx, { params: { id } }) => {
    await ctx.change('saved-queries.forget', { kind: 'saved_query', id }, async (tx, note) => {
      const { page, starred } = await ownQuery(tx, ctx.actor.id, id)
      await tx.deleteFrom('saved_queries').where('id', '=', id).execute()
      note.before = { page, starred: starred === 1 }
      note.event = { own: true }
    })
    return { success: true, message: 'Query forgotten' }
  },
}

const viewOf = ({ id, page, queries_json, starred, used_at }: SavedQueryRow): View => ({
  id,
  page: page as View['page'],
  queries: JSON.parse(queries_json) as string[],
  starred: starred === 1,
  used_at: iso(used_at),
})
