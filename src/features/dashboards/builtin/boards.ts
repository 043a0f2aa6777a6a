import type { Board } from '../board.ts'
import { bar, board, gauge, of, stat, status, table, text, timeseries } from './panels.ts'

const instance = {
  type: 'query',
  name: 'instance',
  label: 'Machine',
  query: 'label_values(system_cpu_utilization_ratio, instance)',
  multi: true,
  include_all: true,
} as const

const full = [
  { value: 0.85, level: 'warn' },
  { value: 0.95, level: 'error' },
] as const

const machine = 'instance=~"$instance"'
const share = (metric: string): string =>
  `sum by (instance) (${metric}{state="used",${machine}}) / sum by (instance) (${metric}{${machine}})`

const system = board(
  {
    title: 'System',
    description: 'Processor, memory, disks and network of the machines that report here.',
    tags: ['builtin', 'system'],
    variables: [instance],
  },
  [
    gauge('Processor', of(`avg(system_cpu_utilization_ratio{${machine}})`), {
      unit: 'ratio',
      max: 1,
      thresholds: [...full],
      w: 6,
      h: 6,
    }),
    gauge('Memory', of(`max(${share('system_memory_usage_bytes')})`), {
      unit: 'ratio',
      max: 1,
      thresholds: [...full],
      w: 6,
      h: 6,
    }),
    gauge('Disk', of(`max(${share('system_filesystem_usage_bytes')})`), {
      unit: 'ratio',
      max: 1,
      thresholds: [...full],
      w: 6,
      h: 6,
    }),
    stat('Machines', of(`count(system_cpu_utilization_ratio{${machine}})`), { w: 6, h: 6 }),
    timeseries('Processor', of(`system_cpu_utilization_ratio{${machine}}`, '{{instance}}'), {
      unit: 'ratio',
      max: 1,
      filled: true,
      w: 12,
      h: 8,
    }),
    timeseries('Memory', of(`system_memory_usage_bytes{${machine}}`, '{{instance}} {{state}}'), {
      unit: 'bytes',
      stacked: true,
      w: 12,
      h: 8,
    }),
    timeseries(
      'Network',
      of(
        `sum by (instance, network_io_direction) (rate(system_network_io_bytes_total{${machine}}[$__rate_interval]))`,
        '{{instance}} {{network_io_direction}}',
      ),
      { unit: 'bytes_per_second', w: 12, h: 8 },
    ),
    timeseries(
      'Disk reads and writes',
      of(
        `sum by (instance, disk_io_direction) (rate(system_disk_io_bytes_total{${machine}}[$__rate_interval]))`,
        '{{instance}} {{disk_io_direction}}',
      ),
      { unit: 'bytes_per_second', w: 12, h: 8 },
    ),
    bar('Disk space', of(`system_filesystem_usage_bytes{${machine}}`, '{{instance}} {{state}}'), {
      unit: 'bytes',
      w: 12,
      h: 6,
    }),
    timeseries('Disk in use', of(share('system_filesystem_usage_bytes'), '{{instance}}'), {
      unit: 'ratio',
      max: 1,
      thresholds: [...full],
      w: 12,
      h: 6,
    }),
  ],
)

const request = 'http_server_request_duration_seconds'
const routed = 'http_route=~"$route",http_request_method=~"$method"'
const failed = `${routed},http_response_status_code=~"5.."`
const quantile = (q: number, by = ''): string =>
  `histogram_quantile(${q}, sum by (le${by}) (rate(${request}_bucket{${routed}}[$__rate_interval])))`

const http = board(
  {
    title: 'HTTP',
    description: 'Rate, errors and duration of the requests that are served here.',
    tags: ['builtin', 'http'],
    variables: [
      {
        type: 'query',
        name: 'route',
        label: 'Route',
        query: `label_values(${request}_count, http_route)`,
        multi: true,
        include_all: true,
      },
      {
        type: 'query',
        name: 'method',
        label: 'Method',
        query: `label_values(${request}_count, http_request_method)`,
        multi: true,
        include_all: true,
      },
    ],
  },
  [
    stat('Requests', of(`sum(rate(${request}_count{${routed}}[$__rate_interval]))`), {
      unit: 'per_second',
      w: 6,
      h: 5,
    }),
    stat(
      'Errors',
      of(
        `(sum(rate(${request}_count{${failed}}[$__rate_interval])) or vector(0)) / sum(rate(${request}_count{${routed}}[$__rate_interval]))`,
      ),
      {
        unit: 'ratio',
        thresholds: [
          { value: 0, level: 'ok' },
          { value: 0.01, level: 'warn' },
          { value: 0.05, level: 'error' },
        ],
        w: 6,
        h: 5,
      },
    ),
    stat('Half are faster than', of(quantile(0.5)), { unit: 'seconds', w: 6, h: 5 }),
    stat('95 % are faster than', of(quantile(0.95)), { unit: 'seconds', w: 6, h: 5 }),
    timeseries(
      'Requests by status',
      of(
        `sum by (http_response_status_code) (rate(${request}_count{${routed}}[$__rate_interval]))`,
        '{{http_response_status_code}}',
      ),
      { unit: 'per_second', stacked: true, w: 12, h: 8 },
    ),
    timeseries('Duration', [of(quantile(0.5), 'p50'), of(quantile(0.95), 'p95'), of(quantile(0.99), 'p99')], {
      unit: 'seconds',
      w: 12,
      h: 8,
    }),
    bar(
      'Busiest routes',
      of(
        `topk(10, sum by (http_request_method, http_route) (rate(${request}_count{${routed}}[$__rate_interval])))`,
        '{{http_request_method}} {{http_route}}',
      ),
      { unit: 'per_second', w: 12, h: 8 },
    ),
    table('Slowest routes, 95 %', of(`topk(10, ${quantile(0.95, ', http_request_method, http_route')})`), {
      unit: 'seconds',
      w: 12,
      h: 8,
    }),
    timeseries(
      'Errors by route',
      of(`sum by (http_route) (rate(${request}_count{${failed}}[$__rate_interval]))`, '{{http_route}}'),
      { unit: 'per_second', w: 24, h: 6 },
    ),
  ],
)

