import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { done, time, timeQuery } from '#kernel/page.ts'

const plainStatus = z.enum(['ok', 'degraded', 'down'])
const spokenStatus = z.enum(['healthy', 'degraded', 'unhealthy'])
const count = z.number().int()

const promText = 'text/plain; version=0.0.4; charset=utf-8'
const scrapeAccess =
  'Needs the permission metrics:read, or an address listed in `metrics_open_to`. OpenMetrics by `Accept: application/openmetrics-text`.'

/** What load balancers, orchestrators and scrapers ask, outside the API. */
export const probeEndpoints = {
  open: {
    method: 'GET',
    path: '/health',
    mount: 'root',
    summary: 'Whether Miktos works, in one word',
    access: 'public',
    rate: 'unlimited',
    reply: z.object({ status: plainStatus }),
    example: { reply: { status: 'ok' } },
  },
  ready: {
    method: 'GET',
    path: '/readyz',
    aliases: ['/healthz'],
    mount: 'root',
    summary: 'Whether this server takes requests',
    description:
      '503 while it starts, while it shuts down and while the database is away. `?verbose` lists the components for callers who may see them.',
    access: 'public',
    rate: 'unlimited',
    query: z.object({ verbose: z.string().max(10).optional() }),
    reply: z.object({
      status: z.enum(['ok', 'degraded', 'down', 'starting', 'draining']),
      components: z.record(z.string(), z.object({ status: plainStatus, details: z.string() })).optional(),
    }),
    example: { reply: { status: 'ok' } },
  },
  live: {
    method: 'GET',
    path: '/livez',
    mount: 'root',
    summary: 'Whether the process answers at all',
    access: 'public',
    rate: 'unlimited',
    reply: z.object({ status: z.literal('ok') }),
  },
  scrape: {
    method: 'GET',
    path: '/metrics',
    mount: 'root',
    summary: 'All metrics as Prometheus text',
    description: scrapeAccess,
    access: 'public',
    rate: 'unlimited',
    reply: z.string(),
    produces: promText,
    errors: ['UNAUTHENTICATED', 'PERMISSION_DENIED'],
  },
} as const satisfies Endpoints

const Component = z.looseObject({
  status: spokenStatus,
  /** Milliseconds. */
  latency: z.number().nullable(),
})

