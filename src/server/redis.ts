import { redisCache } from '#platform/cache/redis.ts'
import { redisEvents } from '#platform/events/redis.ts'
import { redisRateLimiter } from '#platform/limits/redis.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { connectRedis } from '#platform/redis.ts'

/** Cache, limits and events in Redis; a module of its own, so that a server without Redis does not load its client. */
export async function openRedisPorts(
  url: string,
  onError: (error: unknown) => void,
): Promise<{ ports: Pick<Platform, 'cache' | 'limits' | 'events'>; close: Stop }> {
  const redis = await connectRedis(url, { onDown: onError })
  const events = await redisEvents(redis, { onError })
  return {
    ports: { cache: redisCache(redis), limits: redisRateLimiter(redis), events },
    close: async () => {
      await events.close()
      redis.disconnect()
    },
  }
}
