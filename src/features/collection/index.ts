import { feature, type Feature } from '#platform/http/endpoints.ts'
import { registerGpus } from '#platform/metrics/gpu.ts'
import { registerTelemetry } from '#platform/metrics/telemetry.ts'
import { sizeBytes } from '#features/system/index.ts'
import { keepOwnLog } from './ownLog.ts'

/** What Miktos collects by itself: its own log, files, the journal, containers, and the figures of the machine. */
export function createCollection(): Feature {
  return feature({
    name: 'collection',
    endpoints: {},
    handlers: {},
    start: async (platform) => {
      const { metrics, log } = platform
      await registerGpus(metrics.registry, (error) =>
        log.child({ component: 'metrics' }).warn({ err: error }, 'GPUs were not measured'),
      )
      registerTelemetry(metrics.registry, platform.telemetry, () => sizeBytes(platform.database))
      return keepOwnLog(platform)
    },
  })
}
