import * as z from 'zod'
import { AppError } from '#kernel/errors.ts'
import { matchersText, type Matcher } from '../labels.ts'
import { firstLine, Remote, type Answered, type Params, type RemoteOptions } from '../remote/remote.ts'
import type {
  MetricAppend,
  MetricBatch,
  MetricMetadata,
  MetricStore,
  PromValue,
  QueryOptions,
  QueryResult,
  Rejection,
  Series,
  TimeSpan,
} from './metrics.ts'
import { encodeWriteRequest } from './remoteWrite.ts'

const labelsSchema = z.record(z.string(), z.string())
const pairSchema = z.tuple([z.number(), z.string()])
const valueSchema = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('scalar'), result: pairSchema }),
  z.object({ resultType: z.literal('string'), result: pairSchema }),
  z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: labelsSchema, value: pairSchema })),
  }),
  z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: labelsSchema, values: z.array(pairSchema) })),
  }),
])
const samplesSchema = z.object({ stats: z.object({ samples: z.object({ totalQueryableSamples: z.number() }) }) })
const envelopeSchema = z.object({ data: z.unknown(), warnings: z.array(z.string()).default([]) })
const refusalSchema = z.object({ errorType: z.string().default(''), error: z.string() })
const metadataSchema = z.record(
  z.string(),
  z.array(z.object({ type: z.string(), help: z.string(), unit: z.string().default('') })),
)
/** Prometheus tells of its head, VictoriaMetrics of all series. */
const figuresSchema = z.object({
  headStats: z.object({ numSeries: z.number(), minTime: z.number(), maxTime: z.number() }).optional(),
  totalSeries: z.number().optional(),
})

const metricTypes = ['counter', 'gauge', 'histogram', 'summary', 'info', 'stateset', 'gaugehistogram'] as const

/** A single bad sample makes Prometheus refuse all that came with it; so many requests go into telling them apart. */
const sievingMax = 200

export interface PrometheusStore extends MetricStore {
  /** Why the last exchange with the server failed; null where it did not. */
  lastFailure(): string | null
}

/**
 * A server that speaks Prometheus' HTTP API and takes remote write: Prometheus, VictoriaMetrics, Mimir, Thanos.
 * What it stores, and for how long, is its own affair. `stats` gives 0 for what such servers do not tell.
 */
