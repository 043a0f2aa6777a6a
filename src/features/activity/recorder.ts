import { secondMs } from '#kernel/time.ts'
import { isUnavailable } from '#platform/database/failures.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { HourlySums } from './hourly.ts'
import type { ActivityEvent } from './store.ts'
import { writeActivity } from './write.ts'

/** Each batch is one commit, and on SQLite nothing else runs while the disk confirms it: rather few and large. */
const batchMax = 5_000
const waitingMax = 20_000
/**
 * A row for each call of a flood would fill the disk by gigabytes an hour, and push out within half an hour what
 * everybody else did; its sums tell the same.
 */
const callsPerSecondMax = 1_000
/** So that a flood does not hide other callers. */
const callsPerSecondOfOneMax = 100
/** Bounds the memory while the database is away. */
const sumsMax = 10_000

/** Takes down what happens without keeping anybody waiting, and stores it in batches. */
export interface Recorder {
  record(event: ActivityEvent): void
  /** Stores what was recorded so far; resolves also when the database is away, and keeps it then. */
  flush(): Promise<void>
  /** `summed`: counted in their hour without a row of their own; `dropped`: lost. */
  figures(): { waiting: number; summed: number; dropped: number }
  start(platform: Pick<Platform, 'database' | 'log'>): Stop
}

/**
 * Stores once a second, sooner when a batch is full. Of more than `callsPerSecondMax` calls, or
 * `callsPerSecondOfOneMax` of one caller, and of more than `waitingMax` events while the database is away, the rest
 * counts in the sums of the hour only. A domain event cannot be summed before it is known to be new, so it is lost then.
 */
export function createRecorder(): Recorder {
  let waiting: ActivityEvent[] = []
  let sums = new HourlySums()
  let summed = 0
  let dropped = 0
  let calls = { second: 0, kept: 0, byCaller: new Map<string | null, number>() }
  let store: ((events: ActivityEvent[], sums: HourlySums) => Promise<'stored' | 'later' | 'never'>) | undefined
  let storing = Promise.resolve()
  let flushes = 0

  /** What comes in meanwhile is for the next time; else a busy server would commit without end. */
  const storeWaiting = async (): Promise<void> => {
    if (!store) return
    for (let left = waiting.length; left > 0 || sums.size > 0;) {
      const batch = waiting.slice(0, Math.min(batchMax, left))
      const added = sums
      sums = new HourlySums()
      const outcome = await store(batch, added)
      if (outcome === 'later') return sums.merge(added)
      waiting = waiting.slice(batch.length)
      left -= batch.length
      if (outcome === 'never') dropped += batch.length + added.events
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

  const isFlood = ({ at, kind, key_id, user_id }: ActivityEvent): boolean => {
    if (kind !== 'api_call') return false
    const second = Math.floor(at / secondMs)
    if (calls.second !== second) calls = { second, kept: 0, byCaller: new Map() }
    const caller = key_id ?? user_id
    const ofCaller = calls.byCaller.get(caller) ?? 0
    if (ofCaller === callsPerSecondOfOneMax || calls.kept === callsPerSecondMax) return true
    calls.byCaller.set(caller, ofCaller + 1)
    calls.kept++
    return false
  }

  const addUp = (event: ActivityEvent): void => {
    if (event.event_id !== null || sums.size >= sumsMax) return void dropped++
    sums.add(event)
    summed++
  }

  return {
    flush,
    figures: () => ({ waiting: waiting.length, summed, dropped }),
    record: (event) => {
      if (waiting.length >= waitingMax || isFlood(event)) return addUp(event)
      waiting.push(event)
      if (waiting.length === batchMax) flushUnlessBusy()
    },
    start: (platform) => {
      const log = platform.log.child({ component: 'activity' })
      store = async (events, sums) => {
        try {
          await writeActivity(platform.database, events, sums)
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
