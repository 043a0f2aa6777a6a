import { AppError } from '#kernel/errors.ts'
import { headOf } from '#platform/telemetry/bodyHead.ts'
import type { RequestContext } from '#platform/http/request.ts'
import type { Rejection } from '#platform/telemetry/metrics/metrics.ts'

/**
 * What could be stored is stored; then whoever sent the rest is told by 400, which Prometheus never sends again.
 * https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/
 */
export async function receiveRemoteWrite(ctx: RequestContext): Promise<undefined> {
  const { incoming, outgoing, platform } = ctx
  const outcome = await platform.telemetry.metrics.ingest('remote_write', incoming.rawBody, headOf(ctx))
  outgoing.header('x-prometheus-remote-write-samples-written', String(outcome.stored + outcome.duplicates))
  outgoing.header('x-prometheus-remote-write-histograms-written', '0')
  outgoing.header('x-prometheus-remote-write-exemplars-written', '0')
  if (outcome.rejected.length > 0)
    throw new AppError('MALFORMED_REQUEST', rejectionText(outcome.rejected), { rejected: outcome.rejected })
}

/** Partial success is success: the answer says how many were left out, and why. */
export async function receiveOtlp(ctx: RequestContext): Promise<Buffer> {
  const { incoming, outgoing, platform } = ctx
  const { contentType, body } = await platform.telemetry.metrics.ingestOtlp(incoming.rawBody, headOf(ctx))
  outgoing.header('content-type', contentType)
  return Buffer.from(body)
}

export const rejectionText = (rejected: readonly Rejection[]): string =>
  rejected.map(({ reason, count, example }) => `${count} × ${reason.replaceAll('_', ' ')} (${example})`).join('; ')
