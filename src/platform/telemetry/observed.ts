import type { SlotsGate } from './admission.ts'
import type { LogsClient } from './logs/client.ts'
import type { MetricsClient } from './metrics/client.ts'

export type StoreName = 'logs' | 'metrics'

interface Ingested {
  stored: number
  rejected: readonly { reason: string; count: number }[]
}

/** Told of what went through the stores; must neither wait nor throw. */
export interface TelemetryObserver {
  /** `source`: the protocol, or the part of Miktos that collected it. */
  ingested(store: StoreName, source: string, outcome: Ingested): void
  queried(store: StoreName, durationMs: number, succeeded: boolean): void
}

export const unobserved: TelemetryObserver = { ingested: () => undefined, queried: () => undefined }

export function observedLogs(client: LogsClient, { ingested }: TelemetryObserver): LogsClient {
  const counted = counting('logs', ingested)
  return {
    ...client,
    ingest: (format, ...rest) => counted(format, client.ingest(format, ...rest)),
    ingestOtlp: (...args) => counted('otlp', client.ingestOtlp(...args)),
    append: (batch, source = 'other') => counted(source, client.append(batch)),
  }
}

export function observedMetrics(client: MetricsClient, { ingested }: TelemetryObserver): MetricsClient {
  const counted = counting('metrics', ingested)
  return {
    ...client,
    ingest: (format, ...rest) => counted(format, client.ingest(format, ...rest)),
    ingestOtlp: (...args) => counted('otlp', client.ingestOtlp(...args)),
    append: (batch) => counted('other', client.append(batch)),
    scrape: (scrape) => counted(scrape.key === 'own' ? 'own' : 'scrape', client.scrape(scrape)),
  }
}

const counting =
  (store: StoreName, ingested: TelemetryObserver['ingested']) =>
  async <T extends Ingested>(source: string, work: Promise<T>): Promise<T> => {
    const outcome = await work
    ingested(store, source, outcome)
    return outcome
  }

/** Durations include the wait for a turn: so long a caller waits. */
export const observedGate = (gate: SlotsGate, store: StoreName, { queried }: TelemetryObserver): SlotsGate => ({
  ...gate,
  run: async (work, signal) => {
    const startedAt = performance.now()
    let succeeded = false
    try {
      const result = await gate.run(work, signal)
      succeeded = true
      return result
    } finally {
      queried(store, performance.now() - startedAt, succeeded)
    }
  },
})
