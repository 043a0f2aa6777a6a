import { iso } from '#kernel/time.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { RequestContext } from '#platform/http/request.ts'
import { overall } from '#platform/health.ts'
import { clearCache, invalidateModel } from './cache.ts'
import type { probeEndpoints, systemEndpoints } from './contract.ts'
import { describeDatabase, maintainDatabase } from './database.ts'
import { adminHealth, publicHealth, readiness } from './health.ts'
import { statistics, systemInfo } from './info.ts'
import { landing } from './landing.ts'
import { readSamples } from './samples.ts'
import { scrape } from './scrape.ts'

export const probeHandlers: Handlers<typeof probeEndpoints> = {
  open: async (ctx) => {
    const status = overall(await ctx.platform.health.run())
    if (status === 'down') ctx.outgoing.status(503)
    return { status }
  },
  ready: async (ctx, { query }) => {
    const { ready, status, reports } = await readiness(ctx.platform)
    if (!ready) ctx.outgoing.status(503)
    if (query.verbose === undefined || !mayLook(ctx)) return { status }
    return {
      status,
      components: Object.fromEntries(reports.map(({ name, status, details }) => [name, { status, details }])),
    }
  },
  live: () => ({ status: 'ok' }),
  scrape,
}

const mayLook = (ctx: RequestContext): boolean => ctx.can('system:read')

export const systemHandlers: Handlers<typeof systemEndpoints> = {
  health: publicHealth,
  adminHealth: (ctx) => adminHealth(ctx.platform),
  info: (ctx) => systemInfo(ctx.platform),
  stats: (ctx) => statistics(ctx.platform),
  landing,
  samples: (ctx, { query }) => readSamples(ctx.platform, query),
  prometheus: scrape,
  cache: async ({ platform: { cache, config } }) => {
    const { details } = await cache.health()
    return { details, ...(await cache.stats()), memory_usage_bytes_max: config.get('cache_bytes_max') }
  },
  invalidateModel: async (ctx, { params: { model_id } }) => {
    const removed = await invalidateModel(ctx, model_id)
    return { success: true, model_id, entries_removed: removed, timestamp: iso(ctx.now()) }
  },
  clearCache: async (ctx) => {
    const removed = await clearCache(ctx)
    return { success: true, message: 'Cache cleared', entries_removed: removed, timestamp: iso(ctx.now()) }
  },
  database: (ctx) => describeDatabase(ctx.platform),
  maintainDatabase: async (ctx) => {
    const maintained = await maintainDatabase(ctx)
    return {
      success: true,
      message: `Database: ${maintained.steps.join(', ')}`,
      ...maintained,
      timestamp: iso(ctx.now()),
    }
  },
}
