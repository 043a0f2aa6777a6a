import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { Redis } from 'ioredis'
import { ownRedis, redisUrl, withoutOwnRedis, withoutRedis, type OwnRedis } from '../../../test/support/redis.ts'
import { until } from '../../../test/support/until.ts'
import { connectRedis } from '../redis.ts'
import type { Cache } from './cache.ts'
import { cacheConformance } from './conformance.ts'
import { redisCache } from './redis.ts'

const minute = { ttlMs: 60_000 }

describe('on Redis', { skip: withoutRedis() }, () => {
  let redis: Redis
  before(async () => {
    redis = await connectRedis(redisUrl()!)
  })
  after(() => redis.disconnect())

  cacheConformance('Redis', async () => ({ cache: redisCache(redis, { prefix: `test:${randomUUID()}:` }) }))

  test('processes share what they cache, and removals', async () => {
    const prefix = `test:${randomUUID()}:`
    const [one, other] = [redisCache(redis, { prefix }), redisCache(redis, { prefix })]
    await one.set('key', 1, minute)
    assert.equal(await other.get('key'), 1)
    assert.equal(await other.clear(), 1)
    assert.equal(await one.get('key'), undefined)
  })

  test('leaves the keys of others alone', async () => {
    const foreign = `test:${randomUUID()}`
    await redis.set(foreign, 'theirs', 'PX', 60_000)
    const cache = redisCache(redis, { prefix: `${foreign}:cache:` })
    await cache.set('key', 1, minute)
    assert.equal(await cache.clear(), 1)
    assert.equal(await redis.get(foreign), 'theirs')
  })
})

describe('when Redis is in trouble', { skip: withoutOwnRedis() }, () => {
  let server: OwnRedis
  let redis: Redis
  let cache: Cache
  const complaints: Error[] = []
  before(async () => {
    server = await ownRedis()
    redis = await connectRedis(server.url, { onDown: (error) => complaints.push(error) })
    cache = redisCache(redis)
  })
  after(async () => {
    redis.disconnect()
    server.thaw()
    await server.kill()
  })

  /** Every method, each measured; the longest, ms. */
  async function slowest(): Promise<number> {
    const calls: (() => Promise<unknown>)[] = [
      () => cache.get('key'),
      () => cache.set('key', 'changed', minute),
      () => cache.delete('key'),
      () => cache.deletePrefix('k'),
      () => cache.clear(),
      () => cache.stats(),
      () => cache.health(),
    ]
    let longestMs = 0
    for (const call of calls) {
      const startedAt = performance.now()
      await call()
      longestMs = Math.max(longestMs, performance.now() - startedAt)
    }
    return longestMs
  }

  const isBack = (): Promise<void> => until('Redis is back', async () => (await cache.health()).status === 'ok')

  test('killed: every call is a miss within 250 ms, and it works again when Redis is back', async () => {
    await cache.set('key', 1, minute)
    await server.kill()
    assert.equal(await cache.get('key'), undefined)
    assert.equal((await cache.health()).status, 'down')
    assert.ok((await slowest()) < 250)
    await server.start()
    await isBack()
    await until('writes are read again', async () => {
      await cache.set('key', 2, minute)
      return (await cache.get('key')) === 2
    })
  })

  test('frozen: every call is a miss within 250 ms, and old values do not come back', async () => {
    await cache.set('key', 'old', minute)
    await cache.set('untouched', 'old', minute)
    server.freeze()
    assert.ok((await slowest()) < 250)
    server.thaw()
    await isBack()
    assert.equal(await cache.get('key'), undefined)
    await until('writes are read again', async () => {
      await cache.set('later', 2, minute)
      return (await cache.get('later')) === 2
    })
    assert.equal(await cache.get('untouched'), undefined)
  })

  test('after the first timeout nobody waits any more', async () => {
    server.freeze()
    await cache.get('key')
    const startedAt = performance.now()
    for (let call = 0; call < 100; call++) await cache.get('key')
    assert.ok(performance.now() - startedAt < 100)
    server.thaw()
    await isBack()
  })

  test('flushed: everything is a miss, nothing else', async () => {
    await until('the cache is read', async () => {
      await cache.set('key', 1, minute)
      return (await cache.get('key')) === 1
    })
    await redis.flushall()
    assert.equal(await cache.get('key'), undefined)
    assert.equal((await cache.stats()).total_keys, 0)
  })

  test('full: a value that could not be replaced is not served', async () => {
    await until('the cache is read', async () => {
      await cache.set('key', 'old', minute)
      return (await cache.get('key')) === 'old'
    })
    await redis.config('SET', 'maxmemory', '1')
    await cache.set('key', 'new', minute)
    assert.equal(await cache.get('key'), undefined)
    await redis.config('SET', 'maxmemory', '0')
  })

  test('what is reported holds no password, key or value', () => {
    assert.ok(complaints.length >= 2)
    for (const complaint of complaints) {
      const all = JSON.stringify(Object.entries(Object.getOwnPropertyDescriptors(complaint)))
      assert.doesNotMatch(all, new RegExp(`${server.password}|untouched`))
    }
  })
})

test('a Redis that is away at the start is found when it comes', { skip: withoutOwnRedis() }, async () => {
  const server = await ownRedis()
  await server.kill()
  const redis = await connectRedis(server.url)
  const cache = redisCache(redis)
  assert.equal(await cache.get('key'), undefined)
  await server.start()
  await until('Redis is there', async () => (await cache.health()).status === 'ok')
  redis.disconnect()
  await server.kill()
})

test('a wrong password is reported without it', { skip: withoutOwnRedis() }, async () => {
  const server = await ownRedis()
  const complaints: Error[] = []
  const wrong = server.url.replace(server.password, 'wrong-password')
  const redis = await connectRedis(wrong, { onDown: (error) => complaints.push(error) })
  assert.equal((await redisCache(redis).health()).status, 'down')
  assert.match(complaints[0]?.message ?? '', /WRONGPASS|NOAUTH/)
  assert.doesNotMatch(JSON.stringify(Object.getOwnPropertyDescriptors(complaints[0])), /wrong-password/)
  redis.disconnect()
  await server.kill()
})

test('an address that is none is refused without repeating it', async () => {
  await assert.rejects(connectRedis('secret@nowhere'), (error: Error) => !/secret/.test(error.message))
})
