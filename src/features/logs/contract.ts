import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { done, pageQuery, time, timeQuery } from '#kernel/page.ts'

const severity = z.enum(['unknown', 'trace', 'debug', 'info', 'warn', 'error', 'critical'])
const count = z.number().int()

/** Bare words, `"phrases"`, `-not`, `/regex/`, `@field:value`, `level:`, `service:`, `OR`, parentheses; or LogQL after `{`. */
const filterText = z
  .string()
  .max(5_000)
  .default('')
  .describe(
    'Bare words (all of them), "phrases", -not, /regular expressions/, @field:value, @ms:>500, @status:500..599, level:error,warn, service:api, OR and parentheses; LogQL when it begins with {',
  )

const LogLine = z.object({
  timestamp: time,
  level: z.string().describe('DEBUG, INFO, WARN or ERROR'),
  service: z.string(),
  message: z.string(),
  metadata: z.record(z.string(), z.unknown()).describe('request_id, duration_ms and whatever else came with the line'),
})

/** A line as the console shows it. */
export const LogRow = z.object({
  id: z.string().describe('Names the line for ever: <nanoseconds>.<hash>'),
  timestamp: time,
  /** Nanoseconds since 1970, as text because it is beyond what numbers hold. */
  timestamp_ns: z.string(),
  severity,
  service: z.string(),
  line: z.string(),
  labels: z.record(z.string(), z.string()),
  metadata: z.record(z.string(), z.string()),
  /** Taken from the line where it is JSON or logfmt. */
  fields: z.record(z.string(), z.string()),
})

const Scan = z.object({
  lines: count,
  bytes: count,
  blocks: count,
  blocks_skipped: count,
  took_ms: z.number(),
})

const span = {
  query: filterText,
  from: timeQuery.optional().describe('Defaults to an hour before `to`'),
  to: timeQuery.optional().describe('Defaults to now'),
}

const Histogram = z.object({
  from: time,
  bucket_ms: z.number(),
  /** Lines per bucket for each severity that occurs. */
  counts: z.partialRecord(severity, z.array(count)),
})

export const View = z.object({
  id: z.string(),
  name: z.string(),
  query: z.string(),
  /** Columns to show: names of fields. */
  columns: z.array(z.string()),
  owner_id: z.string(),
  owner_username: z.string().nullable(),
  shared: z.boolean(),
  can_edit: z.boolean(),
  created_at: time,
  updated_at: time,
})

const viewBody = z.strictObject({
  name: z.string().trim().min(1, 'Write a name').max(100),
  query: z.string().max(5_000).default(''),
  columns: z.array(z.string().min(1).max(200)).max(20).default([]),
  shared: z.boolean().default(false).describe('Others see it too'),
})

export const RedactionRule = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'Write 1 to 40 of a-z, 0-9, "_" and "-"'),
  pattern: z.string().min(1).max(1_000).describe('RE2 syntax; what matches is replaced by ‹redacted:name›'),
  enabled: z.boolean(),
})

