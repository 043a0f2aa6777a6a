import { redisCache } from '#platform/cache/redis.ts'
import { redisEvents } from '#platform/events/redis.ts'
import { redisRateLimiter } from '#platform/limits/redis.ts'
import type { Logger } from '#platform/logging/logging.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { redisSlots } from '#platform/realtime/slots/redis.ts'
import { connectRedis } from '#platform/redis.ts'

/** Cache, limits, events and the count of sockets in Redis; a module of its own, so that a server without Redis does not load its client. */
export async function openRedisPorts(
  url: string,
  log: Logger,
): Promise<{ ports: Pick<Platform, 'cache' | 'limits' | 'events' | 'slots'>; close: Stop }> {
  const onDown = (error: unknown): void =>
    log.child({ component: 'redis' }).warn({ err: error }, 'Redis is away; working in memory until it is back')
  const onError = (error: unknown): void =>
    log.child({ component: 'events' }).error({ err: error }, 'a subscriber failed')
  const redis = await connectRedis(url, { onDown })
  const events = await redisEvents(redis, { onError })
  return {
    ports: { cache: redisCache(redis), limits: redisRateLimiter(redis), events, slots: redisSlots(redis) },
    close: async () => {
      await events.close()
      redis.disconnect()
    },
  }
}
