import type { Redis } from 'ioredis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { secondMs } from '#kernel/time.ts'
import { allowance, type RateLimiter } from './limits.ts'
import { Windows } from './memory.ts'

interface RedisRateLimiterOptions {
  prefix?: string
  /** How many processes share the limits: while Redis is away each allows its part. */
  servers?: () => number
  now?: () => number
}

/**
 * Counts in Redis for all processes together, and beside it what came to this process itself. That
 * count goes on while Redis is away, against this process's part of the limit. It also rules the
 * rest of a window of which Redis lost something, so an outage is no way to start again from nothing.
 */
export function redisRateLimiter(
  redis: Redis,
  { prefix = 'miktos:limit', servers = () => 1, now = Date.now }: RedisRateLimiterOptions = {},
): RateLimiter {
  const own = new Windows(now)
  const shared = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: prefix,
    // The caller's limit is compared here, so that it may change from call to call.
    points: Number.MAX_SAFE_INTEGER,
    // Demanded by the library; every call brings its own.
    duration: 60,
    rejectIfRedisNotReady: true,
  })

  return {
    consume: async (rateClass, key, limit, windowMs, points = 1) => {
      const name = `${rateClass}:${key}`
      const askedAt = now()
      const window = own.count(name, windowMs, points)
      const { used } = window
      const part = Math.max(1, Math.floor(limit / servers()))
      const count = await shared.consume(name, points, { customDuration: windowMs / secondMs }).catch(() => undefined)
      if (!count) {
        window.uncertain = true
        return allowance(used, part, window.endsAt - askedAt)
      }
      // Never later than the shared one, which may have begun before ours.
      window.endsAt = Math.min(window.endsAt, askedAt + count.msBeforeNext)
      if (count.consumedPoints < used) window.uncertain = true
      if (window.uncertain && used > part) return allowance(used, part, count.msBeforeNext)
      return allowance(Math.max(used, count.consumedPoints), limit, count.msBeforeNext)
    },
  }
}