export const logsEndpoints = {
  services: {
    method: 'GET',
    path: '/logs/services',
    summary: 'List the services that have logs',
    access: 'logs:read',
    reply: z.object({
      services: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          status: z.enum(['running', 'silent']).describe('`running`: a line came within the last five minutes'),
          log_level: z.string().describe('Least severe level among the lines kept'),
          lines: count,
          last_line_at: time,
        }),
      ),
    }),
  },
  views: {
    method: 'GET',
    path: '/logs/views',
    summary: 'List saved views, own and shared',
    access: 'logs:read',
    reply: z.object({ views: z.array(View) }),
  },
  createView: {
    method: 'POST',
    path: '/logs/views',
    summary: 'Save a view',
    access: 'logs:read',
    status: 201,
    body: viewBody,
    reply: View,
    errors: ['CONFLICT'],
  },
  updateView: {
    method: 'PUT',
    path: '/logs/views/{id}',
    summary: 'Change a saved view',
    access: 'logs:read',
    params: z.object({ id: z.string().min(1).max(128) }),
    body: viewBody.partial(),
    reply: View,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  deleteView: {
    method: 'DELETE',
    path: '/logs/views/{id}',
    summary: 'Delete a saved view',
    access: 'logs:read',
    params: z.object({ id: z.string().min(1).max(128) }),
    reply: done,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  redaction: {
    method: 'GET',
    path: '/logs/redaction',
    summary: 'Read what is taken out of lines before they are stored',
    access: 'settings:read',
    reply: z.object({ rules: z.array(RedactionRule), built_in: z.array(z.string()) }),
  },
  setRedaction: {
    method: 'PUT',
    path: '/logs/redaction',
    summary: 'Change what is taken out of lines before they are stored',
    access: 'settings:configure',
    body: z.strictObject({ rules: z.array(RedactionRule).max(100) }),
    reply: z.object({ rules: z.array(RedactionRule), built_in: z.array(z.string()) }),
  },
  search: {
    method: 'POST',
    path: '/logs/search',
    summary: 'Search, with the volume over time and the exact or bounded total',
    access: 'logs:read',
    rate: 'logs',
    question: ['body', 'query'],
    body: z.strictObject({
      ...span,
      direction: z.enum(['backward', 'forward']).default('backward'),
      limit: z.number().int().min(1).max(5_000).default(500),
      offset: z.number().int().min(0).max(1_000_000).default(0),
      count_max: z.number().int().min(0).max(100_000_000).default(1_000_000).describe('Count no further than this'),
      buckets: z.number().int().min(0).max(500).default(0).describe('Bars of the histogram; 0 leaves it out'),
    }),
    reply: z.object({
      rows: z.array(LogRow),
      total: z.object({ count, exact: z.boolean() }).nullable(),
      has_more: z.boolean(),
      histogram: Histogram.nullable(),
      scanned: Scan,
      /** Terms of the query, each with how many lines it alone would leave; only where nothing matches. */
      hints: z.array(z.object({ term: z.string(), without: count })),
    }),
    errors: ['LIMIT_EXCEEDED', 'QUERY_TIMEOUT'],
    example: {
      body: { query: 'service:api level:error "connection refused"', from: '2026-11-22T08:00:00Z', buckets: 60 },
    },
  },
  context: {
    method: 'GET',
    path: '/logs/context/{row_id}',
    summary: 'Read the lines around one line',
    access: 'logs:read',
    rate: 'logs',
    params: z.object({ row_id: z.string().regex(/^\d{1,19}\.[0-9a-f]{8}$/, 'Write <nanoseconds>.<8 hex digits>') }),
    query: z.object({
      before: z.coerce.number().int().min(0).max(1_000).default(100),
      after: z.coerce.number().int().min(0).max(1_000).default(100),
    }),
    reply: z.object({ rows: z.array(LogRow) }),
    errors: ['RESOURCE_NOT_FOUND'],
  },
  facet: {
    method: 'GET',
    path: '/logs/facet',
    summary: 'Count the commonest values of a field',
    access: 'logs:read',
    rate: 'logs',
    question: ['query', 'query'],
    query: z.object({
      ...span,
      field: z.string().min(1).max(200),
      top: z.coerce.number().int().min(1).max(100).default(10),
    }),
    reply: z.object({
      values: z.array(z.object({ value: z.string(), count })),
      sampled: count.describe('Newest matching lines that were looked at'),
    }),
  },
  export: {
    method: 'GET',
    path: '/logs/export',
    summary: 'Download what a search finds',
    access: 'logs:read',
    rate: 'logs',
    query: z.object({ ...span, format: z.enum(['ndjson', 'csv', 'txt']).default('ndjson') }),
    produces: 'application/x-ndjson',
    reply: z.string(),
  },
  read: {
    method: 'GET',
    path: '/logs/{service_id}',
    summary: "Read one service's lines, newest first",
    description: '`all` stands for every service.',
    access: 'logs:read',
    rate: 'logs',
    params: z.object({ service_id: z.string().min(1).max(2_048) }),
    query: z.object({
      level: z
        .string()
        .max(200)
        .optional()
        .describe('One or several, with commas, in any spelling: `ERROR`, `warn`, `30`'),
      start_time: timeQuery.optional().describe('Defaults to the beginning of what is kept'),
      end_time: timeQuery.optional().describe('Defaults to now'),
      search: z.string().max(5_000).optional(),
      ...pageQuery(1_000, 5_000),
    }),
    reply: z.object({
      logs: z.array(LogLine),
      total: count,
      /** False where counting stopped early: then there are at least so many. */
      total_exact: z.boolean(),
      has_more: z.boolean(),
    }),
    errors: ['LIMIT_EXCEEDED', 'QUERY_TIMEOUT'],
  },
  write: {
    method: 'POST',
    path: '/logs/{service_id}',
    summary: 'Send lines of one service: JSON lines, a JSON array, or plain text',
    access: 'logs:write',
    rate: 'protocol',
    params: z.object({ service_id: z.string().min(1).max(2_048) }),
    consumes: 'bytes',
    reply: z.object({
      stored: count,
      duplicates: count,
      rejected: z.array(z.object({ reason: z.string(), count, example: z.string() })),
    }),
    errors: ['INSUFFICIENT_STORAGE'],
  },
  push: {
    method: 'POST',
    path: '/loki/api/v1/push',
    mount: 'root',
    dialect: 'loki',
    summary: 'Receive lines as Loki does: protobuf with snappy, or JSON',
    access: 'logs:write',
    rate: 'protocol',
    consumes: 'bytes',
    status: 204,
    reply: z.undefined(),
    errors: ['INSUFFICIENT_STORAGE'],
  },
  otlp: {
    method: 'POST',
    path: '/otlp/v1/logs',
    mount: 'root',
    summary: 'Receive logs by OpenTelemetry, protobuf or JSON',
    access: 'logs:write',
    rate: 'protocol',
    consumes: 'bytes',
    produces: 'application/x-protobuf',
    reply: z.string(),
    errors: ['INSUFFICIENT_STORAGE'],
  },
} satisfies Endpoints
