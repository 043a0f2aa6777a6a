import { AppError } from '#kernel/errors.ts'
import { minuteMs } from '#kernel/time.ts'
import { JsonBytes, type Handlers } from '#platform/http/endpoints.ts'
import type { RequestContext } from '#platform/http/request.ts'
import type { metricsEndpoints } from './contract.ts'
import { runBatch } from './batch.ts'
import { receiveOtlp, receiveRemoteWrite } from './receive.ts'

type Wanted = { 'match[]': string[]; start?: number | undefined; end?: number | undefined; limit?: number | undefined }

/** Prometheus' own default when a caller names no limit: all. */
const listMax = 1_000_000
const pointsWanted = 250

const selectorsAndSpan = (ctx: RequestContext, { 'match[]': selectors, start, end, limit }: Wanted) => ({
  selectors,
  fromMs: start ?? 0,
  toMs: end ?? ctx.now(),
  limit: limit === undefined || limit === 0 ? listMax : limit,
})

function requireOrder(start: number, end: number): void {
  if (end < start)
    throw new AppError('VALIDATION_FAILED', 'end timestamp must not be before start time', { field: 'end' })
}

export const metricsHandlers: Pick<
  Handlers<typeof metricsEndpoints>,
  | 'query'
  | 'batch'
  | 'write'
  | 'otlp'
  | 'instant'
  | 'range'
  | 'labelNames'
  | 'labelValues'
  | 'series'
  | 'metadata'
  | 'exemplars'
  | 'buildInfo'
  | 'flags'
  | 'runtimeInfo'
  | 'storeStatus'
> = {
  query: async (ctx, { query: { query, start, end, step, time } }) => {
    const { metrics } = ctx.platform.telemetry
    const { signal } = ctx.incoming
    if (start === undefined && end === undefined)
      return new JsonBytes(await metrics.instant({ expression: query, atMs: time ?? ctx.now(), as: 'data' }, signal))
    const toMs = end ?? ctx.now()
    const fromMs = start ?? toMs - 60 * minuteMs
    requireOrder(fromMs, toMs)
    const stepMs = step ?? Math.max(1_000, Math.round((toMs - fromMs) / pointsWanted))
    return new JsonBytes(await metrics.range({ expression: query, fromMs, toMs, stepMs, as: 'data' }, signal))
  },
  batch: async (ctx, { body }) => runBatch(ctx, body.queries),
  write: receiveRemoteWrite,
  otlp: receiveOtlp,
  instant: async (ctx, { query: { query, time, timeout, limit, lookback_delta } }) =>
    new JsonBytes(
      await ctx.platform.telemetry.metrics.instant(
        {
          expression: query,
          atMs: time ?? ctx.now(),
          as: 'envelope',
          timeoutMs: timeout,
          seriesLimit: limit,
          lookbackMs: lookback_delta,
        },
        ctx.incoming.signal,
      ),
    ),
  range: async (ctx, { query: { query, start, end, step, nocache, timeout, limit, lookback_delta } }) => {
    requireOrder(start, end)
    return new JsonBytes(
      await ctx.platform.telemetry.metrics.range(
        {
          expression: query,
          fromMs: start,
          toMs: end,
          stepMs: step,
          as: 'envelope',
          fresh: nocache === '1',
          timeoutMs: timeout,
          seriesLimit: limit,
          lookbackMs: lookback_delta,
        },
        ctx.incoming.signal,
      ),
    )
  },
  labelNames: async (ctx, { query }) =>
    new JsonBytes(await ctx.platform.telemetry.metrics.labelNames(selectorsAndSpan(ctx, query), ctx.incoming.signal)),
  labelValues: async (ctx, { params, query }) => {
    const wanted = { ...selectorsAndSpan(ctx, query), name: unescapeName(params.name) }
    return new JsonBytes(await ctx.platform.telemetry.metrics.labelValues(wanted, ctx.incoming.signal))
  },
  series: async (ctx, { query }) => {
    if (query['match[]'].length === 0)
      throw new AppError('VALIDATION_FAILED', 'no match[] parameter provided', { field: 'match[]' })
    return new JsonBytes(await ctx.platform.telemetry.metrics.series(selectorsAndSpan(ctx, query), ctx.incoming.signal))
  },
  metadata: async (ctx, { query: { metric, limit } }) =>
    new JsonBytes(
      await ctx.platform.telemetry.metrics.metadata({
        ...(metric !== undefined && { metric }),
        ...(limit !== undefined && limit >= 0 && { limit }),
      }),
    ),
  exemplars: () => ({ status: 'success', data: [] }),
  buildInfo: ({ platform: { version } }) => ({
    status: 'success',
    // Clients tell from these what they may ask for.
    data: { version: '2.42.0', revision: `miktos-${version}`, branch: '', buildUser: '', buildDate: '', goVersion: '' },
  }),
  flags: ({ platform: { config } }) => ({
    status: 'success',
    data: {
      'query.lookback-delta': '5m',
      'query.max-concurrency': String(config.get('query_concurrency')),
      'query.max-samples': String(config.get('query_samples_max')),
      'query.timeout': `${config.get('query_timeout_seconds')}s`,
      'storage.tsdb.retention.time': `${config.get('metrics_retention_hours')}h`,
    },
  }),
  runtimeInfo: async ({ platform: { telemetry, config } }) => {
    const { series } = await telemetry.metrics.stats()
    return {
      status: 'success',
      data: {
        startTime: new Date(Math.round(performance.timeOrigin)).toISOString(),
        timeSeriesCount: series,
        corruptionCount: (await telemetry.metrics.health()).quarantinedFiles,
        storageRetention: `${config.get('metrics_retention_hours')}h`,
        reloadConfigSuccess: true,
      },
    }
  },
  storeStatus: async ({ platform: { telemetry } }) => {
    const { series, samples, bytes, oldestMs, newestMs } = await telemetry.metrics.stats()
    return {
      status: 'success',
      data: {
        headStats: { numSeries: series, chunkCount: samples, bytes, minTime: oldestMs, maxTime: newestMs },
      },
    }
  },
}

/** Grafana writes names that are not plain as `U__a_2e_b`: https://prometheus.io/docs/guides/utf8/ */
function unescapeName(name: string): string {
  if (!name.startsWith('U__')) return name
  return name
    .slice(3)
    .replace(/__|_([0-9a-fA-F]+)_/g, (all, code: string | undefined) =>
      code === undefined
        ? '_'
        : Number.parseInt(code, 16) <= 0x10ffff
          ? String.fromCodePoint(Number.parseInt(code, 16))
          : all,
    )
}
