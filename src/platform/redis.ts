import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'

/** No caller waits longer for one answer; a silent connection is given up at the same moment. */
const commandTimeoutMs = 200
const connectTimeoutMs = 2_000
const retryDelayMaxMs = 1_000
/** How long a start waits for the first connection before it goes on without. */
const firstConnectionMs = 1_000

export interface RedisListeners {
  /** Once per outage, with what was wrong; never holds keys, values or passwords. */
  onDown?: (error: Error) => void
  /** Connected: the first time, and after every outage. */
  onUp?: () => void
}

/**
 * Connects to `redis://[user:password@]host:port[/db]` or `rediss://…`. While the server is away
 * every command fails at once or within 200 ms, nothing is queued and nothing is sent twice; the
 * connection comes back by itself within about a second of the server. Resolves when connected, or
 * after a second without: a server that is away at the start may come later.
 */
export async function connectRedis(url: string, listeners: RedisListeners = {}): Promise<Redis> {
  if (!/^rediss?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new Error('A Redis address is written redis://host:6379 or rediss://host:6379')
  }
  const redis = new Redis(url, {
    commandTimeout: commandTimeoutMs,
    socketTimeout: commandTimeoutMs,
    connectTimeout: connectTimeoutMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), retryDelayMaxMs) * (0.75 + Math.random() / 4),
    // After a failover the old primary refuses writes; the name may lead to the new one by now.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
  })
  watch(redis, listeners)
  await orSoon(new Promise((resolve) => redis.once('ready', resolve)))
  return redis
}

/** A second connection like `redis`, for subscriptions. */
export function duplicate(redis: Redis, listeners: RedisListeners = {}): Redis {
  const second = redis.duplicate()
  watch(second, listeners)
  return second
}

/** An error that may be logged: the client's own carry the command with its arguments, the login included. */
export function plain(error: unknown): Error {
  const { message, code } = error as NodeJS.ErrnoException
  return new Error((message || code || 'Redis is away').replace(/, with args.*/s, ''))
}

/** Waits for a first connection or subscription, but never long: a start goes on without Redis. */
export async function orSoon(awaited: Promise<unknown>): Promise<void> {
  const tired = new AbortController()
  const patience = delay(firstConnectionMs, undefined, { signal: tired.signal }).catch(() => {})
  await Promise.race([awaited, patience])
  tired.abort()
}

function watch(redis: Redis, { onDown, onUp }: RedisListeners): void {
  let down = false
  const goDown = (error: unknown): void => {
    if (down) return
    down = true
    onDown?.(plain(error))
  }
  // Without a listener for `error` an outage would end the process.
  redis.on('error', goDown)
  redis.on('reconnecting', () => goDown(new Error('The connection to Redis was lost')))
  redis.on('ready', () => {
    down = false
    onUp?.()
  })
}
