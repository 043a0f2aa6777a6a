import type { IngestCaps } from './caps.ts'
import type { BodyHead, DecodedLogs, DecodedMetrics } from './decoded.ts'
import { decodeJsonLines } from './jsonLines.ts'
import type { LabelSets } from './labelSets.ts'
import { decodeLokiPush } from './lokiPush.ts'
import { decodeOtlpLogs } from './otlpLogs.ts'
import { decodeOtlpMetrics } from './otlpMetrics.ts'
import { decodeRemoteWrite } from './remoteWrite.ts'

export { defaultCaps, type IngestCaps } from './caps.ts'
export type { BodyHead, DecodedLogs, DecodedMetrics } from './decoded.ts'
export { LabelSets } from './labelSets.ts'
export { otlpReply } from './otlpReply.ts'

/** `loki`: /loki/api/v1/push. `otlp`: /otlp/v1/logs. `lines`: JSON lines or plain text of one service. */
export type LogFormat = 'loki' | 'otlp' | 'lines'

/** `remote_write`: Prometheus remote write 1.0 and 2.0. `otlp`: /otlp/v1/metrics. */
export type MetricFormat = 'remote_write' | 'otlp'

const logDecoders: Record<LogFormat, (body: Uint8Array, head: BodyHead, caps: IngestCaps) => Promise<DecodedLogs>> = {
  loki: decodeLokiPush,
  otlp: decodeOtlpLogs,
  lines: decodeJsonLines,
}

const metricDecoders: Record<
  MetricFormat,
  (body: Uint8Array, head: BodyHead, caps: IngestCaps, known: LabelSets) => Promise<DecodedMetrics>
> = { remote_write: decodeRemoteWrite, otlp: decodeOtlpMetrics }

/**
 * Bytes of a request in, batch out; touches nothing else. Lines that break a cap are left out and counted in
 * `rejected`. Large bodies are decompressed in the thread pool, so bodies decoded at the same time may end out of order.
 *
 * @throws AppError PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, or MALFORMED_REQUEST naming the place; nothing else.
 */
export const decodeLogs = (
  format: LogFormat,
  body: Uint8Array,
  head: BodyHead,
  caps: IngestCaps,
): Promise<DecodedLogs> => logDecoders[format](body, head, caps)

/**
 * The same for samples. `known` remembers label sets from body to body: keep one per thread, and the labels of a
 * series that comes again are the very same object. The columns of all series are views of two shared buffers:
 * copying one series to another thread would copy them all.
 */
export const decodeMetrics = (
  format: MetricFormat,
  body: Uint8Array,
  head: BodyHead,
  caps: IngestCaps,
  known: LabelSets,
): Promise<DecodedMetrics> => metricDecoders[format](body, head, caps, known)
