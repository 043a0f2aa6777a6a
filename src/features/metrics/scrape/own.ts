import { hostname } from 'node:os'
import { secondMs } from '#kernel/time.ts'
import { expose } from '#platform/metrics/exposition.ts'
import type { Platform, Stop } from '#platform/platform.ts'

/**
 * Stores what `/metrics` says of this process and machine, as if it were scraped. `instance` is the machine:
 * a port that differs from start to start would make a new series each time.
 */
export function keepOwnMetrics({ config, telemetry, metrics, now, log }: Platform): Stop {
  const intervalMs = config.get('metrics_interval_seconds') * secondMs
  if (intervalMs === 0) return () => undefined
  let busy = false
  const look = async (): Promise<void> => {
    if (busy) return
    busy = true
    const atMs = now()
    const startedAt = performance.now()
    try {
      const { text, contentType } = await expose(metrics.registry)
      await telemetry.metrics.scrape({
        key: 'own',
        labels: { job: 'miktos', instance: hostname() },
        atMs,
        durationMs: performance.now() - startedAt,
        body: Buffer.from(text),
        contentType,
      })
    } catch (error) {
      log.child({ component: 'metrics' }).warn({ err: error }, 'own metrics were not stored')
    } finally {
      busy = false
    }
  }
  const timer = setInterval(() => void look(), intervalMs)
  return () => clearInterval(timer)
}
