import { secondMs } from '#kernel/time.ts'
import { feature, type Feature } from '#platform/http/endpoints.ts'
import { stopEach } from '#platform/lifecycle.ts'
import { registerGpus } from '#platform/metrics/gpu.ts'
import { registerTelemetry } from '#platform/metrics/telemetry.ts'
import type { Stop } from '#platform/platform.ts'
import { sizeBytes } from '#features/system/index.ts'
import { startAlone } from './alone.ts'
import { collectionEndpoints } from './contract.ts'
import { createContainers } from './docker/containers.ts'
import { createJournal } from './journal/journal.ts'
import { createOwnLog } from './ownLog.ts'
import type { Part } from './part.ts'
import { createSources } from './sources.ts'
import { collectionMigrations } from './store.ts'

/** What Miktos collects by itself: its own log, files, the journal, containers, and the figures of the machine. */
export function createCollection(): Feature {
  const parts: Part[] = [createOwnLog(), createJournal(), createContainers()]
  const sources = createSources(() => parts.map(({ view }) => view()).filter((view) => view !== undefined))
  return feature({
    name: 'collection',
    migrations: collectionMigrations,
    endpoints: collectionEndpoints,
    handlers: sources.handlers,
    start: async (platform) => {
      const { metrics, telemetry, database, log } = platform
      const failed = (error: unknown): void =>
        log.child({ component: 'metrics' }).warn({ err: error }, 'GPUs were not measured')
      // Later, and not waited for: to begin a program halts everything for a while, and most machines have no cards.
      const gpus = setTimeout(() => void registerGpus(metrics.registry, failed), secondMs)
      registerTelemetry(metrics.registry, telemetry, () => sizeBytes(database))
      const stop = await startAlone(platform, async () => {
        const stops: Stop[] = [await sources.start(platform)]
        for (const { start } of parts) stops.push(await start(platform))
        return stopEach(stops)
      })
      return stopEach([() => clearTimeout(gpus), stop])
    },
  })
}
