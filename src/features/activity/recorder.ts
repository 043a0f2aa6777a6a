import { secondMs } from '#kernel/time.ts'
import { isUnavailable } from '#platform/database/failures.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import type { ActivityEvent } from './store.ts'
import { writeActivity } from './write.ts'

/** Each batch is one commit, and on SQLite nothing else runs while the disk confirms it: rather few and large. */
const batchMax = 5_000
const waitingMax = 20_000

/** Takes down what happens without keeping anybody waiting, and stores it in batches. */
export interface Recorder {
  record(event: ActivityEvent): void
  /** Stores what was recorded so far; resolves also when the database is away, and keeps it then. */
  flush(): Promise<void>
  figures(): { waiting: number; dropped: number }
  start(platform: Pick<Platform, 'database' | 'log'>): Stop
}

/** Stores once a second, sooner when a batch is full. When the database is away it keeps `waitingMax` events and counts the rest. */
export function createRecorder(): Recorder {
  let waiting: ActivityEvent[] = []
  let dropped = 0
  let store: ((events: ActivityEvent[]) => Promise<'stored' | 'later' | 'never'>) | undefined
  let storing = Promise.resolve()
  let flushes = 0

  /** What comes in meanwhile is for the next time; else a busy server would commit without end. */
  const storeWaiting = async (): Promise<void> => {
    if (!store) return
    for (let left = waiting.length; left > 0;) {
      const batch = waiting.slice(0, Math.min(batchMax, left))
      const outcome = await store(batch)
      if (outcome === 'later') return
      waiting = waiting.slice(batch.length)
      left -= batch.length
      if (outcome === 'never') dropped += batch.length
    }
  }

  const flush = (): Promise<void> => {
    flushes++
    storing = storing.then(storeWaiting).finally(() => flushes--)
    return storing
  }

  const flushUnlessBusy = (): void => {
    if (flushes === 0) void flush()
  }

  return {
    flush,
    figures: () => ({ waiting: waiting.length, dropped }),
    record: (event) => {
      if (waiting.length >= waitingMax) return void dropped++
      waiting.push(event)
      if (waiting.length === batchMax) flushUnlessBusy()
    },
    start: (platform) => {
      const log = platform.log.child({ component: 'activity' })
      store = async (events) => {
        try {
          await writeActivity(platform.database, events)
          return 'stored'
        } catch (error) {
          const later = isUnavailable(error)
          log.warn(
            { err: error, events: events.length, waiting: waiting.length, dropped },
            later ? 'activity is stored later' : 'activity was lost',
          )
          return later ? 'later' : 'never'
        }
      }
      const timer = setInterval(flushUnlessBusy, secondMs)
      return async () => {
        clearInterval(timer)
        await flush()
        store = undefined
      }
    },
  }
}
