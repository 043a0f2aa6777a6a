import { AppError } from '#kernel/errors.ts'
import type { Input } from '#kernel/contract.ts'
import type { RequestContext } from '#platform/http/request.ts'
import { headOf } from '#platform/telemetry/bodyHead.ts'
import type { LogAppend } from '#platform/telemetry/logs/logs.ts'
import type { Rejection } from '#platform/telemetry/metrics/metrics.ts'
import type { logsEndpoints } from './contract.ts'

/** As Loki: what is good is stored, and 400 tells of the rest, which no collector sends again. */
export async function receivePush(ctx: RequestContext): Promise<undefined> {
  const { rejected } = await ctx.platform.telemetry.logs.ingest('loki', ctx.incoming.rawBody, headOf(ctx))
  if (rejected.length > 0) throw new AppError('MALFORMED_REQUEST', rejectionText(rejected), { rejected })
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

const rejectionText = (rejected: readonly Rejection[]): string =>
  rejected.map(({ count, example }) => (count === 1 ? example : `${example} (${count} times)`)).join('; ')
