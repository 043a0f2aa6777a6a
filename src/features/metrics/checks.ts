import type { Platform } from '#platform/platform.ts'
import { copyFigures, whatIsBehind } from '#platform/telemetry/backend.ts'

/** The store of metrics as a component of its own. It is not started for being asked. */
export function registerChecks({ health, telemetry }: Platform): void {
  health.register('metrics_store', async () => {
    const { running, lastFailure, restarts } = telemetry.states().metrics
    if (!running)
      return lastFailure === null
        ? { status: 'ok', details: 'Not used yet' }
        : { status: 'down', details: `Starting again: ${lastFailure}` }
    const { quarantinedFiles, damagedRegions, isDiskFull, remote } = await telemetry.metrics.health()
    const quarantined = quarantinedFiles + damagedRegions
    const { series, bytes } = await telemetry.metrics.stats()
    const figures = { series, bytes, quarantined, restarts, ...copyFigures(remote) }
    if (isDiskFull) return { status: 'degraded', details: 'The disk is almost full; nothing more is stored', figures }
    if (quarantined > 0) return { status: 'degraded', details: `${quarantined} damaged blocks were put aside`, figures }
    const behind = remote && whatIsBehind('Prometheus', remote)
    if (behind) return { status: 'degraded', details: behind, figures }
    return { status: 'ok', details: `${series} series in ${Math.round(bytes / 1e6)} MB`, figures }
  })
}
