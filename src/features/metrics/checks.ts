import type { Platform } from '#platform/platform.ts'

/** The store of metrics as a component of its own. It is not started for being asked. */
export function registerChecks({ health, telemetry }: Platform): void {
  health.register('metrics_store', async () => {
    const { running, lastFailure, restarts } = telemetry.states().metrics
    if (!running)
      return lastFailure === null
        ? { status: 'ok', details: 'Not used yet' }
        : { status: 'down', details: `Starting again: ${lastFailure}` }
    const { quarantinedFiles, damagedRegions, isDiskFull } = await telemetry.metrics.health()
    const quarantined = quarantinedFiles + damagedRegions
    const { series, bytes } = await telemetry.metrics.stats()
    const figures = { series, bytes, quarantined, restarts }
    if (isDiskFull) return { status: 'degraded', details: 'The disk is almost full; nothing more is stored', figures }
    if (quarantined > 0) return { status: 'degraded', details: `${quarantined} damaged blocks were put aside`, figures }
    return { status: 'ok', details: `${series} series in ${Math.round(bytes / 1e6)} MB`, figures }
  })
}
