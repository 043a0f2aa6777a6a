import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { lokiStep, lokiTime } from './lokiParams.ts'

const expression = z.string().min(1, 'Write a LogQL expression').max(20_000)
const labels = z.record(z.string(), z.string())

/** What every part of the Loki API has in common. */
const loki = { mount: 'root', dialect: 'loki', access: 'logs:read', rate: 'protocol' } as const
const costs = ['QUERY_FAILED', 'LIMIT_EXCEEDED', 'QUERY_TIMEOUT'] as const

const success = <S extends z.ZodType>(data: S) => z.object({ status: z.literal('success'), data })

const Result = success(
  z.object({
    resultType: z.enum(['streams', 'matrix', 'vector', 'scalar']),
    result: z.array(z.unknown()),
    stats: z.record(z.string(), z.unknown()),
  }),
)

const span = {
  start: lokiTime.optional(),
  end: lokiTime.optional(),
  since: lokiStep.optional(),
}

const direction = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['backward', 'forward']))
  .default('backward')

const limit = z.coerce.number().int().min(0).max(5_000).default(100)

export const lokiEndpoints = {
  lokiQuery: {
    ...loki,
    method: 'GET',
    path: '/loki/api/v1/query',
    aliases: ['POST /loki/api/v1/query'],
    summary: 'Loki: query at one moment',
    consumes: 'form',
    query: z.object({ query: expression, time: lokiTime.optional(), limit, direction }),
    reply: Result,
    errors: costs,
  },
  lokiRange: {
    ...loki,
    method: 'GET',
    path: '/loki/api/v1/query_range',
    aliases: ['POST /loki/api/v1/query_range'],
    summary: 'Loki: query over a span of time',
    consumes: 'form',
    query: z.object({
      query: expression,
      ...span,
      limit,
      direction,
      step: lokiStep.optional(),
      interval: lokiStep.optional(),
    }),
    reply: Result,
    errors: costs,
  },
  lokiLabels: {
    ...loki,
    method: 'GET',
    path: '/loki/api/v1/labels',
    aliases: ['GET /loki/api/v1/label', 'POST /loki/api/v1/labels'],
    summary: 'Loki: names of labels',
    consumes: 'form',
    query: z.object({ ...span, query: z.string().max(20_000).optional() }),
    reply: success(z.array(z.string())),
  },
  lokiLabelValues: {
    ...loki,
    method: 'GET',
    path: '/loki/api/v1/label/{name}/values',
    summary: 'Loki: values of one label',
    params: z.object({ name: z.string().min(1).max(1_024) }),
    query: z.object({ ...span, query: z.string().max(20_000).optional() }),
    reply: success(z.array(z.string())),
  },
  lokiSeries: {
    ...loki,
    method: 'GET',
    path: '/loki/api/v1/series',
    aliases: ['POST /loki/api/v1/series'],
    summary: 'Loki: streams that match',
    consumes: 'form',
    query: z.object({
      'match[]': z.union([z.string(), z.array(z.string()).max(100)]).optional(),
      match: z.union([z.string(), z.array(z.string()).max(100)]).optional(),
      ...span,
    }),
    reply: success(z.array(labels)),
  },
  lokiIndexStats: {
    ...loki,
    method: 'GET',
    path: '/loki/api/v1/index/stats',
    aliases: ['POST /loki/api/v1/index/stats'],
    summary: 'Loki: how much a selector covers',
    consumes: 'form',
    query: z.object({ query: z.string().min(1).max(20_000), ...span }),
    reply: z.object({ streams: z.number(), chunks: z.number(), bytes: z.number(), entries: z.number() }),
  },
  lokiBuildInfo: {
    ...loki,
    method: 'GET',
    path: '/loki/api/v1/status/buildinfo',
    summary: 'Loki: version',
    reply: z.record(z.string(), z.string()),
  },
} satisfies Endpoints
