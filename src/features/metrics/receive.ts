import { headOf } from '#platform/telemetry/bodyHead.ts'
import type { RequestContext } from '#platform/http/request.ts'
import { requireAllStored } from '#platform/telemetry/requireAllStored.ts'

/** https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/ */
export async function receiveRemoteWrite(ctx: RequestContext): Promise<undefined> {
  const { incoming, outgoing, platform } = ctx
  const outcome = await platform.telemetry.metrics.ingest('remote_write', incoming.rawBody, headOf(ctx))
  outgoing.header('x-prometheus-remote-write-samples-written', String(outcome.stored + outcome.duplicates))
  outgoing.header('x-prometheus-remote-write-histograms-written', '0')
  outgoing.header('x-prometheus-remote-write-exemplars-written', '0')
  requireAllStored(outcome.rejected, ({ reason, example }) => `${reason.replaceAll('_', ' ')}: ${example}`)
}

/** Partial success is success: the answer says how many were left out, and why. */
export async function receiveOtlp(ctx: RequestContext): Promise<Buffer> {
  const { incoming, outgoing, platform } = ctx
  const { contentType, body } = await platform.telemetry.metrics.ingestOtlp(incoming.rawBody, headOf(ctx))
  outgoing.header('content-type', contentType)
  return Buffer.from(body)
}
