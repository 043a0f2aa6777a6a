import type { LogBatch } from '../logs/logs.ts'
import type { MetricBatch, Rejection } from '../metrics/metrics.ts'
import type { IngestCaps } from './caps.ts'
import type { LabelSets } from './labelSets.ts'

export { defaultCaps, type IngestCaps } from './caps.ts'
export { LabelSets } from './labelSets.ts'

/** `loki`: /loki/api/v1/push. `otlp`: /otlp/v1/logs. `lines`: JSON lines or plain text of one service. */
export type LogFormat = 'loki' | 'otlp' | 'lines'

/** `remote_write`: Prometheus remote write 1.0 and 2.0. `otlp`: /otlp/v1/metrics. */
export type MetricFormat = 'remote_write' | 'otlp'

/** What came with a body; header values exactly as they were sent. */
export interface BodyHead {
  contentType: string | undefined
  contentEncoding: string | undefined
  /** Time of receipt: the time of lines that name none, and what "in the future" is counted from. */
  receivedMs: number
  /** For `lines`: the service they are of. */
  service?: string
}

/** A batch fit to be stored, and what was left out of it. */
export type DecodedLogs = LogBatch & { rejected: Rejection[] }

export type DecodedMetrics = MetricBatch & {
  rejected: Rejection[]
  /** In `series`. */
  samples: number
  /** Read over: no store here keeps them. */
  exemplars: number
}

/**
 * Bytes of a request in, batch out; touches nothing else. Lines that break a cap are left out and counted in
 * `rejected`. Large bodies are decompressed in the thread pool, so bodies decoded at the same time may end out of order.
 *
 * @throws AppError PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, or MALFORMED_REQUEST naming the place; nothing else.
 */
export declare function decodeLogs(
  format: LogFormat,
  body: Uint8Array,
  head: BodyHead,
  caps: IngestCaps,
): Promise<DecodedLogs>

/**
 * The same for samples. `known` remembers label sets from body to body: keep one per thread, and the labels of a
 * series that comes again are the very same object.
 */
export declare function decodeMetrics(
  format: MetricFormat,
  body: Uint8Array,
  head: BodyHead,
  caps: IngestCaps,
  known: LabelSets,
): Promise<DecodedMetrics>
