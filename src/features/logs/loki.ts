import { hourMs } from '#kernel/time.ts'
import { JsonBytes, type Handlers } from '#platform/http/endpoints.ts'
import type { RequestContext } from '#platform/http/request.ts'
import type { lokiEndpoints } from './lokiContract.ts'
import { nsOf } from './time.ts'

interface Span {
  start?: bigint | undefined
  end?: bigint | undefined
  /** ms before the end. */
  since?: number | undefined
}

/** Loki looks back six hours for labels, one for lines. */
function spanNs(ctx: RequestContext, { start, end, since }: Span, backMs: number): { fromNs: bigint; toNs: bigint } {
  const toNs = end ?? nsOf(ctx.now() + 1)
  return { fromNs: start ?? toNs - nsOf(since ?? backMs), toNs }
}

const labelsBackMs = 6 * hourMs

export const lokiHandlers: Handlers<typeof lokiEndpoints> = {
  lokiQuery: async (ctx, { query: { query, time, limit, direction } }) => {
    const at = time ?? nsOf(ctx.now() + 1)
    return new JsonBytes(
      await ctx.platform.telemetry.logs.logql(
        { expression: query, startNs: at, endNs: at, limit, direction },
        ctx.incoming.signal,
      ),
    )
  },
  lokiRange: async (ctx, { query: { query, limit, direction, step, interval, ...span } }) => {
    const { fromNs, toNs } = spanNs(ctx, span, hourMs)
    return new JsonBytes(
      await ctx.platform.telemetry.logs.logql(
        {
          expression: query,
          startNs: fromNs,
          endNs: toNs,
          limit,
          direction,
          ...(step !== undefined && { stepMs: step }),
          ...(interval !== undefined && { intervalMs: interval }),
        },
        ctx.incoming.signal,
      ),
    )
  },
  lokiLabels: async (ctx, { query: { query, ...span } }) =>
    new JsonBytes(
      await ctx.platform.telemetry.logs.labelNames(
        { selector: query, ...spanNs(ctx, span, labelsBackMs) },
        ctx.incoming.signal,
      ),
    ),
  lokiLabelValues: async (ctx, { params: { name }, query: { query, ...span } }) =>
    new JsonBytes(
      await ctx.platform.telemetry.logs.labelValues(
        { name, selector: query, ...spanNs(ctx, span, labelsBackMs) },
        ctx.incoming.signal,
      ),
    ),
  lokiSeries: async (ctx, { query: { 'match[]': bracketed, match, ...span } }) =>
    new JsonBytes(
      await ctx.platform.telemetry.logs.series(
        { selectors: [bracketed ?? match ?? []].flat(), ...spanNs(ctx, span, labelsBackMs) },
        ctx.incoming.signal,
      ),
    ),
  lokiIndexStats: async (ctx, { query: { query, ...span } }) =>
    new JsonBytes(
      await ctx.platform.telemetry.logs.indexStats(
        { selector: query, ...spanNs(ctx, span, hourMs) },
        ctx.incoming.signal,
      ),
    ),
  lokiBuildInfo: ({ platform: { version } }) => ({
    // Clients tell from these what they may ask for.
    version: '2.9.0',
    revision: `miktos-${version}`,
    branch: '',
    buildUser: '',
    buildDate: '',
    goVersion: '',
  }),
}
