import type { Input } from '#kernel/contract.ts'
import type { RequestContext } from '#platform/http/request.ts'
import { headOf } from '#platform/telemetry/bodyHead.ts'
import type { LogAppend } from '#platform/telemetry/logs/logs.ts'
import { requireAllStored } from '#platform/telemetry/requireAllStored.ts'
import type { logsEndpoints } from './contract.ts'

/** As Loki, for which a line that is refused makes it a failure. */
export async function receivePush(ctx: RequestContext): Promise<undefined> {
  const { rejected } = await ctx.platform.telemetry.logs.ingest('loki', ctx.incoming.rawBody, headOf(ctx))
  requireAllStored(rejected, ({ example }) => example)
}

/** Partial success is success: the answer says how many were left out, and why. */
export async function receiveOtlp(ctx: RequestContext): Promise<Buffer> {
  const { contentType, body } = await ctx.platform.telemetry.logs.ingestOtlp(ctx.incoming.rawBody, headOf(ctx))
  ctx.outgoing.header('content-type', contentType)
  return Buffer.from(body)
}

export async function receiveLines(
  ctx: RequestContext,
  { params: { service_id } }: Input<(typeof logsEndpoints)['write']>,
): Promise<LogAppend> {
  const { logs } = ctx.platform.telemetry
  return logs.ingest('lines', ctx.incoming.rawBody, { ...headOf(ctx), service: service_id })
}
