import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cacheConformance } from './conformance.ts'
import { memoryCache } from './memory.ts'

cacheConformance('memory', async () => {
  // Not 0: the cache library takes that for "no time yet".
  let now = 1_000
  return { cache: memoryCache({ maxBytes: 10 ** 7, now: () => now }), advance: (ms) => void (now += ms) }
})

test('a full memory cache forgets what was read longest ago', async () => {
  const cache = memoryCache({ maxBytes: 100_000 })
  const value = 'x'.repeat(10_000)
  for (let index = 0; index < 9; index++) await cache.set(`key ${index}`, value, { ttlMs: 60_000 })
  await cache.get('key 0')
  await cache.set('one more', value, { ttlMs: 60_000 })
  assert.equal(await cache.get('key 0'), value)
  assert.equal(await cache.get('key 1'), undefined)
  assert.ok((await cache.stats()).memory_usage_bytes <= 100_000)
})

test('a value larger than the memory cache is not kept, and replaces nothing by something old', async () => {
  const cache = memoryCache({ maxBytes: 1_000 })
  await cache.set('key', 'small', { ttlMs: 60_000 })
  await cache.set('key', 'x'.repeat(2_000), { ttlMs: 60_000 })
  assert.equal(await cache.get('key'), undefined)
})
