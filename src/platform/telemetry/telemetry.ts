import { join } from 'node:path'
import { hourMs } from '#kernel/time.ts'
import type { Config } from '../config/config.ts'
import type { Logger } from '../logging/logging.ts'
import type { Backend } from './backend.ts'
import { bytesGate, slotsGate, type BytesGate, type SlotsGate } from './admission.ts'
import { defaultCaps, type IngestCaps } from './ingest/caps.ts'
import type { RedactionRule } from './ingest/redact.ts'
import { logsClient, type LogsClient } from './logs/client.ts'
import type { LogsMethods, LogsThreadData } from './logs/thread.ts'
import { metricsClient, type MetricsClient } from './metrics/client.ts'
import type { MetricsMethods, MetricsThreadData } from './metrics/thread.ts'
import { observedGate, observedLogs, observedMetrics, unobserved } from './observed.ts'
import { lazyThread, startThread, type Thread } from './thread/thread.ts'

type Store = 'logs' | 'metrics'

/** The stores of logs and metrics, each in a thread of its own that starts when it is first used. */
export interface Telemetry {
  logs: LogsClient
  metrics: MetricsClient
  /** What waits and what was refused. */
  figures(): { ingest: ReturnType<BytesGate['figures']>; queries: Record<Store, ReturnType<SlotsGate['figures']>> }
  states(): Record<Store, ReturnType<Thread<MetricsMethods>['state']>>
  /** Whether a body of so many bytes may come now. @throws AppError RATE_LIMITED */
  requireRoom(bytes: number): void
  /** Counts lines that were lost before they came to the store, under why. */
  lost(reason: string, lines: number): void
  /** From now on; the rules that are built in hold besides. */
  redactBy(rules: RedactionRule[]): void
  close(): Promise<void>
}

/** Queries that wait for their turn; a page of charts asks for many at once. */
const waitingMax = 200
const heapMbMax = 1_024

export function createTelemetry(config: Config, log: Logger, observer = unobserved): Telemetry {
  const ingest = bytesGate(config.get('ingest_bytes_in_flight_max'))
  let redaction: RedactionRule[] = []
  const logsQueries = observedGate(slotsGate(config.get('query_concurrency'), waitingMax), 'logs', observer)
  const metricsQueries = observedGate(slotsGate(config.get('query_concurrency'), waitingMax), 'metrics', observer)
  const logs = lazyThread<LogsMethods>(() =>
    startThread(new URL('logs/thread.ts', import.meta.url), {
      name: 'logs',
      data: (): LogsThreadData => ({
        dir: join(config.get('data_dir'), 'logs'),
        caps: capsOf(config),
        redaction,
        backend: logsBackend(config),
        ...logsBounds(config),
      }),
      log: log.child({ component: 'telemetry' }),
      heapMbMax,
    }),
  )
  const metrics = lazyThread<MetricsMethods>(() =>
    startThread(new URL('metrics/thread.ts', import.meta.url), {
      name: 'metrics',
      data: (): MetricsThreadData => ({
        dir: join(config.get('data_dir'), 'metrics'),
        caps: capsOf(config),
        backend: metricsBackend(config),
        ...metricsBounds(config),
      }),
      log: log.child({ component: 'telemetry' }),
      heapMbMax,
    }),
  )
  /** A store that starts again meanwhile is started with what holds then. */
  const told = (call: Promise<unknown>): void =>
    void call.catch((error: unknown) => log.warn({ component: 'telemetry', err: error }, 'a store was not told'))
  const stopListening = config.onChange((keys) => {
    if (logs.state().running && keys.some((key) => key.startsWith('logs_')))
      told(logs.call('configure', logsBounds(config)))
    if (metrics.state().running && keys.some((key) => key.startsWith('metrics_')))
      told(metrics.call('configure', metricsBounds(config)))
  })
  return {
    logs: observedLogs(logsClient(logs, config, ingest, logsQueries), observer),
    metrics: observedMetrics(metricsClient(metrics, config, ingest, metricsQueries), observer),
    figures: () => ({
      ingest: ingest.figures(),
      queries: { logs: logsQueries.figures(), metrics: metricsQueries.figures() },
    }),
    states: () => ({ logs: logs.state(), metrics: metrics.state() }),
    requireRoom: (bytes) => ingest.requireRoom(bytes),
    lost: (reason, count) => observer.ingested('logs', reason, { stored: 0, rejected: [{ reason, count }] }),
    redactBy: (rules) => {
      redaction = rules
      if (logs.state().running) told(logs.call('setRedaction', rules))
    },
    close: async () => {
      stopListening()
      await Promise.all([logs.close(), metrics.close()])
    },
  }
}

function logsBackend(config: Config): Backend {
  const remote = { url: config.get('loki_url'), token: config.get('loki_token'), tenant: config.get('loki_tenant') }
  return backendOf(config, config.get('logs_backend'), remote, 'logs-outgoing')
}

function metricsBackend(config: Config): Backend {
  const remote = {
    url: config.get('prometheus_url'),
    token: config.get('prometheus_token'),
    tenant: config.get('prometheus_tenant'),
  }
  return backendOf(config, config.get('metrics_backend'), remote, 'metrics-outgoing')
}

function backendOf(
  config: Config,
  mode: 'embedded' | 'loki' | 'prometheus' | 'fanout',
  { url, ...credentials }: { url: string | undefined; token: string | undefined; tenant: string | undefined },
  folder: string,
): Backend {
  if (mode === 'embedded' || url === undefined) return { mode: 'embedded' }
  const remote = { url, ...credentials }
  if (mode !== 'fanout') return { mode: 'remote', remote }
  return {
    mode,
    remote,
    spoolDir: join(config.get('data_dir'), folder),
    spoolBytesMax: config.get('fanout_bytes_max'),
  }
}

const logsBounds = (config: Config) => ({
  retentionMs: config.get('logs_retention_hours') * hourMs,
  bytesMax: config.get('logs_bytes_max'),
})

const metricsBounds = (config: Config) => ({
  retentionMs: config.get('metrics_retention_hours') * hourMs,
  bytesMax: config.get('metrics_bytes_max'),
})

/** Unpacked, a body may be four times as large as it came. */
const capsOf = (config: Config): IngestCaps => ({
  ...defaultCaps,
  encodedBytesMax: config.get('ingest_body_bytes_max'),
  decodedBytesMax: 4 * config.get('ingest_body_bytes_max'),
})
