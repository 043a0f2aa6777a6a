import { LRUCache } from 'lru-cache'
import { allowance, type RateLimiter } from './limits.ts'

/** Bounds the memory a flood of callers can take, about 4 MB; beyond it those seen longest ago start anew. */
const keysMax = 20_000

export interface Window {
  used: number
  endsAt: number
  /** The count that is shared with other processes lacks something. */
  uncertain: boolean
}

/** The windows of this process. */
export class Windows {
  readonly #now: () => number
  readonly #windows = new LRUCache<string, Window>({ max: keysMax })

  constructor(now: () => number) {
    this.#now = now
  }

  /** Adds to the running window of `key`, or to a new one if there is none. */
  count(key: string, windowMs: number, points: number): Window {
    const now = this.#now()
    const running = this.#windows.get(key)
    if (running && running.endsAt > now) {
      running.used += points
      return running
    }
    const window = { used: points, endsAt: now + windowMs, uncertain: false }
    this.#windows.set(key, window)
    return window
  }
}

/** Counts in this process; right where there is only one. */
export function memoryRateLimiter({ now = Date.now } = {}): RateLimiter {
  const windows = new Windows(now)
  return {
    consume: (rateClass, key, limit, windowMs, points = 1) => {
      const { used, endsAt } = windows.count(`${rateClass}:${key}`, windowMs, points)
      return allowance(used, limit, endsAt - now())
    },
  }
}
