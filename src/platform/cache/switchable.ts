import type { Cache } from './cache.ts'

/** The cache for as long as it is enabled; otherwise every read misses and nothing is kept. */
export const switchable = (cache: Cache, isEnabled: () => boolean): Cache => ({
  ...cache,
  get: async (key) => (isEnabled() ? cache.get(key) : undefined),
  set: async (key, value, options) => (isEnabled() ? cache.set(key, value, options) : undefined),
})
