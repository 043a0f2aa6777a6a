import { Counter, Histogram, type Registry } from 'prom-client'
import { secondMs } from '#kernel/time.ts'
import type { StoreName, TelemetryObserver } from '../telemetry/observed.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { registerRead } from './read.ts'

const units: Record<StoreName, string> = { logs: 'log_lines', metrics: 'samples' }
const nouns: Record<StoreName, string> = { logs: 'Lines', metrics: 'Samples' }

/** Counts what comes into the stores and what is asked of them. */
export function telemetryObserver(registry: Registry): TelemetryObserver {
  const counters = { logs: countersOf(registry, 'logs'), metrics: countersOf(registry, 'metrics') }
  const queries = new Counter({
    name: 'miktos_search_queries_total',
    help: 'Queries of logs and of metrics',
    labelNames: ['store', 'outcome'],
    registers: [registry],
  })
  const durations = new Histogram({
    name: 'miktos_search_query_duration_seconds',
    help: 'Duration of queries of logs and of metrics, waiting for their turn included',
    labelNames: ['store'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  })
  return {
    ingested: (store, source, { stored, rejected }) => {
      if (stored > 0) counters[store].ingested.inc({ source }, stored)
      for (const { reason, count } of rejected) counters[store].dropped.inc({ reason }, count)
    },
    queried: (store, durationMs, succeeded) => {
      queries.inc({ store, outcome: succeeded ? 'ok' : 'failed' })
      durations.observe({ store }, durationMs / secondMs)
    },
  }
}

const countersOf = (registry: Registry, store: StoreName) => ({
  ingested: new Counter({
    name: `miktos_${units[store]}_ingested_total`,
    help: `${nouns[store]} stored, by how they came`,
    labelNames: ['source'],
    registers: [registry],
  }),
  dropped: new Counter({
    name: `miktos_${units[store]}_dropped_total`,
    help: `${nouns[store]} not stored, by why`,
    labelNames: ['reason'],
    registers: [registry],
  }),
})

/** What waits at the stores, what they refused, and how much they take on disk. */
export function registerTelemetry(registry: Registry, telemetry: Telemetry, stateBytes: () => Promise<number>): void {
  const { figures } = telemetry
  const byStore = (key: 'running' | 'waiting' | 'refused') => () => {
    const { logs, metrics } = figures().queries
    return { logs: logs[key], metrics: metrics[key] }
  }
  registerRead(registry, {
    kind: 'gauge',
    name: 'miktos_ingest_in_flight_bytes',
    help: 'Logs and metrics that wait to be stored',
    read: () => figures().ingest.bytes,
  })
  registerRead(registry, {
    kind: 'counter',
    name: 'miktos_ingest_refused_total',
    help: 'Requests and batches refused because too much waited to be stored',
    read: () => figures().ingest.refused,
  })
  registerRead(registry, {
    kind: 'gauge',
    name: 'miktos_search_queries_running',
    help: 'Queries that run',
    label: 'store',
    read: byStore('running'),
  })
  registerRead(registry, {
    kind: 'gauge',
    name: 'miktos_search_queries_waiting',
    help: 'Queries that wait for their turn',
    label: 'store',
    read: byStore('waiting'),
  })
  registerRead(registry, {
    kind: 'counter',
    name: 'miktos_search_queries_refused_total',
    help: 'Queries refused because too many waited',
    label: 'store',
    read: byStore('refused'),
  })
  registerRead(registry, {
    kind: 'gauge',
    name: 'miktos_store_bytes',
    help: 'Disk taken by logs, metrics, and the state database',
    label: 'kind',
    read: () => storeBytes(telemetry, stateBytes),
  })
}

/** A store that was not used yet is not started for being asked. */
async function storeBytes(
  { logs, metrics, states }: Telemetry,
  stateBytes: () => Promise<number>,
): Promise<Record<string, number>> {
  const running = states()
  const [logsBytes, metricsBytes, state] = await Promise.all([
    running.logs.running ? logs.stats().then(({ bytes }) => bytes) : undefined,
    running.metrics.running ? metrics.stats().then(({ bytes }) => bytes) : undefined,
    stateBytes(),
  ])
  return {
    ...(logsBytes !== undefined && { logs: logsBytes }),
    ...(metricsBytes !== undefined && { metrics: metricsBytes }),
    state,
  }
}
