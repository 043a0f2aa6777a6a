import type { Handlers } from '#platform/http/endpoints.ts'
import type { Context } from '#platform/context.ts'
import type { sessionsEndpoints } from './contract.ts'
import { listEvents } from './events.ts'
import { listRunners, listSessions } from './list.ts'
import { forgetRunner } from './runners.ts'
import { createSession, deleteSession, findSession, updateSession } from './sessions.ts'
import type { SessionRow } from './store.ts'
import { sessionEventView, sessionViews, type SessionView } from './view.ts'

export const sessionHandlers: Handlers<typeof sessionsEndpoints> = {
  list: (ctx, { query }) => listSessions(ctx.db, query, ctx.now()),
  create: async (ctx, { body }) => view(ctx, await createSession(ctx, body)),
  get: async (ctx, { params }) => view(ctx, await findSession(ctx.db, params.session_id)),
  update: async (ctx, { params, body }) => view(ctx, await updateSession(ctx, params.session_id, body)),
  remove: async (ctx, { params }) => {
    await deleteSession(ctx, params.session_id)
    return { success: true, message: 'Session deleted' }
  },
  events: async (ctx, { params, query }) => {
    await findSession(ctx.db, params.session_id)
    const { events, has_more } = await listEvents(ctx.db, params.session_id, query)
    return { events: events.map(sessionEventView), has_more }
  },
  runners: async (ctx) => ({ runners: await listRunners(ctx.db, ctx.now()) }),
  forgetRunner: async (ctx, { params }) => {
    await forgetRunner(ctx, params.runner_id)
    return { success: true, message: 'Runner forgotten' }
  },
}

async function view(ctx: Context, session: SessionRow): Promise<SessionView> {
  const [seen] = await sessionViews(ctx.db, [session], ctx.now())
  return seen!
}
