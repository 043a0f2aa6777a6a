import type { CacheStats } from './cache.ts'

/** How often this process found what it read. */
export class Reads {
  #hits = 0
  #misses = 0

  count<T>(value: T | undefined): T | undefined {
    if (value === undefined) this.#misses++
    else this.#hits++
    return value
  }

  get stats(): Pick<CacheStats, 'hit_rate' | 'hits' | 'misses'> {
    const reads = this.#hits + this.#misses
    return { hit_rate: reads === 0 ? 0 : this.#hits / reads, hits: this.#hits, misses: this.#misses }
  }
}
