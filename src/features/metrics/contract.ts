import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { duration, promTime, selectors } from './params.ts'

const count = z.number().int()
const labels = z.record(z.string(), z.string())
const expression = z.string().min(1, 'Write a PromQL expression').max(20_000)

/** `{status, data}` as Prometheus answers. */
const answer = <S extends z.ZodType>(data: S) =>
  z.object({ status: z.literal('success'), data, warnings: z.array(z.string()).optional() })

const value = z.tuple([z.number(), z.string()])
const QueryData = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('matrix'), result: z.array(z.object({ metric: labels, values: z.array(value) })) }),
  z.object({ resultType: z.literal('vector'), result: z.array(z.object({ metric: labels, value })) }),
  z.object({ resultType: z.literal('scalar'), result: value }),
  z.object({ resultType: z.literal('string'), result: value }),
])

/** What every part of the Prometheus API has in common. */
const prometheus = {
  mount: 'root',
  dialect: 'prometheus',
  access: 'metrics:read',
  rate: 'protocol',
} as const

const costs = ['QUERY_FAILED', 'LIMIT_EXCEEDED', 'QUERY_TIMEOUT'] as const

const queryCosts = {
  timeout: duration.optional(),
  limit: z.coerce.number().int().min(0).optional().describe('Series in the answer at most'),
  lookback_delta: duration.optional(),
  stats: z.string().max(10).optional(),
}

const wanted = {
  'match[]': selectors,
  start: promTime.optional(),
  end: promTime.optional(),
  limit: z.coerce.number().int().min(0).optional(),
}

/** A number, or `"NaN"`, `"+Inf"`, `"-Inf"`; null where there is no sample. */
const point = z.union([z.number(), z.string()]).nullable()

export const BatchResult = z.union([
  z.object({
    type: z.literal('matrix'),
    start_ms: count,
    step_ms: count,
    /** Each with one value per step. */
    series: z.array(
      z.object({
        metric: labels,
        values: z.array(point),
        lows: z.array(point).optional().describe('The least since the step before, where it is not always the value'),
        highs: z.array(point).optional().describe('The most since the step before'),
      }),
    ),
    warnings: z.array(z.string()),
    samples: count,
    took_ms: z.number(),
  }),
  z.object({
    type: z.literal('vector'),
    at_ms: count,
    series: z.array(z.object({ metric: labels, value: point })),
    warnings: z.array(z.string()),
    samples: count,
    took_ms: z.number(),
  }),
  z.object({
    type: z.literal('error'),
    code: z.string(),
    message: z.string(),
    /** Where in the expression, counted in characters from 0. */
    position: count.nullable(),
  }),
])

export const Target = z.strictObject({
  job: z.string().min(1).max(200),
  url: z.url({ protocol: /^https?$/ }).describe('Address of the metrics, path included'),
  interval_seconds: z.number().int().min(1).max(86_400).default(15),
  timeout_seconds: z.number().int().min(1).max(600).default(10),
  labels: z.record(z.string().regex(/^[a-zA-Z_]\w*$/), z.string().max(2_000)).default({}),
})

const targetInput = Target.extend({
  bearer_token: z
    .string()
    .min(1)
    .max(10_000)
    .nullable()
    .optional()
    .describe('Sent as `Authorization: Bearer`; left out it stays as it was, null takes it away'),
})

export type TargetInput = z.output<typeof targetInput>

const TargetState = Target.extend({
  source: z.enum(['file', 'console']),
  token_set: z.boolean().describe('Whether it is asked with credentials'),
  health: z.enum(['up', 'down', 'unknown']),
  last_error: z.string().nullable(),
  last_scrape_at: z.iso.datetime().nullable(),
  last_duration_ms: z.number().nullable(),
  samples: count,
})

const targetStates = z.object({
  targets: z.array(TargetState),
  revision: z.string().describe('Of the targets that were set here; another one as soon as one of them is changed'),
})

