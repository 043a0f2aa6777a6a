import type { SpoolFigures } from './remote/spool.ts'
import type { RemoteOptions } from './remote/remote.ts'

/** Where telemetry is kept: here, on another server, or on both. */
export type Backend =
  | { mode: 'embedded' }
  | { mode: 'remote'; remote: RemoteOptions }
  | { mode: 'fanout'; remote: RemoteOptions; spoolDir: string; spoolBytesMax: number }

/** How it stands with the other server; `spool` where it is the second of two. */
export interface RemoteHealth {
  lastFailure: string | null
  spool: SpoolFigures | null
}

/** What people should know of the copy in the second store; null when it has everything. */
export function whatIsBehind(server: string, { lastFailure, spool }: RemoteHealth): string | null {
  if (!spool) return null
  if (spool.dropped > 0) return `${spool.dropped} batches were left out of the copy in ${server}`
  return lastFailure === null ? null : `${server} is behind by ${spool.waiting} batches: ${lastFailure}`
}

/** Batches that the second store has not taken yet, and those that it will never have. */
export const copyFigures = (remote: RemoteHealth | null): Record<string, number> =>
  remote?.spool ? { copy_waiting: remote.spool.waiting, copy_dropped: remote.spool.dropped } : {}
