import { setTimeout as delay } from 'node:timers/promises'
import { secondMs } from '#kernel/time.ts'

interface Patience {
  /** Ends the waiting, not a try that runs. */
  signal: AbortSignal
  /** Told of the first failure of several in a row. */
  onFailing: (error: unknown) => void
}

const retryMsMax = 30 * secondMs

/**
 * Tries again until it succeeds, less and less often.
 * @throws what the last try threw, when the signal aborts
 */
export async function persist<T>(work: () => Promise<T>, { signal, onFailing }: Patience): Promise<T> {
  for (let waitMs = secondMs; ; waitMs = Math.min(retryMsMax, waitMs * 2)) {
    try {
      return await work()
    } catch (error) {
      if (waitMs === secondMs) onFailing(error)
      if (signal.aborted) throw error
      await delay(waitMs, undefined, { signal, ref: false }).catch(() => {
        throw error
      })
    }
  }
}
