import { secondMs } from '#kernel/time.ts'
import type { Config } from '../../config/config.ts'
import type { BytesGate, SlotsGate } from '../admission.ts'
import type { BodyHead, LogFormat } from '../ingest/index.ts'
import { handOver, type Thread } from '../thread/thread.ts'
import type { LogAppend, LogBatch, LogLimits } from './logs.ts'
import type { LogsMethods } from './thread.ts'

type LokiMethod = 'labelNames' | 'labelValues' | 'series' | 'indexStats'
type Args<K extends keyof LogsMethods> = Omit<Parameters<LogsMethods[K]>[0], 'limits'>
type Result<K extends keyof LogsMethods> = Awaited<ReturnType<LogsMethods[K]>>

/** What OpenTelemetry's protocol answers, in the encoding of the request. */
export interface OtlpReply {
  contentType: string
  body: Uint8Array
}

/** What a tail tells: rows for the console, the same lines in the plain form, and how many were left out. */
export interface TailPortion {
  rows: unknown[]
  lines: unknown[]
  dropped: number
}

/** The logs store as the main thread sees it. Answers that are `Uint8Array` are JSON, written where they were found. */
export interface LogsClient {
  /** Resolves when everything that was not rejected is on disk. `body` is handed over. */
  ingest(format: LogFormat, body: Uint8Array, head: BodyHead): Promise<LogAppend>
  /** The same by OpenTelemetry: partial success is success, and its answer says so. */
  ingestOtlp(body: Uint8Array, head: BodyHead): Promise<OtlpReply & LogAppend>
  /** `source` is what it is counted under. */
  append(batch: LogBatch, source?: string): Promise<LogAppend>
  search(page: Args<'search'>, signal?: AbortSignal): Promise<Uint8Array>
  read(page: Args<'read'>, signal?: AbortSignal): Promise<Uint8Array>
  portion(page: Args<'portion'>, signal?: AbortSignal): Promise<Result<'portion'>>
  /** Null when there is no such line. */
  context(wanted: Args<'context'>, signal?: AbortSignal): Promise<Uint8Array | null>
  facet(query: Args<'facet'>, signal?: AbortSignal): Promise<Result<'facet'>>
  services(span: { fromNs: bigint; toNs: bigint }): Promise<Result<'services'>>
  /** @throws AppError VALIDATION_FAILED with the position of what is not understood */
  check(query: string): Promise<void>
  /** Until the returned function is called. `onEnd` is told when the store ends it. */
  tail(query: string, onPortion: (portion: TailPortion) => void, onEnd: (error: unknown) => void): () => void
  logql(query: Args<'logql'>, signal?: AbortSignal): Promise<Uint8Array>
  labelNames(wanted: Args<'labelNames'>, signal?: AbortSignal): Promise<Uint8Array>
  labelValues(wanted: Args<'labelValues'>, signal?: AbortSignal): Promise<Uint8Array>
  series(wanted: Args<'series'>, signal?: AbortSignal): Promise<Uint8Array>
  indexStats(wanted: Args<'indexStats'>, signal?: AbortSignal): Promise<Uint8Array>
  stats(): Promise<Result<'stats'>>
  health(): Promise<Result<'health'>>
}

export function logsClient(
  thread: Thread<LogsMethods>,
  config: Config,
  ingestGate: BytesGate,
  queryGate: SlotsGate,
): LogsClient {
  const limitsNow = (): LogLimits => ({
    timeoutMs: config.get('query_timeout_seconds') * secondMs,
    bytesMax: config.get('query_log_bytes_max'),
  })

  const query = <K extends 'search' | 'read' | 'portion' | 'context' | 'facet' | 'logql' | LokiMethod>(
    method: K,
    args: Args<K>,
    signal: AbortSignal | undefined,
  ) => {
    const limits = limitsNow()
    return queryGate.run(
      () =>
        thread.call(method, { ...args, limits } as unknown as Parameters<LogsMethods[K]>[0], {
          ...(signal && { signal }),
          // The thread keeps the limit itself and says how far it came; this is for a thread that is stuck.
          timeoutMs: limits.timeoutMs + secondMs,
        }),
      signal,
    )
  }

  return {
    ingest: (format, body, head) =>
      handOver(ingestGate, body, (own, options) => thread.call('ingest', { format, body: own, head }, options)),
    ingestOtlp: (body, head) =>
      handOver(ingestGate, body, (own, options) => thread.call('ingestOtlp', { body: own, head }, options)),
    append: (batch) => ingestGate.hold(bytesIn(batch), () => thread.call('append', batch)),
    search: (page, signal) => query('search', page, signal),
    read: (page, signal) => query('read', page, signal),
    portion: (page, signal) => query('portion', page, signal),
    context: (wanted, signal) => query('context', wanted, signal),
    facet: (wanted, signal) => query('facet', wanted, signal),
    services: (span) => thread.call('services', span),
    check: async (text) => thread.call('check', { query: text }),
    tail: (text, onPortion, onEnd) => {
      const ending = new AbortController()
      thread
        .call(
          'tail',
          { query: text },
          { signal: ending.signal, onEmit: (portion) => onPortion(portion as TailPortion) },
        )
        .catch((error: unknown) => {
          if (!ending.signal.aborted) onEnd(error)
        })
      return () => ending.abort()
    },
    logql: (wanted, signal) => query('logql', wanted, signal),
    labelNames: (wanted, signal) => query('labelNames', wanted, signal),
    labelValues: (wanted, signal) => query('labelValues', wanted, signal),
    series: (wanted, signal) => query('series', wanted, signal),
    indexStats: (wanted, signal) => query('indexStats', wanted, signal),
    stats: () => thread.call('stats', undefined),
    health: () => thread.call('health', undefined),
  }
}

const bytesIn = ({ streams }: LogBatch): number =>
  streams.reduce((bytes, { entries }) => bytes + entries.reduce((sum, { line }) => sum + line.length, 0), 0)
