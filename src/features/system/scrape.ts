import { addressRanges } from '#platform/http/address.ts'
import type { RequestContext } from '#platform/http/request.ts'
import { expose } from '#platform/metrics/exposition.ts'

/** @throws UNAUTHENTICATED or PERMISSION_DENIED */
export async function scrape(ctx: RequestContext): Promise<string> {
  if (!mayScrapeFromHere(ctx)) ctx.require('metrics:read')
  const { contentType, text } = await expose(ctx.platform.metrics.registry, ctx.incoming.headers.accept)
  ctx.outgoing.header('content-type', contentType)
  return text
}

function mayScrapeFromHere({ platform: { config }, origin, incoming }: RequestContext): boolean {
  // Behind a proxy that nobody told us of, the whole world has the proxy's address.
  const unknownProxy = incoming.headers['x-forwarded-for'] !== undefined && config.get('trusted_proxies').length === 0
  return !unknownProxy && addressRanges(config.get('metrics_open_to'))(origin.address ?? '')
}
