import type { Backend, RemoteHealth } from '../backend.ts'
import { fanout } from '../fanout.ts'
import { openEmbeddedLogs, type EmbeddedLogsOptions, type LogsHealth } from './embedded/index.ts'
import type { LogStore } from './logs.ts'
import type { LokiOptions } from './loki.ts'

export interface BackedLogs {
  store: LogStore
  health(): LogsHealth & { remote: RemoteHealth | null }
  configure(bounds: Bounds): Promise<void>
}

interface Bounds {
  retentionMs: number
  bytesMax: number
}

interface LogsBackendOptions extends Bounds {
  dir: string
  now: () => number
  warn: NonNullable<EmbeddedLogsOptions['warn']>
}

const nothingHere: LogsHealth = {
  quarantined: 0,
  lostBlocks: 0,
  tornBytes: 0,
  unsealedLines: 0,
  bytes: 0,
  isDiskFull: false,
}

/** The store of logs that the settings name. */
export async function openLogsBackend(backend: Backend, options: LogsBackendOptions): Promise<BackedLogs> {
  const { now, warn } = options
  const bounds = { retentionMs: options.retentionMs }
  const loki =
    backend.mode === 'embedded'
      ? null
      : await lokiOf({ ...backend.remote, now, warn, retentionMs: () => bounds.retentionMs })
  if (loki && backend.mode === 'remote') {
    return {
      store: loki,
      health: () => ({ ...nothingHere, remote: { lastFailure: loki.lastFailure(), spool: null } }),
      configure: async ({ retentionMs }) => void (bounds.retentionMs = retentionMs),
    }
  }
  const embedded = await openEmbeddedLogs(options)
  if (!loki || backend.mode !== 'fanout') {
    return {
      store: embedded,
      health: () => ({ ...embedded.health(), remote: null }),
      configure: (given) => embedded.configure(given),
    }
  }
  const { store, figures } = fanout(embedded, loki, { dir: backend.spoolDir, bytesMax: backend.spoolBytesMax, warn })
  return {
    store,
    health: () => ({ ...embedded.health(), remote: { lastFailure: loki.lastFailure(), spool: figures() } }),
    configure: (given) => embedded.configure(given),
  }
}

/** Loaded where it is used: what parses its answers and follows it takes 5 MB of the thread. */
async function lokiOf(options: LokiOptions) {
  const { openLoki } = await import('./loki.ts')
  return openLoki(options)
}
