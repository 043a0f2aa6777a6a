import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { Redis } from 'ioredis'
import { ownRedis, redisUrl, withoutOwnRedis, withoutRedis, type OwnRedis } from '../../../test/support/redis.ts'
import { until } from '../../../test/support/until.ts'
import { connectRedis } from '../redis.ts'
import { limitsConformance } from './conformance.ts'
import type { RateLimiter } from './limits.ts'
import { redisRateLimiter } from './redis.ts'

const minuteMs = 60_000
const limit = 100

describe('on Redis', { skip: withoutRedis() }, () => {
  let redis: Redis
  before(async () => {
    redis = await connectRedis(redisUrl()!)
  })
  after(() => redis.disconnect())

  limitsConformance('Redis', async () => ({ limiter: redisRateLimiter(redis, { prefix: `test:${randomUUID()}` }) }))

  test('two servers share one limit', async () => {
    const prefix = `test:${randomUUID()}`
    const servers = [redisRateLimiter(redis, { prefix }), redisRateLimiter(redis, { prefix })]
    assert.equal(await allowedOf(servers, 250), limit)
  })

  test('a window that another server began ends for both at once', async () => {
    const prefix = `test:${randomUUID()}`
    const [one, other] = [redisRateLimiter(redis, { prefix }), redisRateLimiter(redis, { prefix })]
    await one.consume('general', 'ann', 2, 2_000)
    await until(
      'the window is half over',
      async () => (await one.consume('general', 'ann', 2, 2_000, 0)).resetMs < 1_000,
    )
    const { resetMs } = await other.consume('general', 'ann', 2, 2_000)
    assert.ok(resetMs < 1_000)
    await until('a new window', async () => (await other.consume('general', 'ann', 2, 2_000)).allowed, 1_500)
  })
})

describe('when Redis is in trouble', { skip: withoutOwnRedis() }, () => {
  let server: OwnRedis
  let connections: Redis[]
  let limiters: RateLimiter[]
  before(async () => {
    server = await ownRedis()
    connections = await Promise.all([connectRedis(server.url), connectRedis(server.url)])
  })
  beforeEach(async () => {
    await bothBack()
    const prefix = `test:${randomUUID()}`
    limiters = connections.map((redis) => redisRateLimiter(redis, { prefix, servers: () => 2 }))
  })
  after(async () => {
    for (const redis of connections) redis.disconnect()
    server.thaw()
    await server.kill()
  })

  const bothBack = (): Promise<void> =>
    until('both are connected', () => connections.every(({ status }) => status === 'ready'))

  test('killed: both servers together allow no more than the limit', async () => {
    await server.kill()
    assert.equal(await allowedOf(limiters, 300), limit)
    await server.start()
  })

  test('killed half-way: what was used before still counts, and also when Redis comes back empty', async () => {
    let allowed = await allowedOf(limiters, 60)
    await server.kill()
    allowed += await allowedOf(limiters, 20)
    await server.start()
    await bothBack()
    allowed += await allowedOf(limiters, 300)
    assert.ok(allowed >= limit * 0.9 && allowed <= limit * 1.1, String(allowed))
  })

  test('frozen: nobody waits longer than 250 ms, and the limit holds', async () => {
    server.freeze()
    const startedAt = performance.now()
    await limiters[0]!.consume('general', 'bob', limit, minuteMs)
    assert.ok(performance.now() - startedAt < 250)
    assert.ok((await allowedOf(limiters, 300)) <= limit * 1.1)
    server.thaw()
  })

  test('flushed: a single server does not start again from nothing', async () => {
    const alone = redisRateLimiter(connections[0]!, { prefix: `test:${randomUUID()}` })
    const before = await allowedOf([alone], 70)
    await connections[0]!.flushall()
    assert.equal(before + (await allowedOf([alone], 100)), limit)
  })
})

/** How many of `count` attempts are allowed, taking the limiters in turn. */
async function allowedOf(limiters: RateLimiter[], count: number): Promise<number> {
  let allowed = 0
  for (let attempt = 0; attempt < count; attempt++) {
    const limiter = limiters[attempt % limiters.length]!
    if ((await limiter.consume('general', 'ann', limit, minuteMs)).allowed) allowed++
  }
  return allowed
}
