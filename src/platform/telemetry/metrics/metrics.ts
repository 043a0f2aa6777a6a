import type { Labels, Matcher } from '../labels.ts'

/**
 * One series and its samples. `timestamps` are ms since 1970, ascending; `values` has the same length.
 * A stale marker is the NaN with the bits of `staleNan`; arrays are only ever copied as arrays, because
 * a NaN that passes through a variable may lose its bits.
 */
export interface Series {
  /** `__name__` is the name of the metric. */
  labels: Labels
  timestamps: Float64Array
  values: Float64Array
}

/** Bits of the NaN by which Prometheus marks the end of a series (pkg/value in its source). */
export const staleNan = 0x7ff0000000000002n

export type MetricType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'summary'
  | 'unknown'
  | 'info'
  | 'stateset'
  | 'gaugehistogram'

export interface MetricMetadata {
  metric: string
  type: MetricType
  help: string
  unit: string
}

export interface MetricBatch {
  /** A sender that sends a batch again repeats its id; nothing is stored twice. */
  id?: string
  series: Series[]
  metadata?: MetricMetadata[]
}

/** What became of a batch. Every sample is stored, known already, or rejected for a reason. */
export interface MetricAppend {
  stored: number
  /** The same sample was there. */
  duplicates: number
  rejected: Rejection[]
}

export interface Rejection {
  reason:
    | 'too_old'
    | 'too_far_in_future'
    | 'duplicate_timestamp'
    | 'too_many_labels'
    | 'label_too_long'
    | 'invalid_label'
    | 'invalid_line'
    | 'line_too_long'
    | 'too_many_series'
    /** A kind that no store here keeps: native histograms, delta sums. */
    | 'unsupported'
  count: number
  /** One of those rejected, shortened, for the error message. */
  example: string
}

/** What a query may cost; more is refused with an error that names the limit. */
export interface QueryLimits {
  timeoutMs: number
  /** Samples looked at, decoded. */
  samplesMax: number
  seriesMax: number
  /** Points of one series in the answer of a range query; Prometheus' limit is 11,000. */
  pointsMax: number
}

export interface QueryOptions {
  signal?: AbortSignal
  limits?: Partial<QueryLimits>
  /** How far back the newest sample of a series counts; 5 minutes unless told. */
  lookbackMs?: number
  /** Evaluates every step, also of an answer that is remembered. */
  fresh?: boolean
}

export type PromValue =
  | { type: 'vector'; samples: { labels: Labels; atMs: number; value: number }[] }
  | { type: 'matrix'; series: Series[] }
  | { type: 'scalar'; atMs: number; value: number }
  | { type: 'string'; atMs: number; value: string }

export interface QueryResult {
  value: PromValue
  warnings: string[]
  stats: { samples: number; series: number; tookMs: number }
}

export interface MetricStats {
  series: number
  samples: number
  bytes: number
  oldestMs: number | null
  newestMs: number | null
}

/** Time on both ends inclusive, ms since 1970. */
export interface TimeSpan {
  fromMs: number
  toMs: number
}

/** The store of metrics: samples in, PromQL out. */
export interface MetricStore {
  /** Resolves when the batch is on disk. */
  append(batch: MetricBatch): Promise<MetricAppend>
  instant(expression: string, atMs: number, options?: QueryOptions): Promise<QueryResult>
  range(expression: string, span: TimeSpan & { stepMs: number }, options?: QueryOptions): Promise<QueryResult>
  /** Label sets with a sample in the span that any of the selectors matches; all with none given. */
  series(selectors: Matcher[][], span: TimeSpan, limit: number, options?: QueryOptions): Promise<Labels[]>
  labelNames(selectors: Matcher[][], span: TimeSpan, limit: number, options?: QueryOptions): Promise<string[]>
  labelValues(
    name: string,
    selectors: Matcher[][],
    span: TimeSpan,
    limit: number,
    options?: QueryOptions,
  ): Promise<string[]>
  /** Of one metric, or of the first `limit`, by name of the metric. */
  metadata(wanted: { metric?: string; limit?: number }): Promise<Record<string, MetricMetadata[]>>
  stats(): Promise<MetricStats>
  close(): Promise<void>
}

/** Where the PromQL engine gets its samples from. Series come in any order; samples of each in order of time. */
export interface SampleSource {
  /**
   * Throws, or ends early, when `signal` aborts. Stale markers are among the samples. The arrays of a series may be
   * filled anew once the next is asked for: who keeps them copies them.
   */
  select(matchers: Matcher[], span: TimeSpan, signal: AbortSignal): AsyncIterable<Series> | Iterable<Series>
}