// Our own names first, then those that cAdvisor has.
const containerCpu = `(sum by (container_name) (rate(container_cpu_time_seconds_total[$__rate_interval])) or sum by (name) (rate(container_cpu_usage_seconds_total{name!=""}[$__rate_interval])))`
const containerMemory = `(sum by (container_name) (container_memory_usage_bytes{container_name!=""}) or sum by (name) (container_memory_working_set_bytes{name!=""}))`
const containerName = '{{container_name}}{{name}}'

const containers = board(
  {
    title: 'Containers',
    description: 'Processor, memory and network of containers.',
    tags: ['builtin', 'containers'],
  },
  [
    text(
      'Shows containers once something reports them: `container_cpu_time_seconds_total` and `container_memory_usage_bytes` by OpenTelemetry, or a scraped **cAdvisor**.',
      { w: 24, h: 2 },
    ),
    stat('Containers', of(`count(${containerMemory})`), { w: 6, h: 5 }),
    stat('Processor in all', of(`sum(${containerCpu})`), { w: 6, h: 5, decimals: 2 }),
    stat('Memory in all', of(`sum(${containerMemory})`), { w: 6, h: 5, unit: 'bytes' }),
    stat('Received', of('sum(rate(container_network_receive_bytes_total[$__rate_interval]))'), {
      w: 6,
      h: 5,
      unit: 'bytes_per_second',
    }),
    timeseries('Processor', of(`topk(12, ${containerCpu})`, containerName), { w: 12, h: 8, decimals: 2 }),
    timeseries('Memory', of(`topk(12, ${containerMemory})`, containerName), { w: 12, h: 8, unit: 'bytes' }),
    bar('Most memory', of(`topk(10, ${containerMemory})`, containerName), { w: 12, h: 8, unit: 'bytes' }),
    bar('Most processor', of(`topk(10, ${containerCpu})`, containerName), { w: 12, h: 8, decimals: 2 }),
  ],
)

const miktos = board(
  {
    title: 'Miktos itself',
    description: 'The health of this server: its parts, its process, its database and its cache.',
    tags: ['builtin', 'miktos'],
  },
  [
    stat('Up for', of('time() - max(process_start_time_seconds{job="miktos"})'), { unit: 'seconds', w: 6, h: 5 }),
    stat('Memory', of('sum(process_resident_memory_bytes{job="miktos"})'), { unit: 'bytes', w: 6, h: 5 }),
    stat('Sessions', of('max(miktos_active_sessions)'), { w: 6, h: 5 }),
    stat('Live sockets', of('sum(miktos_ws_clients)'), { w: 6, h: 5 }),
    status('Parts', of('min by (component) (miktos_component_up)', '{{component}}'), {
      thresholds: [
        { value: 0, level: 'error' },
        { value: 1, level: 'ok' },
      ],
      w: 24,
      h: 9,
    }),
    timeseries('Processor', of('rate(process_cpu_seconds_total{job="miktos"}[$__rate_interval])', 'cores'), {
      decimals: 2,
      filled: true,
      w: 12,
      h: 8,
    }),
    timeseries(
      'Memory',
      [
        of('process_resident_memory_bytes{job="miktos"}', 'resident'),
        of('v8js_memory_heap_used_bytes{job="miktos"}', 'heap'),
      ],
      { unit: 'bytes', w: 12, h: 8 },
    ),
    timeseries(
      'Database, 95 % of the operations are faster than',
      of(
        'histogram_quantile(0.95, sum by (le, db_operation_name) (rate(db_client_operation_duration_seconds_bucket[$__rate_interval])))',
        '{{db_operation_name}}',
      ),
      { unit: 'seconds', w: 12, h: 8 },
    ),
    timeseries('Longest delay of the event loop', of('nodejs_eventloop_delay_max_seconds', 'delay'), {
      unit: 'seconds',
      w: 12,
      h: 8,
    }),
    timeseries(
      'Cache',
      [
        of('rate(miktos_cache_hits_total[$__rate_interval])', 'hits'),
        of('rate(miktos_cache_misses_total[$__rate_interval])', 'misses'),
      ],
      { unit: 'per_second', w: 12, h: 8 },
    ),
    timeseries('Open files and threads', [of('process_open_fds', 'files'), of('process_threads', 'threads')], {
      w: 12,
      h: 8,
    }),
  ],
)

/** Dashboards that every installation has, by id. */
export const builtinBoards: ReadonlyMap<string, Board> = new Map([
  ['system-overview', system],
  ['api-metrics', http],
  ['containers', containers],
  ['miktos', miktos],
])
