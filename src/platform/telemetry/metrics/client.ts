import { secondMs } from '#kernel/time.ts'
import type { Config } from '../../config/config.ts'
import type { BytesGate, SlotsGate } from '../admission.ts'
import type { BodyHead, MetricFormat } from '../ingest/index.ts'
import type { OtlpReply } from '../logs/client.ts'
import { handOver, type Thread } from '../thread/thread.ts'
import type { ManyQuery, ManyResult } from './many.ts'
import type { MetricBatch, QueryLimits, Rejection, TimeSpan } from './metrics.ts'
import type { MetricsMethods } from './thread.ts'

export interface PromQuery {
  expression: string
  /** `envelope`: Prometheus' whole answer, `data`: what is in it, `grid`: for charts. */
  as: 'envelope' | 'data' | 'grid'
  /** Of a range as a `grid`: also the least and the most of each series between its steps. */
  extremes?: boolean | undefined
  lookbackMs?: number | undefined
  /** Evaluates every step, also of an answer that is remembered. */
  fresh?: boolean | undefined
  timeoutMs?: number | undefined
  seriesLimit?: number | undefined
}

export interface PromWanted extends TimeSpan {
  selectors: string[]
  limit: number
}

/** The metrics store as the main thread sees it. Answers of queries are JSON, written where they were found. */
export interface MetricsClient {
  /** Resolves when everything that was not rejected is on disk. `body` is handed over. */
  ingest(format: MetricFormat, body: Uint8Array, head: BodyHead): Promise<MetricIngest>
  /** The same by OpenTelemetry: partial success is success, and its answer says so. */
  ingestOtlp(body: Uint8Array, head: BodyHead): Promise<OtlpReply & MetricIngest>
  append(batch: MetricBatch): Promise<MetricIngest>
  /** Stores what a look at a target brought, and marks what it no longer exposes. `error` says why an answer could not be read. */
  scrape(scrape: Parameters<MetricsMethods['scrape']>[0]): Promise<MetricIngest & { error: string | null }>
  /** The target is scraped no longer. */
  forgetTarget(target: Parameters<MetricsMethods['forgetTarget']>[0]): Promise<MetricIngest>
  instant(query: PromQuery & { atMs: number }, signal?: AbortSignal): Promise<Uint8Array>
  range(query: PromQuery & TimeSpan & { stepMs: number }, signal?: AbortSignal): Promise<Uint8Array>
  /**
   * Many small queries in one message, answered in their order; for what runs by itself, so it waits for nobody's turn.
   * Each has the time of one.
   */
  many(queries: ManyQuery[], signal?: AbortSignal): Promise<ManyResult[]>
  series(wanted: PromWanted, signal?: AbortSignal): Promise<Uint8Array>
  labelNames(wanted: PromWanted, signal?: AbortSignal): Promise<Uint8Array>
  labelValues(wanted: PromWanted & { name: string }, signal?: AbortSignal): Promise<Uint8Array>
  metadata(wanted: { metric?: string; limit?: number }): Promise<Uint8Array>
  stats: Call<'stats'>
  health: Call<'health'>
}

type Call<K extends keyof MetricsMethods> = () => Promise<Awaited<ReturnType<MetricsMethods[K]>>>

export interface MetricIngest {
  stored: number
  duplicates: number
  rejected: Rejection[]
  samples?: number
  exemplars?: number
}

const pointsMax = 11_000

export function metricsClient(
  thread: Thread<MetricsMethods>,
  config: Config,
  ingestGate: BytesGate,
  queryGate: SlotsGate,
): MetricsClient {
  const limits = (timeoutMs = Number.POSITIVE_INFINITY): QueryLimits => ({
    timeoutMs: Math.min(timeoutMs, config.get('query_timeout_seconds') * secondMs),
    samplesMax: config.get('query_samples_max'),
    seriesMax: config.get('query_series_max'),
    pointsMax,
  })

  const query = <K extends 'instant' | 'range' | 'series' | 'labelNames' | 'labelValues'>(
    method: K,
    args: Parameters<MetricsMethods[K]>[0],
    signal: AbortSignal | undefined,
    timeoutMs: number,
  ): Promise<Uint8Array> =>
    queryGate.run(
      // The thread keeps the limit itself and says what it was doing; this is for a thread that is stuck.
      () =>
        thread.call(method, args, {
          ...(signal && { signal }),
          timeoutMs: timeoutMs + secondMs,
        }) as Promise<Uint8Array>,
      signal,
    )

  return {
    ingest: (format, body, head) =>
      handOver(ingestGate, body, (own, options) => thread.call('ingest', { format, body: own, head }, options)),
    ingestOtlp: (body, head) =>
      handOver(ingestGate, body, (own, options) => thread.call('ingestOtlp', { body: own, head }, options)),
    append: (batch) =>
      ingestGate.hold(
        batch.series.reduce((bytes, { values }) => bytes + values.byteLength, 0),
        () => thread.call('append', batch),
      ),
    scrape: (scrape) => ingestGate.hold(scrape.body?.byteLength ?? 0, () => thread.call('scrape', scrape)),
    forgetTarget: (target) => thread.call('forgetTarget', target),
    instant: ({ timeoutMs, ...rest }, signal) => {
      const cost = limits(timeoutMs)
      return query('instant', { ...rest, limits: cost }, signal, cost.timeoutMs)
    },
    range: ({ timeoutMs, ...rest }, signal) => {
      const cost = limits(timeoutMs)
      return query('range', { ...rest, limits: cost }, signal, cost.timeoutMs)
    },
    many: (queries, signal) => {
      const cost = limits()
      return thread.call(
        'many',
        { queries, limits: cost },
        { ...(signal && { signal }), timeoutMs: queries.length * cost.timeoutMs + secondMs },
      )
    },
    series: (wanted, signal) => query('series', wanted, signal, limits().timeoutMs),
    labelNames: (wanted, signal) => query('labelNames', wanted, signal, limits().timeoutMs),
    labelValues: (wanted, signal) => query('labelValues', wanted, signal, limits().timeoutMs),
    metadata: (wanted) => thread.call('metadata', wanted),
    stats: () => thread.call('stats', undefined),
    health: () => thread.call('health', undefined),
  }
}
