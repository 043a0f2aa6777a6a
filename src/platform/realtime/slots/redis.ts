import type { Redis } from 'ioredis'
import { secondMs } from '#kernel/time.ts'
import { memorySlots } from './memory.ts'
import type { SocketSlots } from './slots.ts'

interface RedisSlotsOptions {
  prefix?: string
  /** After so long without a sign the process of a socket is taken for dead. */
  ttlMs?: number
}

/** By the clock of Redis, so that those of the servers need not agree. */
const takeScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not known and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`

/** Counts in Redis for all processes together, and while it is away in this process alone. */
export function redisSlots(
  redis: Redis,
  { prefix = 'miktos:sockets', ttlMs = 45 * secondMs }: RedisSlotsOptions = {},
): SocketSlots {
  const own = memorySlots()
  const taken = (userId: string, connectionId: string, max: number): Promise<unknown> =>
    redis.eval(takeScript, 1, `${prefix}:${userId}`, connectionId, max, ttlMs)

  return {
    take: async (userId, connectionId, max) => {
      if (!(await own.take(userId, connectionId, max))) return false
      const allowed = await taken(userId, connectionId, max).catch(() => 1)
      if (allowed !== 0) return true
      await own.free(userId, connectionId)
      return false
    },
    // Also puts back what a Redis that came back empty has forgotten.
    renew: (userId, connectionId) => taken(userId, connectionId, Number.MAX_SAFE_INTEGER).then(ignore, ignore),
    free: async (userId, connectionId) => {
      await own.free(userId, connectionId)
      await redis.zrem(`${prefix}:${userId}`, connectionId).catch(ignore)
    },
  }
}

const ignore = (): void => undefined