const TargetAnswer = z.object({
  error: z.string().nullable().describe('Why it cannot be scraped so; null where it can'),
  samples: count.nullable().describe('Null where what came was not read, or is too large to be read twice'),
  bytes: count,
  content_type: z.string().nullable(),
  beginning: z.string().describe('What it answered, at most the first 2,000 characters'),
  took_ms: z.number(),
})

export type TargetAnswerView = z.output<typeof TargetAnswer>

export const metricsEndpoints = {
  query: {
    method: 'GET',
    path: '/metrics/query',
    summary: 'Run PromQL over a span of time, or at one moment',
    description: 'Answers what Prometheus calls `data`. Without `start` and `end` it is an instant query.',
    access: 'metrics:read',
    rate: 'metrics',
    query: z.object({
      query: expression,
      start: promTime.optional(),
      end: promTime.optional(),
      step: duration.optional(),
      time: promTime.optional(),
    }),
    reply: QueryData,
    errors: costs,
  },
  batch: {
    method: 'POST',
    path: '/metrics/query',
    summary: 'Run several PromQL queries at once, for charts',
    description:
      'Counts as one request. Values stand on the grid of `start_ms` and `step_ms`; with `extremes` those who draw them see what they pass over.',
    access: 'metrics:read',
    rate: 'metrics',
    body: z.strictObject({
      queries: z
        .array(
          z.strictObject({
            query: expression,
            from_ms: count.optional().describe('With `to_ms` and `step_ms`: over a span'),
            to_ms: count.optional(),
            step_ms: count.min(1).optional(),
            extremes: z
              .boolean()
              .optional()
              .describe('Over a span: also `lows` and `highs` of what lies between the steps, unless that takes long'),
          }),
        )
        .min(1)
        .max(50),
    }),
    reply: z.object({ results: z.array(BatchResult) }),
  },
  targets: {
    method: 'GET',
    path: '/metrics/targets',
    summary: 'List what is scraped, and how it goes',
    access: 'metrics:read',
    reply: targetStates,
  },
  setTargets: {
    method: 'PUT',
    path: '/metrics/targets',
    summary: 'Replace the targets that were set here; those of the file stay',
    description: `Those at private addresses, or on this machine, are scraped if \`outbound_allow\` lists them; those of the file without that. Where somebody else saved since \`revision\` was read, the answer is 409 CONFLICT.`,
    access: 'settings:configure',
    body: z.strictObject({
      targets: z.array(targetInput).max(1_000),
      revision: z.string().max(100).optional().describe('As it was read'),
    }),
    reply: targetStates,
    errors: ['CONFLICT'],
    example: { body: { targets: [{ job: 'node', url: 'http://127.0.0.1:9100/metrics' }] } },
  },
  testTarget: {
    method: 'POST',
    path: '/metrics/targets/test',
    summary: 'Ask a target once, and tell what it answered; nothing of it is stored',
    access: 'settings:configure',
    body: targetInput,
    reply: TargetAnswer,
    example: { body: { job: 'node', url: 'http://127.0.0.1:1/metrics', timeout_seconds: 1 } },
  },
  write: {
    ...prometheus,
    method: 'POST',
    path: '/prometheus/api/v1/write',
    summary: 'Receive samples by remote write 1.0 or 2.0',
    access: 'metrics:write',
    consumes: 'bytes',
    status: 204,
    reply: z.undefined(),
    errors: ['INSUFFICIENT_STORAGE'],
  },
  otlp: {
    method: 'POST',
    path: '/otlp/v1/metrics',
    mount: 'root',
    summary: 'Receive metrics by OpenTelemetry, protobuf or JSON',
    access: 'metrics:write',
    rate: 'protocol',
    consumes: 'bytes',
    produces: 'application/x-protobuf',
    reply: z.string(),
    errors: ['INSUFFICIENT_STORAGE'],
  },
  instant: {
    ...prometheus,
    method: 'GET',
    path: '/prometheus/api/v1/query',
    aliases: ['POST /prometheus/api/v1/query'],
    summary: 'Prometheus: query at one moment',
    consumes: 'form',
    query: z.object({ query: expression, time: promTime.optional(), ...queryCosts }),
    reply: answer(QueryData),
    errors: costs,
  },
  range: {
    ...prometheus,
    method: 'GET',
    path: '/prometheus/api/v1/query_range',
    aliases: ['POST /prometheus/api/v1/query_range'],
    summary: 'Prometheus: query over a span of time',
    consumes: 'form',
    query: z.object({
      query: expression,
      start: promTime,
      end: promTime,
      step: duration,
      nocache: z.string().max(10).optional().describe('`1`: evaluate what is remembered anew, as VictoriaMetrics does'),
      ...queryCosts,
    }),
    reply: answer(QueryData),
    errors: costs,
  },
  labelNames: {
    ...prometheus,
    method: 'GET',
    path: '/prometheus/api/v1/labels',
    aliases: ['POST /prometheus/api/v1/labels'],
    summary: 'Prometheus: names of labels',
    consumes: 'form',
    query: z.object(wanted),
    reply: answer(z.array(z.string())),
  },
  labelValues: {
    ...prometheus,
    method: 'GET',
    path: '/prometheus/api/v1/label/{name}/values',
    summary: 'Prometheus: values of one label',
    params: z.object({ name: z.string().min(1).max(1_024) }),
    query: z.object(wanted),
    reply: answer(z.array(z.string())),
  },
  series: {
    ...prometheus,
    method: 'GET',
    path: '/prometheus/api/v1/series',
    aliases: ['POST /prometheus/api/v1/series'],
    summary: 'Prometheus: label sets that match',
    consumes: 'form',
    query: z.object(wanted),
    reply: answer(z.array(labels)),
  },
  metadata: {
    ...prometheus,
    method: 'GET',
    path: '/prometheus/api/v1/metadata',
    summary: 'Prometheus: type, help and unit of metrics',
    query: z.object({
      metric: z.string().max(1_024).optional(),
      limit: z.coerce.number().int().optional(),
      limit_per_metric: z.coerce.number().int().optional(),
    }),
    reply: answer(z.record(z.string(), z.array(z.object({ type: z.string(), help: z.string(), unit: z.string() })))),
  },
  exemplars: {
    ...prometheus,
    method: 'GET',
    path: '/prometheus/api/v1/query_exemplars',
    aliases: ['POST /prometheus/api/v1/query_exemplars'],
    summary: 'Prometheus: exemplars, of which none are kept',
    consumes: 'form',
    query: z.object({ query: expression, start: promTime.optional(), end: promTime.optional() }),
    reply: answer(z.array(z.unknown())),
  },
  scrapeTargets: {
    ...prometheus,
    method: 'GET',
    path: '/prometheus/api/v1/targets',
    summary: 'Prometheus: targets and their health',
    query: z.object({ state: z.enum(['active', 'dropped', 'any']).default('any') }),
    reply: answer(
      z.object({ activeTargets: z.array(z.record(z.string(), z.unknown())), droppedTargets: z.array(z.unknown()) }),
    ),
  },
  buildInfo: {
    ...prometheus,
    method: 'GET',
    path: '/prometheus/api/v1/status/buildinfo',
    summary: 'Prometheus: version',
    reply: answer(z.record(z.string(), z.string())),
  },
  flags: {
    ...prometheus,
    method: 'GET',
    path: '/prometheus/api/v1/status/flags',
    summary: 'Prometheus: limits of queries',
    reply: answer(z.record(z.string(), z.string())),
  },
  runtimeInfo: {
    ...prometheus,
    method: 'GET',
    path: '/prometheus/api/v1/status/runtimeinfo',
    summary: 'Prometheus: state of the store',
    reply: answer(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
  },
  storeStatus: {
    ...prometheus,
    method: 'GET',
    path: '/prometheus/api/v1/status/tsdb',
    summary: 'Prometheus: size of the store',
    reply: answer(z.object({ headStats: z.record(z.string(), z.number().nullable()) })),
  },
} satisfies Endpoints
