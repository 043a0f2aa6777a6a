import type { Redis } from 'ioredis'
import * as z from 'zod'
import { secondMs } from '#kernel/time.ts'
import { duplicate, orSoon, plain } from '../redis.ts'
import type { Events } from './events.ts'
import { memoryEvents, type OnError } from './memory.ts'

/** A subscriber only listens: without a question now and then it would not notice that nobody speaks. */
const heartbeatMs = 2 * secondMs

const eventSchema = z.object({ id: z.string(), topic: z.string(), payload: z.unknown(), at: z.number() })

interface RedisEventsOptions {
  onError: OnError
  channel?: string
}

/**
 * Events between all processes with the same Redis and `channel`. Subscribed when it resolves,
 * unless Redis is away: then it connects by itself later and says so to `onReconnect`.
 */
export async function redisEvents(
  redis: Redis,
  { onError, channel = 'miktos:events' }: RedisEventsOptions,
): Promise<Events> {
  const local = memoryEvents({ onError })
  const reconnectListeners = new Set<() => void>()
  const subscriber = duplicate(redis)
  const first = Promise.withResolvers<void>()
  let started = false

  subscriber.on('message', (_channel: string, message: string) => {
    // Our own come back too; having been delivered already, they end here.
    receive(message).catch(onError)
  })
  subscriber.on('ready', () => {
    subscriber.subscribe(channel).then(() => {
      first.resolve()
      if (started) for (const listener of reconnectListeners) listener()
    }, report)
  })
  const heartbeat = setInterval(() => {
    if (subscriber.status === 'ready') subscriber.ping().catch(report)
  }, heartbeatMs)
  heartbeat.unref()

  /** What a lost connection makes fail is asked again after the next `ready`. */
  function report(error: unknown): void {
    if (subscriber.status === 'ready') onError(plain(error))
  }

  async function receive(message: string): Promise<void> {
    await local.publish(eventSchema.parse(JSON.parse(message)))
  }

  await orSoon(first.promise)
  started = true

  return {
    publish: async (event) => {
      await local.publish(event)
      await redis.publish(channel, JSON.stringify(event)).catch((error: unknown) => {
        throw plain(error)
      })
    },
    subscribe: (topic, listener) => local.subscribe(topic, listener),
    onReconnect: (listener) => {
      reconnectListeners.add(listener)
      return () => void reconnectListeners.delete(listener)
    },
    close: async () => {
      clearInterval(heartbeat)
      subscriber.disconnect()
      await local.close()
    },
  }
}
