import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { until } from '../../../test/support/until.ts'
import type { Cache } from './cache.ts'

const minute = { ttlMs: 60_000 }

interface Clock {
  /** Undefined where the engine has a clock of its own. */
  advance?: (ms: number) => void
}

/** What every cache does; `open` gives an empty one. */
export function cacheConformance(name: string, open: () => Promise<{ cache: Cache } & Clock>): void {
  describe(`cache: ${name}`, () => {
    test('reads back what was written', async () => {
      const { cache } = await open()
      for (const value of [{ n: 1, deep: [{ text: 'ä\u0000"🦊' }] }, [], 'text', 0, false, null, '']) {
        await cache.set('key', value, minute)
        assert.deepEqual(await cache.get('key'), value)
      }
      assert.equal(await cache.get('absent'), undefined)
    })

    test('gives everybody a copy of their own', async () => {
      const { cache } = await open()
      const written = { list: [1] }
      await cache.set('key', written, minute)
      written.list.push(2)
      const read = await cache.get<{ list: number[] }>('key')
      read?.list.push(3)
      assert.deepEqual(await cache.get('key'), { list: [1] })
    })

    test('forgets when the time is over, and a new write begins a new time', async () => {
      const { cache, advance } = await open()
      await cache.set('short', 1, { ttlMs: 100 })
      await cache.set('renewed', 1, { ttlMs: 100 })
      await cache.set('renewed', 2, minute)
      advance?.(150)
      await until('the short one is forgotten', async () => (await cache.get('short')) === undefined, 500)
      assert.equal(await cache.get('renewed'), 2)
      assert.equal((await cache.stats()).total_keys, 1)
    })

    test('removes one key and leaves its neighbours', async () => {
      const { cache } = await open()
      await cache.set('a', 1, minute)
      await cache.set('ab', 2, minute)
      await cache.delete('a')
      await cache.delete('never there')
      assert.equal(await cache.get('a'), undefined)
      assert.equal(await cache.get('ab'), 2)
    })

    test('removes by prefix and says how many went', async () => {
      const { cache } = await open()
      for (const key of ['model:openai/gpt-4:1', 'model:openai/gpt-4:2', 'model:openai/gpt-4o:1']) {
        await cache.set(key, 1, minute)
      }
      assert.equal(await cache.deletePrefix('model:openai/gpt-4:'), 2)
      assert.equal(await cache.deletePrefix('model:openai/gpt-4:'), 0)
      assert.equal(await cache.get('model:openai/gpt-4o:1'), 1)
    })

    test('takes a prefix literally, whatever signs are in it', async () => {
      const hostile = [
        '*',
        '?',
        '[a-z]',
        '[^a]',
        '\\',
        '\\*',
        'a*b',
        'ä☃',
        'new\nline',
        '{hash}',
        "';--",
        '-',
        '^',
        ']',
        '',
      ]
      for (const sign of hostile) {
        const { cache } = await open()
        await cache.set(`${sign}:mine`, 1, minute)
        await cache.set('other', 2, minute)
        await cache.set('abc:mine', 3, minute)
        assert.equal(await cache.get(`${sign}:mine`), 1, JSON.stringify(sign))
        assert.equal(await cache.deletePrefix(`${sign}:`), 1, JSON.stringify(sign))
        assert.equal(await cache.get(`${sign}:mine`), undefined)
        assert.equal(await cache.get('other'), 2)
        assert.equal(await cache.get('abc:mine'), 3)
      }
    })

    test('removes everything, also where it is much', async () => {
      const { cache } = await open()
      // A hundred at a time: a cache whose server takes too long for one call is meant to give up, not to be waited for.
      for (let start = 0; start < 3_500; start += 100) {
        await Promise.all(Array.from({ length: 100 }, (_, index) => cache.set(`key ${start + index}`, index, minute)))
      }
      assert.equal((await cache.stats()).total_keys, 3_500)
      assert.equal(await cache.clear(), 3_500)
      assert.equal(await cache.clear(), 0)
      const { total_keys, memory_usage_bytes } = await cache.stats()
      assert.deepEqual({ total_keys, memory_usage_bytes }, { total_keys: 0, memory_usage_bytes: 0 })
    })

    test('counts hits and misses', async () => {
      const { cache } = await open()
      assert.equal((await cache.stats()).hit_rate, 0)
      await cache.set('key', 'x'.repeat(1_000), minute)
      await cache.get('key')
      await cache.get('key')
      await cache.get('key')
      await cache.get('absent')
      const { memory_usage_bytes, ...rest } = await cache.stats()
      assert.deepEqual(rest, { total_keys: 1, hit_rate: 0.75, hits: 3, misses: 1 })
      assert.ok(memory_usage_bytes >= 1_000 && memory_usage_bytes < 2_000, String(memory_usage_bytes))
    })

    test('says that it is well', async () => {
      const { cache } = await open()
      const { status, latency_ms } = await cache.health()
      assert.equal(status, 'ok')
      assert.ok(latency_ms >= 0 && latency_ms < 250)
    })
  })
}
