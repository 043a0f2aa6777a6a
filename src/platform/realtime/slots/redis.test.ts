import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { Redis } from 'ioredis'
import { ownRedis, redisUrl, withoutOwnRedis, withoutRedis } from '../../../../test/support/redis.ts'
import { until } from '../../../../test/support/until.ts'
import { connectRedis } from '../../redis.ts'
import { slotsConformance } from './conformance.ts'
import { redisSlots } from './redis.ts'

describe('on Redis', { skip: withoutRedis() }, () => {
  let redis: Redis
  before(async () => {
    redis = await connectRedis(redisUrl()!)
  })
  after(() => redis.disconnect())

  slotsConformance('Redis', async () => redisSlots(redis, { prefix: `test:${randomUUID()}` }))

  test('processes count together, and what one of them left behind is free after a while unless it is renewed', async () => {
    const prefix = `test:${randomUUID()}`
    const [a, b] = [1, 2].map(() => redisSlots(redis, { prefix, ttlMs: 300 }))
    assert.equal(await a!.take('ann', 'one', 1), true)
    assert.equal(await b!.take('ann', 'two', 1), false)
    const heldUntil = performance.now() + 900
    while (performance.now() < heldUntil) {
      await a!.renew('ann', 'one')
      assert.equal(await b!.take('ann', 'two', 1), false)
    }
    await until('the slot of the dead is free', () => b!.take('ann', 'two', 1))
  })
})

test('without Redis each process counts its own', { skip: withoutOwnRedis() }, async () => {
  const server = await ownRedis()
  after(() => server.kill())
  const redis = await connectRedis(server.url)
  after(() => redis.disconnect())
  const slots = redisSlots(redis)
  await server.kill()
  const taken = await Promise.all(['a', 'b', 'c'].map((id) => slots.take('ann', id, 2)))
  assert.deepEqual(taken, [true, true, false])
  await slots.free('ann', 'a')
  assert.equal(await slots.take('ann', 'c', 2), true)
})
