/**
 * Short-lived copies of what can be computed again. Values are JSON; a missing or expired key reads
 * as undefined. Keys are any text. A cache that fails is a cache that misses: no method rejects,
 * none waits longer than 250 ms for an engine that is away, and what a process could not remove it
 * does not serve when the engine is back.
 */
export interface Cache {
  get<T>(key: string): Promise<T | undefined>
  set(key: string, value: unknown, options: { ttlMs: number }): Promise<void>
  delete(key: string): Promise<void>
  /** Removes the keys that begin with `prefix`, taken literally; returns how many there were. */
  deletePrefix(prefix: string): Promise<number>
  /** Removes everything; returns how many entries there were. */
  clear(): Promise<number>
  stats(): Promise<CacheStats>
  health(): Promise<CacheHealth>
}

export interface CacheStats {
  total_keys: number
  /** 0 to 1, of the reads of this process; 0 before the first. */
  hit_rate: number
  hits: number
  misses: number
  /** What the entries take, keys included. */
  memory_usage_bytes: number
}

export interface CacheHealth {
  status: 'ok' | 'down'
  latency_ms: number
  /** A sentence for people. */
  details: string
}
