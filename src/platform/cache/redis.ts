import type { Redis } from 'ioredis'
import type { Cache } from './cache.ts'
import { Reads } from './reads.ts'

const scanCount = 1_000

/** A cache that every process with the same Redis and `prefix` shares. */
export function redisCache(redis: Redis, { prefix = 'miktos:cache:' } = {}): Cache {
  const reads = new Reads()
  /** A write or removal was lost, so what Redis still holds may be old: it is emptied before it is read again. */
  let outdated = false
  let emptying = false

  async function* keysBelow(begin: string): AsyncGenerator<string[]> {
    let cursor = '0'
    do {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `${literal(prefix + begin)}*`, 'COUNT', scanCount)
      if (keys.length > 0) yield keys
      cursor = next
    } while (cursor !== '0')
  }

  const removeBelow = async (begin: string): Promise<number> => {
    let removed = 0
    for await (const keys of keysBelow(begin)) removed += await redis.unlink(keys)
    return removed
  }

  const write = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work()
    } catch {
      outdated = true
      return otherwise
    }
  }

  const empty = async (): Promise<void> => {
    if (emptying || redis.status !== 'ready') return
    emptying = true
    outdated = false
    await write(() => removeBelow(''), 0)
    emptying = false
  }

  const read = async <T>(key: string): Promise<T | undefined> => {
    if (outdated) void empty()
    if (outdated || emptying) return undefined
    try {
      const json = await redis.get(prefix + key)
      return json === null ? undefined : JSON.parse(json)
    } catch {
      return undefined
    }
  }

  return {
    get: async (key) => reads.count(await read(key)),
    set: async (key, value, { ttlMs }) => {
      const json = JSON.stringify(value)
      await write(() => redis.set(prefix + key, json, 'PX', Math.max(1, Math.round(ttlMs))), null)
    },
    delete: async (key) => void (await write(() => redis.unlink(prefix + key), 0)),
    deletePrefix: (begin) => write(() => removeBelow(begin), 0),
    clear: () => write(() => removeBelow(''), 0),
    stats: async () => {
      const { keys, bytes } = await sizes(redis, keysBelow('')).catch(() => ({ keys: 0, bytes: 0 }))
      return { total_keys: keys, ...reads.stats, memory_usage_bytes: bytes }
    },
    health: async () => {
      const startedAt = performance.now()
      const alive = await redis.ping().catch(() => undefined)
      return {
        status: alive ? 'ok' : 'down',
        latency_ms: performance.now() - startedAt,
        details: alive ? 'Connected to Redis' : 'Redis does not answer; every read is a miss until it does',
      }
    },
  }
}

/** `*`, `?`, `[`, `]`, `^`, `-` and `\` stand for themselves. */
const literal = (text: string): string => text.replaceAll(/[*?[\]^\\-]/g, String.raw`\$&`)

async function sizes(redis: Redis, batches: AsyncIterable<string[]>): Promise<{ keys: number; bytes: number }> {
  const seen = new Set<string>()
  let bytes = 0
  for await (const batch of batches) {
    const fresh = batch.filter((key) => !seen.has(key))
    for (const key of fresh) seen.add(key)
    const pipeline = redis.pipeline()
    for (const key of fresh) pipeline.memory('USAGE', key)
    const answers = (await pipeline.exec()) ?? []
    bytes += answers.reduce((total, [, size]) => total + Number(size ?? 0), 0)
  }
  return { keys: seen.size, bytes }
}
