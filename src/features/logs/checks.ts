import type { Platform } from '#platform/platform.ts'
import { copyFigures, whatIsBehind } from '#platform/telemetry/backend.ts'

/** The store of logs as a component of its own. It is not started for being asked. */
export function registerChecks({ health, telemetry }: Platform): void {
  health.register('logs_store', async () => {
    const { running, lastFailure, restarts } = telemetry.states().logs
    if (!running)
      return lastFailure === null
        ? { status: 'ok', details: 'Not used yet' }
        : { status: 'down', details: `Starting again: ${lastFailure}` }
    const { quarantined, isDiskFull, remote } = await telemetry.logs.health()
    const { entries, bytes } = await telemetry.logs.stats()
    const figures = { entries, bytes, quarantined, restarts, ...copyFigures(remote) }
    if (isDiskFull) return { status: 'degraded', details: 'The disk is almost full; no more lines are stored', figures }
    if (quarantined > 0) return { status: 'degraded', details: `${quarantined} damaged blocks were put aside`, figures }
    const behind = remote && whatIsBehind('Loki', remote)
    if (behind) return { status: 'degraded', details: behind, figures }
    return { status: 'ok', details: `${entries} lines in ${Math.round(bytes / 1e6)} MB`, figures }
  })
}
