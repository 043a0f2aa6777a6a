import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { Redis } from 'ioredis'
import { ownRedis, redisUrl, withoutOwnRedis, withoutRedis, type OwnRedis } from '../../../test/support/redis.ts'
import { until } from '../../../test/support/until.ts'
import { connectRedis } from '../redis.ts'
import { event, eventsConformance } from './conformance.ts'
import type { Events } from './events.ts'
import { redisEvents } from './redis.ts'

const rethrow = (error: unknown): never => {
  throw error
}

const ignore = (): void => {}

/** Collects the ids that a bus delivers. */
function listen(events: Events): string[] {
  const heard: string[] = []
  events.subscribe('*', ({ id }) => void heard.push(id))
  return heard
}

describe('on Redis', { skip: withoutRedis() }, () => {
  let redis: Redis
  before(async () => {
    redis = await connectRedis(redisUrl()!)
  })
  after(() => redis.disconnect())

  eventsConformance('Redis', async () => {
    const errors: unknown[] = []
    const onError = (error: unknown): void => void errors.push(error)
    return { events: await redisEvents(redis, { onError, channel: `test:${randomUUID()}` }), errors }
  })

  test('three processes each hear every event exactly once', async () => {
    const channel = `test:${randomUUID()}`
    const buses = await Promise.all([1, 2, 3].map(() => redisEvents(redis, { onError: rethrow, channel })))
    const heard = buses.map(listen)
    const sent = Array.from({ length: 300 }, () => event('a.b'))
    await Promise.all(sent.map((one, index) => buses[index % 3]!.publish(one)))
    await until('all have heard all', () => heard.every(({ length }) => length >= sent.length))
    // One more round trip, so that anything delivered twice has arrived.
    const last = event('a.last')
    await buses[0]!.publish(last)
    await until('the last is heard', () => heard.every((ids) => ids.includes(last.id)))
    const wanted = [...sent, last].map(({ id }) => id).toSorted()
    for (const ids of heard) assert.deepEqual(ids.toSorted(), wanted)
    await Promise.all(buses.map((bus) => bus.close()))
  })

  test('what is no event of ours is reported and ignored', async () => {
    const channel = `test:${randomUUID()}`
    const errors: unknown[] = []
    const events = await redisEvents(redis, { onError: (error) => errors.push(error), channel })
    const heard = listen(events)
    await redis.publish(channel, 'no JSON')
    await redis.publish(channel, '{"topic":1}')
    await until('both are reported', () => errors.length === 2)
    assert.deepEqual(heard, [])
    await events.close()
  })
})

describe('when Redis is in trouble', { skip: withoutOwnRedis() }, () => {
  let server: OwnRedis
  let connections: Redis[]
  let one: Events
  let other: Events
  let reconnects = 0
  before(async () => {
    server = await ownRedis()
    connections = await Promise.all([connectRedis(server.url), connectRedis(server.url)])
    one = await redisEvents(connections[0]!, { onError: ignore })
    other = await redisEvents(connections[1]!, { onError: ignore })
    other.onReconnect(() => reconnects++)
  })
  after(async () => {
    await Promise.all([one.close(), other.close()])
    for (const redis of connections) redis.disconnect()
    server.thaw()
    await server.kill()
  })

  /** Publishes until the other process hears it again. */
  async function untilHeard(heard: string[]): Promise<void> {
    const probe = event('probe.sent')
    await until('the other process hears again', async () => {
      await one.publish(probe).catch(() => {})
      return heard.includes(probe.id)
    })
  }

  test('killed: own listeners hear at once, the others after publishing again, and they learn of the gap', async () => {
    const [here, there] = [listen(one), listen(other)]
    assert.equal(reconnects, 0)
    await server.kill()
    const sent = event('a.b')
    const startedAt = performance.now()
    await assert.rejects(one.publish(sent))
    assert.ok(performance.now() - startedAt < 250)
    assert.deepEqual(here, [sent.id])
    assert.equal(there.length, 0)

    await server.start()
    await untilHeard(there)
    await until('the gap is told', () => reconnects === 1)
    await one.publish(sent)
    await until('the other hears it', () => there.includes(sent.id))
    assert.equal(here.filter((id) => id === sent.id).length, 1)
  })

  test('frozen: a listener that says nothing notices too', async () => {
    const before = reconnects
    const there = listen(other)
    server.freeze()
    await until('the subscriber gives up the connection', () =>
      one.publish(event('a.b')).then(
        () => false,
        () => true,
      ),
    )
    const frozenFor = performance.now()
    // The heartbeat is every 2 s; the publisher notices at once.
    await until('longer than a heartbeat', () => performance.now() - frozenFor > 2_500)
    server.thaw()
    await until('the gap is told', () => reconnects > before)
    await untilHeard(there)
  })
})
