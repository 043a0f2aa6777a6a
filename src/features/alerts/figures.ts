/** A figure of this product as PromQL over the metrics that it keeps of itself and of its machine. */
export interface Figure {
  unit: 'percent' | 'milliseconds' | 'bytes' | 'per_second' | 'count'
  description: string
  expr: string
}

const requests = 'http_server_request_duration_seconds'
const failed = `${requests}_count{http_response_status_code=~"5.."}`
const percentile = (share: number): string =>
  `1000 * histogram_quantile(${share}, sum by (instance, le) (rate(${requests}_bucket[1m])))`

/** Of all requests of a minute: none is counted as no failures, and no requests at all as nothing known. */
const errorRate = `100 * (sum by (instance) (rate(${failed}[1m])) or 0 * sum by (instance) (rate(${requests}_count[1m]))) / (sum by (instance) (rate(${requests}_count[1m])) > 0)`

const used = 'system_filesystem_usage_bytes{state="used"}'

/** Names are those of the samples of this server, `GET /metrics` and the sources. */
export const figures: Record<string, Figure> = {
  cpu_usage: {
    unit: 'percent',
    description: 'Processors in use, of each machine',
    expr: '100 * avg by (instance) (system_cpu_utilization_ratio)',
  },
  memory_usage: {
    unit: 'percent',
    description: 'Memory in use, of each machine',
    expr: '100 * sum by (instance) (system_memory_usage_bytes{state="used"}) / sum by (instance) (system_memory_usage_bytes)',
  },
  disk_usage: {
    unit: 'percent',
    description: 'Space in use, of each file system',
    expr: `100 * sum by (instance, system_filesystem_mountpoint) (${used}) / sum by (instance, system_filesystem_mountpoint) (system_filesystem_usage_bytes)`,
  },
  error_rate: { unit: 'percent', description: 'Requests answered with 5xx, of a minute', expr: errorRate },
  response_time: {
    unit: 'milliseconds',
    description: 'What 95 of 100 requests take at most, of a minute',
    expr: percentile(0.95),
  },
  response_time_p50: { unit: 'milliseconds', description: 'What half of the requests take', expr: percentile(0.5) },
  response_time_p95: {
    unit: 'milliseconds',
    description: 'What 95 of 100 requests take at most',
    expr: percentile(0.95),
  },
  requests_per_second: {
    unit: 'per_second',
    description: 'Requests, over a minute',
    expr: `sum by (instance) (rate(${requests}_count[1m]))`,
  },
  process_memory: {
    unit: 'bytes',
    description: 'Memory of each process that reports here',
    expr: 'max by (instance, job) (process_resident_memory_bytes)',
  },
  active_sessions: { unit: 'count', description: 'Login sessions', expr: 'max by (instance) (miktos_active_sessions)' },
}

/** PromQL of what a threshold is set on: a figure, or a metric by its name. */
export function figureExpression(metric: string): string {
  const known = Object.hasOwn(figures, metric) ? figures[metric] : undefined
  return known?.expr ?? (/^[a-zA-Z_:][\w:]*$/.test(metric) ? metric : `{__name__=${JSON.stringify(metric)}}`)
}
