import type { LogBatch } from '../logs/logs.ts'
import type { MetricBatch, Rejection } from '../metrics/metrics.ts'

/** What came with a body; header values exactly as they were sent. */
export interface BodyHead {
  contentType: string | undefined
  contentEncoding: string | undefined
  /** Time of receipt: the time of lines that name none, and what "in the future" is counted from. */
  receivedMs: number
  /** By which its sender would send it again; what has it was stored already. */
  batchId?: string
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