export function openPrometheus(options: RemoteOptions): PrometheusStore {
  const remote = new Remote('Prometheus', options)

  const ask = async (path: string, params: Params, { signal, limits }: QueryOptions = {}) => {
    const timeoutMs = limits?.timeoutMs
    const answer = await remote.ask(`/api/v1/${path}`, params, refusal, {
      signal,
      ...(timeoutMs !== undefined && { timeoutMs }),
    })
    if (answer === null) throw unavailable('it has no such API')
    return parsed(envelopeSchema, answer)
  }

  const evaluate = async (path: string, params: Params, options: QueryOptions = {}): Promise<QueryResult> => {
    const beganMs = performance.now()
    const { data, warnings } = await ask(path, [...params, ['stats', 'true'], ...costOf(options)], options)
    const value = promValue(parsed(valueSchema, data))
    const series = value.type === 'vector' ? value.samples.length : value.type === 'matrix' ? value.series.length : 0
    const seriesMax = options.limits?.seriesMax ?? Infinity
    if (series > seriesMax)
      throw new AppError('LIMIT_EXCEEDED', `The answer has ${series} series; ${seriesMax} are allowed`)
    const samples = samplesSchema.safeParse(data)
    return {
      value,
      warnings,
      stats: {
        samples: samples.success ? samples.data.stats.samples.totalQueryableSamples : 0,
        series,
        tookMs: performance.now() - beganMs,
      },
    }
  }

  const list = async <T extends z.ZodType>(
    schema: T,
    path: string,
    { selectors, limit, ...span }: Wanted,
    options?: QueryOptions,
  ) => {
    const { data } = await ask(
      path,
      [...matchParams(selectors), ...spanParams(span), ['limit', String(limit)]],
      options,
    )
    return parsed(z.array(schema), data).slice(0, limit)
  }

  return {
    append: (batch) => appendTo(remote, batch),
    instant: (expression, atMs, options) =>
      evaluate(
        'query',
        [
          ['query', expression],
          ['time', secondsOf(atMs)],
        ],
        options,
      ),
    range: async (expression, { stepMs, ...span }, options) => {
      const pointsMax = options?.limits?.pointsMax ?? Infinity
      if ((span.toMs - span.fromMs) / stepMs > pointsMax)
        throw new AppError('VALIDATION_FAILED', `More than ${pointsMax} points for each series; take a larger step`, {
          error_type: 'bad_data',
        })
      const params: Params = [['query', expression], ...spanParams(span), ['step', secondsOf(stepMs)]]
      return evaluate('query_range', params, options)
    },
    series: (selectors, span, limit, options) =>
      list(
        labelsSchema,
        'series',
        { selectors: selectors.length > 0 ? selectors : [anySeries], ...span, limit },
        options,
      ),
    labelNames: (selectors, span, limit, options) => list(z.string(), 'labels', { selectors, ...span, limit }, options),
    labelValues: (name, selectors, span, limit, options) =>
      list(z.string(), `label/${encodeURIComponent(name)}/values`, { selectors, ...span, limit }, options),
    metadata: async ({ metric, limit }) => {
      const { data } = await ask('metadata', [
        ...(metric === undefined ? [] : ([['metric', metric]] satisfies Params)),
        ...(limit === undefined ? [] : ([['limit', String(limit)]] satisfies Params)),
      ])
      const all = Object.entries(parsed(metadataSchema, data)).slice(0, limit)
      return Object.fromEntries(
        all.map(([name, known]) => [name, known.map((one) => ({ ...one, metric: name, type: typeOf(one.type) }))]),
      )
    },
    stats: async () => {
      const answer = await remote.ask('/api/v1/status/tsdb', [], refusal)
      // Mimir has no such figures; whether it answers is worth knowing all the same.
      if (answer === null) await ask('query', [['query', 'vector(1)']])
      const data = answer === null ? {} : parsed(envelopeSchema, answer).data
      const { headStats, totalSeries = 0 } = parsed(figuresSchema, data)
      const times = headStats && headStats.numSeries > 0 ? headStats : null
      return {
        series: headStats?.numSeries ?? totalSeries,
        samples: 0,
        bytes: 0,
        oldestMs: times?.minTime ?? null,
        newestMs: times?.maxTime ?? null,
      }
    },
    lastFailure: () => remote.lastFailure,
    close: async () => remote.close(),
  }
}

interface Wanted extends TimeSpan {
  selectors: Matcher[][]
  limit: number
}

const anySeries: Matcher[] = [{ name: '__name__', op: '!=', value: '' }]

const unavailable = (reason: string): AppError =>
  new AppError('UPSTREAM_UNAVAILABLE', `Prometheus cannot be used: ${reason}`, { component: 'Prometheus' })

/** @throws AppError UPSTREAM_UNAVAILABLE */
function parsed<T extends z.ZodType>(schema: T, answer: unknown): z.output<T> {
  const result = schema.safeParse(answer)
  if (!result.success) throw unavailable('its answer is not as the API says')
  return result.data
}

function refusal(answer: Answered): AppError {
  const { errorType, error } = refusalOf(answer.text)
  if (errorType === 'timeout' || errorType === 'canceled') return new AppError('QUERY_TIMEOUT', error)
  if (errorType === 'execution') return new AppError('QUERY_FAILED', error, { error_type: 'execution' })
  // VictoriaMetrics names the status instead, and answers every fault of an expression with 422.
  return new AppError('VALIDATION_FAILED', error, { error_type: 'bad_data' })
}

function refusalOf(text: string): z.output<typeof refusalSchema> {
  try {
    return refusalSchema.parse(JSON.parse(text))
  } catch {
    return { errorType: '', error: firstLine(text) }
  }
}

const typeOf = (type: string): MetricMetadata['type'] => metricTypes.find((known) => known === type) ?? 'unknown'

const secondsOf = (ms: number): string => String(ms / 1_000)

const spanParams = ({ fromMs, toMs }: TimeSpan): Params => [
  ['start', secondsOf(fromMs)],
  ['end', secondsOf(toMs)],
]