export const systemEndpoints = {
  health: {
    method: 'GET',
    path: '/health',
    summary: 'Health of every component',
    description: 'Without credentials only `status`. `cpu_usage` and `memory_usage` are percent, `latency` is ms.',
    access: 'public',
    rate: 'unlimited',
    reply: z.object({
      status: spokenStatus,
      components: z.record(z.string(), Component).optional(),
      metrics: z.object({ cpu_usage: z.number(), memory_usage: z.number(), active_sessions: count }).optional(),
    }),
    example: {
      reply: {
        status: 'healthy',
        components: {
          database: { status: 'healthy', latency: 0.4 },
          cache: { status: 'healthy', latency: 0 },
          websocket: { status: 'healthy', latency: 0, connected_clients: 2 },
        },
        metrics: { cpu_usage: 12.4, memory_usage: 41.8, active_sessions: 3 },
      },
    },
  },
  adminHealth: {
    method: 'GET',
    path: '/admin/system/health',
    summary: 'Health of every component, and this process',
    access: 'system:read',
    reply: z.object({
      status: plainStatus,
      timestamp: time,
      components: z.record(
        z.string(),
        z.object({
          status: plainStatus,
          details: z.string(),
          latency_ms: z.number().nullable(),
          figures: z.record(z.string(), z.number()),
        }),
      ),
      process_info: z.object({
        pid: count,
        cpu_percent: z.number(),
        memory_percent: z.number(),
        threads: count.nullable(),
        open_files: count,
        connections: count,
        /** Unix time with a fraction, as other tools for processes write it. */
        create_time: z.number(),
      }),
      version: z.string(),
    }),
  },
  info: {
    method: 'GET',
    path: '/system/info',
    summary: 'Version, services and resources of this server',
    access: ['system:read', 'dashboard:read'],
    reply: z.object({
      version: z.string(),
      environment: z.string(),
      uptime_seconds: count,
      services: z.record(z.string(), spokenStatus),
      resources: z.object({
        total_cpu_cores: count,
        total_memory_gb: z.number(),
        total_disk_gb: z.number(),
        used_cpu_percent: z.number(),
        used_memory_gb: z.number(),
        used_disk_gb: z.number(),
      }),
    }),
  },
  stats: {
    method: 'GET',
    path: '/admin/stats',
    summary: 'How many there are of what',
    description: '`users.active` may log in; `users.online` used a session within the life of an access token.',
    access: 'dashboard:read',
    reply: z.object({
      users: z.object({ total: count, active: count, online: count, pending: count }),
      projects: z.object({
        total: count,
        by_status: z.object({ NONE: count, PENDING: count, PROCESSING: count, COMPLETED: count }),
      }),
      messages: z.object({ total: count, last_24h: count }),
      system: z.object({ version: z.string(), environment: z.string(), server_time: time }),
      cache: z.object({ total_keys: count, hit_rate: z.number(), memory_usage_mb: z.number() }),
    }),
  },
  landing: {
    method: 'GET',
    path: '/admin',
    summary: 'The console for a browser, links for everybody else',
    access: 'public',
    reply: z.object({ console: z.string(), links: z.record(z.string(), z.string()) }),
    errors: ['UNAUTHENTICATED', 'PERMISSION_DENIED'],
  },
  samples: {
    method: 'GET',
    path: '/metrics',
    summary: 'Samples of the last hour, newest first',
    access: 'metrics:read',
    rate: 'metrics',
    query: z.object({
      limit: z.coerce.number().int().min(1).max(50_000).default(50),
      type: z.string().max(500).optional().describe('One type or several with commas between them; all when left out'),
      since: timeQuery.optional(),
    }),
    reply: z.object({
      metrics: z.array(z.object({ type: z.string(), value: z.number(), unit: z.string(), timestamp: time })),
      types: z.array(z.string()),
      total: count,
    }),
    example: { query: { type: 'cpu_usage', limit: 50 } },
  },
  prometheus: {
    method: 'GET',
    path: '/metrics/prometheus',
    summary: 'All metrics as Prometheus text',
    description: scrapeAccess,
    access: 'public',
    rate: 'unlimited',
    reply: z.string(),
    produces: promText,
    errors: ['UNAUTHENTICATED', 'PERMISSION_DENIED'],
  },
  cache: {
    method: 'GET',
    path: '/admin/cache',
    summary: 'What the cache holds and how often it helps',
    access: 'system:read',
    reply: z.object({
      details: z.string(),
      total_keys: count,
      hit_rate: z.number(),
      hits: count,
      misses: count,
      memory_usage_bytes: count,
      memory_usage_bytes_max: count,
    }),
  },
  invalidateModel: {
    method: 'POST',
    path: '/admin/cache/invalidate/{model_id*}',
    summary: 'Forget the cached answers of one model',
    description: 'The id may hold slashes, encoded or not: `openai/gpt-4`.',
    access: 'system:write',
    params: z.object({ model_id: z.string().min(1).max(255) }),
    reply: z.object({ success: z.literal(true), model_id: z.string(), entries_removed: count, timestamp: time }),
  },
  clearCache: {
    method: 'POST',
    path: '/system/clear-cache',
    summary: 'Forget everything that is cached',
    access: 'system:write',
    reply: done.extend({ entries_removed: count, timestamp: time }),
  },
  database: {
    method: 'GET',
    path: '/admin/database',
    summary: 'Size, tables and speed of the database',
    description: 'Rows are counted up to `rows_counted_max`; a table that has that many may have more.',
    access: 'system:read',
    reply: z.object({
      dialect: z.enum(['sqlite', 'postgres', 'mysql']),
      description: z.string(),
      latency_ms: z.number(),
      size_bytes: count,
      tables: z.array(z.object({ name: z.string(), rows: count })),
      rows_counted_max: count,
      queries: z.object({ per_second: z.number(), p50_ms: z.number().nullable(), p95_ms: z.number().nullable() }),
    }),
  },
  maintainDatabase: {
    method: 'POST',
    path: '/admin/database/maintenance',
    summary: 'Bring the statistics and files of the database in order',
    access: 'system:configure',
    reply: done.extend({
      steps: z.array(z.string()),
      size_bytes_before: count,
      size_bytes: count,
      duration_ms: z.number(),
      timestamp: time,
    }),
  },
} as const satisfies Endpoints
