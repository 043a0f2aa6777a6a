import type { Backend, RemoteHealth } from '../backend.ts'
import { fanout } from '../fanout.ts'
import type { RemoteOptions } from '../remote/remote.ts'
import { openEmbeddedMetrics, type EmbeddedMetricsOptions, type MetricsHealth } from './embedded/index.ts'
import type { MetricStore } from './metrics.ts'

export interface BackedMetrics {
  store: MetricStore
  health(): MetricsHealth & { remote: RemoteHealth | null }
  configure(bounds: { retentionMs: number; bytesMax: number }): Promise<void>
}

type Options = EmbeddedMetricsOptions & { warn: NonNullable<EmbeddedMetricsOptions['warn']> }

const nothingHere: MetricsHealth = {
  bytes: 0,
  walBytes: 0,
  headBytes: 0,
  files: 0,
  series: 0,
  quarantinedFiles: 0,
  damagedRegions: 0,
  isDiskFull: false,
}

/** The store of metrics that the settings name. */
export async function openMetricsBackend(backend: Backend, options: Options): Promise<BackedMetrics> {
  const prometheus = backend.mode === 'embedded' ? null : await prometheusOf(backend.remote)
  if (prometheus && backend.mode === 'remote') {
    return {
      store: prometheus,
      health: () => ({ ...nothingHere, remote: { lastFailure: prometheus.lastFailure(), spool: null } }),
      // How long it keeps what it has is its own affair.
      configure: async () => undefined,
    }
  }
  const embedded = await openEmbeddedMetrics(options)
  if (!prometheus || backend.mode !== 'fanout') {
    return {
      store: embedded,
      health: () => ({ ...embedded.health(), remote: null }),
      configure: (bounds) => embedded.configure(bounds),
    }
  }
  const { spoolDir: dir, spoolBytesMax: bytesMax } = backend
  const { store, figures } = fanout(embedded, prometheus, { dir, bytesMax, warn: options.warn })
  return {
    store,
    health: () => ({ ...embedded.health(), remote: { lastFailure: prometheus.lastFailure(), spool: figures() } }),
    configure: (bounds) => embedded.configure(bounds),
  }
}

/** Loaded where it is used: what parses its answers takes 4 MB of the thread. */
async function prometheusOf(remote: RemoteOptions) {
  const { openPrometheus } = await import('./prometheus.ts')
  return openPrometheus(remote)
}
