import type { Rejection } from '../metrics/metrics.ts'
import { isJson } from './otlp.ts'
import { messageType } from './schema.ts'

/**
 * The answer of OpenTelemetry's protocol, in the encoding of the request: empty where everything was stored, otherwise
 * how many records or points were not, and why. It goes with status 200 either way.
 */
export function otlpReply(
  kind: 'logs' | 'metrics',
  contentType: string | undefined,
  rejected: readonly Rejection[],
): { contentType: string; body: Buffer } {
  const count = rejected.reduce((sum, { count }) => sum + count, 0)
  const errorMessage = rejected
    .map(({ count, example }) => (count === 1 ? example : `${example} (${count} times)`))
    .join('; ')
  if (isJson(contentType)) {
    const rejectedKey = kind === 'logs' ? 'rejectedLogRecords' : 'rejectedDataPoints'
    // 64-bit numbers are text in the JSON of protobuf.
    const reply = count === 0 ? {} : { partialSuccess: { [rejectedKey]: String(count), errorMessage } }
    return { contentType: 'application/json', body: Buffer.from(JSON.stringify(reply)) }
  }
  const reply = count === 0 ? {} : { partialSuccess: { rejected: count, errorMessage } }
  const type = messageType('opentelemetry.proto.ExportServiceResponse')
  return { contentType: 'application/x-protobuf', body: Buffer.from(type.encode(type.fromObject(reply)).finish()) }
}
