/** What is sampled, and in which unit. */
export const sampleUnits = {
  cpu_usage: 'percent',
  memory_usage: 'percent',
  disk_usage: 'percent',
  disk_read: 'bytes_per_second',
  disk_write: 'bytes_per_second',
  network_receive: 'bytes_per_second',
  network_transmit: 'bytes_per_second',
  process_cpu: 'percent',
  process_memory: 'bytes',
  event_loop_delay: 'milliseconds',
  requests_per_second: 'per_second',
  error_rate: 'percent',
  response_time_p50: 'milliseconds',
  response_time_p95: 'milliseconds',
  database_time_p95: 'milliseconds',
  cache_hit_rate: 'percent',
  ws_clients: 'count',
  active_sessions: 'count',
} as const

export type SampleType = keyof typeof sampleUnits

export const sampleTypes = Object.keys(sampleUnits) as SampleType[]

/** The figures of one moment; what could not be measured then is absent. */
export type Sample = Partial<Record<SampleType, number>>

/** Called for every sample, one after the other. */
export type SampleSource = () => Promise<Sample>
