import { secondMs } from '#kernel/time.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { storedSettings, valuesOf } from './store.ts'

/** Puts what is stored in force in this process. */
export async function applyStoredSettings({ config, database }: Platform): Promise<void> {
  config.applyStored(valuesOf(await storedSettings(database.read)))
}

/** For servers that hear of each other only through the database. */
const pollEveryMs = 5 * secondMs

/** Puts in force here what another process stores: at its event, else within five seconds. */
export function followStoredSettings(platform: Platform): Stop {
  const log = platform.log.child({ component: 'settings' })
  for (const problem of platform.config.problems()) log.warn(problem, 'a stored setting is not used')
  const apply = (): Promise<void> =>
    applyStoredSettings(platform).catch((error: unknown) =>
      log.warn({ err: error }, 'stored settings could not be read'),
    )
  const ends = [platform.events.subscribe('settings.update', apply), platform.events.onReconnect(() => void apply())]
  const timer = setInterval(() => void apply(), pollEveryMs)
  return () => {
    clearInterval(timer)
    for (const end of ends) end()
  }
}
