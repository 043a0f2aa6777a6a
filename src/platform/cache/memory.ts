import { LRUCache } from 'lru-cache'
import type { Cache } from './cache.ts'
import { Reads } from './reads.ts'

/** What an entry takes beside its text. */
const entryOverheadBytes = 200

/** Keeps at most `maxBytes`, the least recently read going first; an entry that alone is larger is not kept. */
export function memoryCache({ maxBytes, now = Date.now }: { maxBytes: number; now?: () => number }): Cache {
  const reads = new Reads()
  const entries = new LRUCache<string, string>({
    maxSize: maxBytes,
    sizeCalculation: (json, key) => Buffer.byteLength(json) + Buffer.byteLength(key) + entryOverheadBytes,
    perf: { now },
    ttlResolution: 0,
  })

  const removeWhere = (matches: (key: string) => boolean): number => {
    entries.purgeStale()
    const condemned = [...entries.keys()].filter(matches)
    for (const key of condemned) entries.delete(key)
    return condemned.length
  }

  return {
    get: async (key) => {
      const json = reads.count(entries.get(key))
      return json === undefined ? undefined : JSON.parse(json)
    },
    set: async (key, value, { ttlMs }) => {
      entries.set(key, JSON.stringify(value), { ttl: Math.max(1, Math.round(ttlMs)) })
    },
    delete: async (key) => void entries.delete(key),
    deletePrefix: async (prefix) => removeWhere((key) => key.startsWith(prefix)),
    clear: async () => removeWhere(() => true),
    stats: async () => {
      entries.purgeStale()
      return { total_keys: entries.size, ...reads.stats, memory_usage_bytes: entries.calculatedSize }
    },
    health: async () => ({ status: 'ok', latency_ms: 0, details: 'In the memory of this process' }),
  }
}