const matchParams = (selectors: Matcher[][]): Params => selectors.map((matchers) => ['match[]', matchersText(matchers)])

function costOf({ limits, lookbackMs }: QueryOptions): Params {
  const timeoutMs = limits?.timeoutMs
  return [
    ...(timeoutMs === undefined ? [] : ([['timeout', `${Math.ceil(timeoutMs)}ms`]] satisfies Params)),
    // Of servers that know it; others have theirs.
    ...(lookbackMs === undefined ? [] : ([['lookback_delta', secondsOf(lookbackMs)]] satisfies Params)),
  ]
}

const msOf = (seconds: number): number => Math.round(seconds * 1_000)

const numberOf = (text: string): number => {
  if (text === '+Inf') return Infinity
  return text === '-Inf' ? -Infinity : Number(text)
}

function promValue(value: z.output<typeof valueSchema>): PromValue {
  switch (value.resultType) {
    case 'scalar':
      return { type: 'scalar', atMs: msOf(value.result[0]), value: numberOf(value.result[1]) }
    case 'string':
      return { type: 'string', atMs: msOf(value.result[0]), value: value.result[1] }
    case 'vector':
      return {
        type: 'vector',
        samples: value.result.map(({ metric, value: [at, text] }) => ({
          labels: metric,
          atMs: msOf(at),
          value: numberOf(text),
        })),
      }
    case 'matrix':
      return {
        type: 'matrix',
        series: value.result.map(({ metric, values }) => ({
          labels: metric,
          timestamps: Float64Array.from(values, ([at]) => msOf(at)),
          values: Float64Array.from(values, ([, text]) => numberOf(text)),
        })),
      }
  }
}

const samplesIn = (series: readonly Series[]): number => series.reduce((sum, { values }) => sum + values.length, 0)

async function appendTo(remote: Remote, { series, metadata = [] }: MetricBatch): Promise<MetricAppend> {
  const rejected = new Map<Rejection['reason'], Rejection>()
  let stored = 0
  let requests = 0

  const reject = (those: Series[], { status, text }: Answered): void => {
    const message = firstLine(text) || `it answered ${status}`
    const reason = reasonOf(message)
    const known = rejected.get(reason)
    if (known) known.count += samplesIn(those)
    else rejected.set(reason, { reason, count: samplesIn(those), example: message })
  }

  const send = async (those: Series[], described: MetricMetadata[]): Promise<void> => {
    requests++
    const refused = await remote.send('/api/v1/write', encodeWriteRequest(those, described), writeHeaders)
    if (!refused) {
      stored += samplesIn(those)
      return
    }
    const halves = requests < sievingMax ? halvesOf(those) : null
    if (!halves) return reject(those, refused)
    for (const half of halves) await send(half, [])
  }

  const filled = series.filter(({ values }) => values.length > 0)
  if (filled.length > 0 || metadata.length > 0) await send(filled, metadata)
  return { stored, duplicates: 0, rejected: [...rejected.values()] }
}

const writeHeaders = {
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '0.1.0',
  'user-agent': 'miktos',
}

/** By series, then by the samples of one. */
function halvesOf(series: Series[]): [Series[], Series[]] | null {
  const [only] = series
  if (!only) return null
  if (series.length > 1) {
    const middle = series.length >> 1
    return [series.slice(0, middle), series.slice(middle)]
  }
  const middle = only.values.length >> 1
  return middle === 0 ? null : [[partOf(only, 0, middle)], [partOf(only, middle)]]
}

const partOf = ({ labels, timestamps, values }: Series, from: number, to?: number): Series => ({
  labels,
  timestamps: timestamps.subarray(from, to),
  values: values.subarray(from, to),
})

/** Servers say it in words only. */
function reasonOf(message: string): Rejection['reason'] {
  if (/duplicate sample/i.test(message)) return 'duplicate_timestamp'
  if (/future/i.test(message)) return 'too_far_in_future'
  if (/out of (order|bounds)|too old/i.test(message)) return 'too_old'
  if (/too many|limit/i.test(message)) return 'too_many_series'
  return /label|metric name/i.test(message) ? 'invalid_label' : 'unsupported'
}
