import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { secondMs } from '#kernel/time.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { own } from '#platform/telemetry/thread/ownership.ts'

const tryAgainMs = 5 * secondMs
/** Longer than a folder that is free takes; whoever waits for another process does so in the background. */
const startMaxMs = 2 * secondMs

/**
 * Starts `work` in one process at a time for each data folder: several workers would read the same files and
 * write the same positions. The others stand by. Returns how to end it.
 */
export async function startAlone({ config, log }: Platform, work: () => Promise<Stop>): Promise<Stop> {
  const ending = new AbortController()
  const { signal } = ending
  const dir = join(config.get('data_dir'), 'collection')
  let held: { release: Stop; working: Promise<Stop> } | undefined

  const start = async (): Promise<void> => {
    while (!signal.aborted) {
      const release = await own(dir, 'collection').catch(() => undefined)
      if (release && signal.aborted) return release()
      if (release) {
        held = { release, working: work() }
        await held.working
        return
      }
      await delay(tryAgainMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  const starting = start()
  starting.catch((error: unknown) =>
    log.child({ component: 'collection' }).error({ err: error }, 'nothing is collected'),
  )
  await Promise.race([starting, delay(startMaxMs, undefined, { ref: false })])
  return async () => {
    ending.abort()
    if (!held) return
    const stop = await held.working.catch(() => undefined)
    await stop?.()
    await held.release()
  }
}
