export interface Starter {
  label: string
  expression: string
  /** Metrics without which it would be empty. */
  needs: string[]
}

export const startersShown = 8

/** What people ask first, the most wanted first. */
const known: Starter[] = [
  {
    label: 'Processor use',
    expression: 'system_cpu_utilization_ratio',
    needs: ['system_cpu_utilization_ratio'],
  },
  {
    label: 'Memory of the machine',
    expression: 'system_memory_usage_bytes',
    needs: ['system_memory_usage_bytes'],
  },
  {
    label: 'GPU memory',
    expression: 'gpu_memory_used_bytes',
    needs: ['gpu_memory_used_bytes'],
  },
  {
    label: 'Requests per second by route',
    expression: 'sum by (http_route) (rate(http_server_request_duration_seconds_count[5m]))',
    needs: ['http_server_request_duration_seconds_count'],
  },
  {
    label: 'Requests that failed',
    expression:
      'sum(rate(http_server_request_duration_seconds_count{http_response_status_code=~"5.."}[5m])) / sum(rate(http_server_request_duration_seconds_count[5m]))',
    needs: ['http_server_request_duration_seconds_count'],
  },
  {
    label: 'Response time, 95th percentile',
    expression: 'histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket[5m])))',
    needs: ['http_server_request_duration_seconds_bucket'],
  },
  {
    label: 'Tokens per minute by model',
    expression: 'sum by (gen_ai_request_model) (rate(gen_ai_client_token_usage_sum[5m])) * 60',
    needs: ['gen_ai_client_token_usage_sum'],
  },
  {
    label: 'Network traffic',
    expression: 'rate(system_network_io_bytes_total[5m])',
    needs: ['system_network_io_bytes_total'],
  },
  {
    label: 'Disk traffic',
    expression: 'rate(system_disk_io_bytes_total[5m])',
    needs: ['system_disk_io_bytes_total'],
  },
  {
    label: 'Space on file systems',
    expression: 'system_filesystem_usage_bytes',
    needs: ['system_filesystem_usage_bytes'],
  },
  {
    label: 'Database, 95th percentile',
    expression: 'histogram_quantile(0.95, sum by (le) (rate(db_client_operation_duration_seconds_bucket[5m])))',
    needs: ['db_client_operation_duration_seconds_bucket'],
  },
  {
    label: 'Memory of the process',
    expression: 'process_resident_memory_bytes',
    needs: ['process_resident_memory_bytes'],
  },
  {
    label: 'Delay of the event loop',
    expression: 'nodejs_eventloop_delay_max_seconds',
    needs: ['nodejs_eventloop_delay_max_seconds'],
  },
  { label: 'What is scraped and answers', expression: 'up', needs: ['up'] },
]

/** The first eight that the metrics at hand can answer; where they do not suffice, metrics as they come. */
export function startersOf(names: readonly string[]): Starter[] {
  const held = new Set(names)
  const fitting = known.filter(({ needs }) => needs.every((name) => held.has(name)))
  const used = new Set(fitting.flatMap(({ needs }) => needs))
  const others = names
    .filter((name) => !used.has(name) && !/_(bucket|sum|created|info)$/.test(name))
    .map((name) => ({
      label: name,
      expression: /_(total|count)$/.test(name) ? `rate(${name}[5m])` : name,
      needs: [name],
    }))
  return [...fitting, ...others].slice(0, startersShown)
}
