import type { Labels, Matcher } from '../labels.ts'
import type { Rejection } from '../metrics/metrics.ts'

/** Severities as they are stored; every spelling of a level maps onto one of them. 0: the line names none. */
export const severities = ['unknown', 'trace', 'debug', 'info', 'warn', 'error', 'critical'] as const

export type SeverityName = (typeof severities)[number]

export interface LogEntry {
  /** Since 1970. */
  timestampNs: bigint
  line: string
  /** Structured metadata: fields that came beside the line. */
  metadata?: Labels
  /** Position in `severities`; found from labels, metadata and the line when it is absent. */
  severity?: number
}

export interface LogStream {
  labels: Labels
  entries: LogEntry[]
}

export interface LogBatch {
  /** A sender that sends a batch again repeats its id; nothing is stored twice. */
  id?: string
  streams: LogStream[]
}

export interface LogAppend {
  stored: number
  duplicates: number
  rejected: Rejection[]
}

/** A stored line. */
export interface LogRow extends LogEntry {
  /** Names this line for ever: `<timestampNs>.<8 hex digits of a hash over stream and line>`. */
  id: string
  labels: Labels
  /** The label `service_name`, or what stands for it (service, app, job, container, ...); `unknown_service` otherwise. */
  service: string
  severity: number
}

/** A condition on a line. Text comparison ignores ASCII case unless told. */
export type LinePredicate =
  | { op: 'and' | 'or'; of: LinePredicate[] }
  | { op: 'not'; of: LinePredicate }
  /** With `word`, only where no letter, digit or `_` stands beside it: answered from filters, without reading most text. */
  | { op: 'contains'; text: string; caseSensitive?: boolean; word?: boolean }
  /** RE2 syntax, anywhere in the line. */
  | { op: 'matches'; pattern: string }
  | { op: 'severity'; in: number[] }
  | { op: 'service'; in: string[] }
  /** A field of the line (JSON or logfmt), of its metadata or of its stream. Numbers compare as numbers. */
  | { op: 'field'; name: string; compare: '=' | '!=' | '>' | '>=' | '<' | '<='; value: string }
  | { op: 'field'; name: string; compare: '=~'; pattern: string }

export interface LogFilter {
  /** On the labels of the stream. */
  matchers?: Matcher[]
  where?: LinePredicate
  /** Inclusive. */
  fromNs: bigint
  /** Exclusive. */
  toNs: bigint
}

export interface LogSearch extends LogFilter {
  limit: number
  offset?: number
  /** `backward` is newest first. */
  direction: 'backward' | 'forward'
  /** Count all that match up to so many; 0 not at all. */
  countMax?: number
}

export interface LogLimits {
  timeoutMs: number
  /** Decoded bytes looked at. */
  bytesMax: number
}

export interface LogOptions {
  signal?: AbortSignal
  limits?: Partial<LogLimits>
}

export interface ScanStats {
  blocks: number
  /** Left out by their filters without being opened. */
  blocksSkipped: number
  lines: number
  bytes: number
  tookMs: number
}

export interface LogPage {
  rows: LogRow[]
  /** Lines that match; null when it was not asked for. `exact` is false where counting stopped early. */
  total: { count: number; exact: boolean } | null
  hasMore: boolean
  stats: ScanStats
  /** The limit at which the search ended early: there may be more rows, and the total is not exact. */
  stoppedBy?: keyof LogLimits
}

export interface LogHistogram {
  fromNs: bigint
  bucketNs: bigint
  /** Lines per bucket for each severity that occurs. */
  counts: Partial<Record<SeverityName, number[]>>
  stats: ScanStats
}

export interface LogStats {
  streams: number
  chunks: number
  entries: number
  bytes: number
}

/** Lines as they come in, for whoever watches. */
export interface Tail {
  /** At most a few hundred lines at a time; `dropped` were not sent because the watcher was too slow. */
  onRows: (rows: LogRow[], dropped: number) => void
}

/** What there is of one service. */
export interface ServiceLogs {
  service: string
  lines: number
  /** Lines of each severity, by its position in `severities`. */
  counts: number[]
  newestNs: bigint
}

/** The store of logs. Every answer leaves out what is older than the retention. */
export interface LogStore {
  /** Resolves when the batch is on disk. */
  append(batch: LogBatch): Promise<LogAppend>
  search(search: LogSearch, options?: LogOptions): Promise<LogPage>
  /** All that match in order of time, in portions; the source of LogQL. */
  scan(filter: LogFilter & { direction: 'backward' | 'forward' }, options?: LogOptions): AsyncIterable<LogRow[]>
  /** At most 1,000 buckets. */
  histogram(filter: LogFilter & { buckets: number }, options?: LogOptions): Promise<LogHistogram>
  /** Rows around one line of the same stream (or service), itself included, in order of time; null when it is not there. */
  context(rowId: string, before: number, after: number, options?: LogOptions): Promise<LogRow[] | null>
  /** The commonest values of a field among the newest `sampleMax` lines that match. */
  facet(
    filter: LogFilter & { field: string; top: number; sampleMax: number },
    options?: LogOptions,
  ): Promise<{ values: { value: string; count: number }[]; sampled: number }>
  services(span: { fromNs: bigint; toNs: bigint }): Promise<ServiceLogs[]>
  labelNames(filter: LogFilter, options?: LogOptions): Promise<string[]>
  labelValues(name: string, filter: LogFilter, options?: LogOptions): Promise<string[]>
  series(selectors: Matcher[][], span: { fromNs: bigint; toNs: bigint }, options?: LogOptions): Promise<Labels[]>
  stats(filter: LogFilter): Promise<LogStats>
  /** What comes in from now on. Ends when the returned function is called. */
  tail(filter: Pick<LogFilter, 'matchers' | 'where'>, tail: Tail): () => void
  close(): Promise<void>
}
