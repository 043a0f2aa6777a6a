import { workerData } from 'node:worker_threads'
import {
  decodeMetrics,
  LabelSets,
  otlpReply,
  type BodyHead,
  type IngestCaps,
  type MetricFormat,
} from '../ingest/index.ts'
import type { Labels, Matcher } from '../labels.ts'
import { AppError } from '#kernel/errors.ts'
import { selectorsOf } from '../promql/index.ts'
import { own } from '../thread/ownership.ts'
import { Handover, serve, warn, type Call } from '../thread/serve.ts'
import type { Backend } from '../backend.ts'
import { openMetricsBackend } from './backend.ts'
import { rangeWithExtremes } from './extremes.ts'
import { runMany, type ManyQuery } from './many.ts'
import type { MetricBatch, QueryLimits, QueryOptions, TimeSpan } from './metrics.ts'
import { Targets, type Scrape } from './scrape/targets.ts'
import { gridJson, momentJson, prometheusData } from './wire.ts'

/** What the thread is started with. */
export interface MetricsThreadData {
  dir: string
  caps: IngestCaps
  retentionMs: number
  bytesMax: number
  backend: Backend
}

interface Query {
  expression: string
  limits: QueryLimits
  lookbackMs?: number | undefined
  fresh?: boolean | undefined
  /** `envelope`: Prometheus' whole answer, `data`: what is in it, `grid`: for charts. */
  as: 'envelope' | 'data' | 'grid'
  /** Of a `grid`: also what lies between its steps. */
  extremes?: boolean | undefined
  seriesLimit?: number | undefined
}

interface ScrapeArgs {
  key: string
  labels: Labels
  atMs: number
  durationMs: number
  /** Absent when the target did not answer. */
  body?: Uint8Array
  contentType: string | null
}

interface Wanted extends TimeSpan {
  /** `{job="a"}`, `up`; none for everything. */
  selectors: string[]
  limit: number
}

const { caps, backend, ...options } = workerData as MetricsThreadData
const disown = backend.mode === 'remote' ? () => undefined : await own(options.dir, 'metrics')
const { store, health, configure } = await openMetricsBackend(backend, { ...options, now: Date.now, warn })
const known = new LabelSets()
const targets = new Targets()

const optionsOf = ({ limits, lookbackMs, fresh = false }: Query, signal: AbortSignal): QueryOptions => ({
  signal,
  limits,
  fresh,
  ...(lookbackMs !== undefined && { lookbackMs }),
})

const encoder = new TextEncoder()

function bytesOf(json: string): Handover<Uint8Array> {
  const bytes = encoder.encode(json)
  return new Handover(bytes, [bytes.buffer])
}

const envelope = (data: string, warnings: readonly string[] = []): string =>
  `{"status":"success","data":${data}${warnings.length > 0 ? `,"warnings":${JSON.stringify(warnings)}` : ''}}`

const listed = (data: unknown): Handover<Uint8Array> => bytesOf(envelope(JSON.stringify(data)))

const matchersOf = ({ selectors }: Wanted): Matcher[][] => selectors.map((text) => selectorsOf(text))

/** An answer that cannot be read counts as none. */
function batchOf(key: string, scrape: Scrape): { batch: MetricBatch; error: string | null } {
  try {
    return { batch: targets.batchOf(key, scrape), error: null }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { batch: targets.batchOf(key, { ...scrape, body: undefined }), error: error.message }
  }
}

interface Sent {
  format: MetricFormat
  body: Uint8Array
  head: BodyHead
}

async function take({ format, body, head }: Sent) {
  const { rejected, samples, exemplars, ...batch } = await decodeMetrics(format, body, head, caps, known)
  const outcome = await store.append(head.batchId === undefined ? batch : { ...batch, id: head.batchId })
  return { ...outcome, samples, exemplars, rejected: [...rejected, ...outcome.rejected] }
}

const methods = {
  ingest: (sent: Sent) => take(sent),
  ingestOtlp: async (sent: Omit<Sent, 'format'>) => {
    const outcome = await take({ ...sent, format: 'otlp' })
    return { ...outcome, ...otlpReply('metrics', sent.head.contentType, outcome.rejected) }
  },
  append: (batch: MetricBatch) => store.append(batch),
  scrape: async ({ key, body, contentType, ...scrape }: ScrapeArgs) => {
    const text = body && new TextDecoder().decode(body)
    const { batch, error } = batchOf(key, { ...scrape, body: text === undefined ? undefined : { text, contentType } })
    return { ...(await store.append(batch)), error }
  },
  forgetTarget: ({ key, labels, atMs }: { key: string; labels: Labels; atMs: number }) =>
    store.append(targets.forget(key, labels, atMs)),
  instant: async (query: Query & { atMs: number }, { signal }: Call) => {
    const result = await store.instant(query.expression, query.atMs, optionsOf(query, signal))
    if (query.as === 'grid') return bytesOf(momentJson(result, query.atMs))
    const data = prometheusData(result.value, query.seriesLimit)
    return bytesOf(query.as === 'data' ? data : envelope(data, result.warnings))
  },
  range: async (query: Query & TimeSpan & { stepMs: number }, { signal }: Call) => {
    const options = optionsOf(query, signal)
    if (query.as === 'grid' && query.extremes) {
      const { result, extremes } = await rangeWithExtremes(store, query.expression, query, options)
      return bytesOf(gridJson(result, query, extremes))
    }
    const result = await store.range(query.expression, query, options)
    if (query.as === 'grid') return bytesOf(gridJson(result, query))
    const data = prometheusData(result.value, query.seriesLimit)
    return bytesOf(query.as === 'data' ? data : envelope(data, result.warnings))
  },
  many: ({ queries, limits }: { queries: ManyQuery[]; limits: QueryLimits }, { signal }: Call) =>
    runMany(store, queries, limits, signal),
  series: async (wanted: Wanted, { signal }: Call) =>
    listed(await store.series(matchersOf(wanted), wanted, wanted.limit, { signal })),
  labelNames: async (wanted: Wanted, { signal }: Call) =>
    listed(await store.labelNames(matchersOf(wanted), wanted, wanted.limit, { signal })),
  labelValues: async (wanted: Wanted & { name: string }, { signal }: Call) =>
    listed(await store.labelValues(wanted.name, matchersOf(wanted), wanted, wanted.limit, { signal })),
  metadata: async (wanted: { metric?: string; limit?: number }) => {
    const byMetric = await store.metadata(wanted)
    const data = Object.entries(byMetric).map(([metric, all]) => [
      metric,
      all.map(({ type, help, unit }) => ({ type, help, unit })),
    ])
    return listed(Object.fromEntries(data))
  },
  stats: () => store.stats(),
  health: () => health(),
  configure: ({ retentionMs, bytesMax }: { retentionMs: number; bytesMax: number }) =>
    configure({ retentionMs, bytesMax }),
}

export type MetricsMethods = typeof methods

serve(methods, async () => {
  await store.close()
  disown()
})
