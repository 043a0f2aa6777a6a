import { iso } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import { readActive } from './active.ts'
import type { activityEndpoints } from './contract.ts'
import { readEndpoints } from './endpoints.ts'
import { readLogins } from './logins.ts'
import { readOverview } from './overview.ts'
import { rankUsers } from './ranking.ts'
import type { Recorder } from './recorder.ts'
import { readResources } from './resources.ts'
import { readTimeline, readUserTimeline } from './timeline.ts'
import { readTraffic } from './traffic.ts'
import { readTrends } from './trends.ts'

export function activityHandlers(recorder: Recorder): Handlers<typeof activityEndpoints> {
  /** What was done before a question is in its answer. */
  const upToDate =
    <C extends Context, I, R>(handler: (ctx: C, input: I) => Promise<R>) =>
    async (ctx: C, input: I): Promise<R> => {
      await recorder.flush()
      return handler(ctx, input)
    }

  return {
    overview: upToDate(async (ctx, { query }) => ({
      ...(await readOverview(ctx.db, ctx.now(), query)),
      ...looked(ctx, query.days),
    })),
    active: upToDate(async (ctx, { query }) => ({
      ...(await readActive(ctx.db, ctx.now(), query)),
      window_minutes: query.minutes,
      timestamp: iso(ctx.now()),
    })),
    users: upToDate(async (ctx, { query }) => ({
      ...(await rankUsers(ctx.db, ctx.now(), query)),
      ...looked(ctx, query.days),
    })),
    logins: upToDate(async (ctx, { query }) => ({
      ...(await readLogins(ctx.db, ctx.now(), query)),
      ...looked(ctx, query.days),
    })),
    endpoints: upToDate(async (ctx, { query }) => ({
      ...(await readEndpoints(ctx.db, ctx.now(), query)),
      ...looked(ctx, query.days),
    })),
    resources: upToDate(async (ctx, { query }) => ({
      ...(await readResources(ctx.db, ctx.now(), query)),
      ...looked(ctx, query.days),
    })),
    trends: upToDate(async (ctx, { query }) => ({
      ...(await readTrends(ctx.db, ctx.now(), query)),
      timestamp: iso(ctx.now()),
    })),
    traffic: upToDate(async (ctx, { query }) => ({
      ...(await readTraffic(ctx.db, ctx.now(), query)),
      recorder: recorder.figures(),
      ...looked(ctx, query.days),
    })),
    timeline: upToDate(async (ctx, { params, query }) => readUserTimeline(ctx.db, params.id, query)),
    mine: upToDate(async (ctx, { query }) => readTimeline(ctx.db, ctx.actor.id, query)),
  }
}

const looked = (ctx: Context, days: number) => ({ timeframe_days: days, timestamp: iso(ctx.now()) })
