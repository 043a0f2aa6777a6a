import { minuteMs } from '#kernel/time.ts'
import type { HealthStatus } from '#platform/health.ts'
import { disk, memory, percentOf } from '#platform/metrics/machine.ts'
import type { Platform } from '#platform/platform.ts'
import type { Connections } from '#platform/realtime/connections.ts'

/** Components that are resources of the machine rather than services. */
export const resourceComponents: ReadonlySet<string> = new Set(['cpu', 'memory', 'disk', 'event_loop'])

/** Longer pauses than this, on average over a minute, and people notice. */
const pauseMsMax = 250

/** Registers the components that every installation has. */
export function registerChecks({ health, database, cache, config, metrics }: Platform, connections: Connections): void {
  const { history } = metrics

  health.register('database', async () => {
    await database.read.selectNoFrom((row) => row.val(1).as('one')).execute()
    return { status: 'ok', details: `Connected to ${database.description}` }
  })
  health.register('cache', async () => {
    const { status, ...rest } = await cache.health()
    // Everything works without a cache, only slower.
    return { status: status === 'ok' ? 'ok' : 'degraded', ...rest }
  })
  health.register('websocket', async () => {
    const clients = connections.list().length
    const details = `${clients} ${clients === 1 ? 'client' : 'clients'} connected`
    return { status: 'ok', details, figures: { connected_clients: clients } }
  })
  health.register('cpu', async () => {
    const percent = history.mean('cpu_usage', minuteMs) ?? metrics.machineCpu()
    return usage(percent, config.get('health_cpu_percent_max'), 'of the processors in use over the last minute')
  })
  health.register('memory', async () => {
    const { usedBytes, totalBytes } = memory()
    return usage(percentOf(usedBytes, totalBytes), config.get('health_memory_percent_max'), 'of the memory in use')
  })
  health.register('disk', async () => {
    const dataDir = config.get('data_dir')
    const { percent } = await disk(dataDir)
    return usage(percent, config.get('health_disk_percent_max'), `of the disk of ${dataDir} in use`)
  })
  health.register('event_loop', async () => {
    const pauseMs = history.mean('event_loop_delay', minuteMs) ?? 0
    return {
      status: within(pauseMs, pauseMsMax),
      details: `Pauses of ${Math.round(pauseMs)} ms at the longest, over the last minute`,
      figures: { pause_ms: Math.round(pauseMs) },
    }
  })
}

const within = (value: number, max: number): HealthStatus => (value > max ? 'degraded' : 'ok')

function usage(percent: number, percentMax: number, what: string) {
  const shown = Math.round(percent)
  return {
    status: within(percent, percentMax),
    details: `${shown} % ${what}${percent > percentMax ? `, more than ${percentMax} %` : ''}`,
    figures: { percent: shown, percent_max: percentMax },
  }
}
