import { Readable } from 'node:stream'
import { notFound } from '#kernel/errors.ts'
import { iso, minuteMs } from '#kernel/time.ts'
import { JsonBytes, type Handlers } from '#platform/http/endpoints.ts'
import type { RequestContext } from '#platform/http/request.ts'
import { plainLevels } from '#platform/telemetry/logs/wire.ts'
import type { logsEndpoints } from './contract.ts'
import { contentTypes, download } from './download.ts'
import { severitiesOf } from './levels.ts'
import { receiveLines, receiveOtlp, receivePush } from './receive.ts'
import { nsOf, spanOf } from './time.ts'

const facetSampleMax = 50_000
/** Totals are exact up to here; a page of results needs no better. */
const countMax = 10_000_000
const silentAfterMs = 5 * minuteMs

export const logsHandlers: Pick<
  Handlers<typeof logsEndpoints>,
  'services' | 'search' | 'context' | 'facet' | 'export' | 'read' | 'write' | 'push' | 'otlp'
> = {
  services: async (ctx) => ({ services: await listServices(ctx) }),
  search: async (ctx, { body: { query, from, to, direction, limit, offset, count_max, buckets } }) =>
    new JsonBytes(
      await ctx.platform.telemetry.logs.search(
        { query, ...spanOf({ from, to }, ctx.now()), direction, limit, offset, countMax: count_max, buckets },
        ctx.incoming.signal,
      ),
    ),
  context: async (ctx, { params: { row_id }, query: { before, after } }) => {
    const found = await ctx.platform.telemetry.logs.context({ rowId: row_id, before, after }, ctx.incoming.signal)
    if (!found) throw notFound('line', row_id)
    return new JsonBytes(found)
  },
  facet: (ctx, { query: { query, from, to, field, top } }) =>
    ctx.platform.telemetry.logs.facet(
      { query, ...spanOf({ from, to }, ctx.now()), field, top, sampleMax: facetSampleMax },
      ctx.incoming.signal,
    ),
  export: async (ctx, { query: { query, from, to, format } }) => {
    // What is wrong with it is told before the download begins, when it still can be.
    await ctx.platform.telemetry.logs.check(query)
    ctx.outgoing.header('content-type', contentTypes[format])
    ctx.outgoing.header('content-disposition', `attachment; filename="logs.${format}"`)
    return Readable.from(download(ctx, query, spanOf({ from, to }, ctx.now()), format))
  },
  read: async (ctx, { params: { service_id }, query }) => {
    const { level, start_time, end_time, search = '', limit, offset } = query
    return new JsonBytes(
      await ctx.platform.telemetry.logs.read(
        {
          query: search,
          services: service_id === 'all' ? undefined : [service_id],
          severities: level === undefined ? undefined : severitiesOf(level),
          ...spanOf({ from: start_time ?? 0, to: end_time }, ctx.now()),
          direction: 'backward',
          limit,
          offset,
          countMax,
        },
        ctx.incoming.signal,
      ),
    )
  },
  write: receiveLines,
  push: receivePush,
  otlp: receiveOtlp,
}

/** Lines that name no level read as INFO. */
function leastSevere(counts: readonly number[]): string {
  const least = counts.findIndex((count, severity) => severity > 0 && count > 0)
  return plainLevels[Math.max(0, least)]!
}

async function listServices(ctx: RequestContext) {
  const now = ctx.now()
  const services = await ctx.platform.telemetry.logs.services({ fromNs: 0n, toNs: nsOf(now + 1) })
  return services
    .toSorted((a, b) => (a.service < b.service ? -1 : 1))
    .map(({ service, lines, counts, newestNs }) => {
      const lastLineAt = Number(newestNs / 1_000_000n)
      return {
        id: service,
        name: service,
        status: now - lastLineAt < silentAfterMs ? ('running' as const) : ('silent' as const),
        log_level: leastSevere(counts),
        lines,
        last_line_at: iso(lastLineAt),
      }
    })
}
