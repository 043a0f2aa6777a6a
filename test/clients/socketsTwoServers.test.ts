import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TestApp } from '../support/app.ts'
import { databaseEngines } from '../support/engines.ts'
import { redisUrl, withoutRedis } from '../support/redis.ts'
import { bearer, listen, rawClient, socketIoClient } from '../support/sockets.ts'
import { twoServers } from '../support/twoServers.ts'
import { until } from '../support/until.ts'

const declare = ({ app }: TestApp): void => {
  app.platform.live.declare('news', { access: 'dashboard:read', event: 'news', shared: true })
  app.platform.live.declare('here', { access: 'dashboard:read', event: 'here' })
}

describe('two servers with one Redis', { skip: withoutRedis() }, () => {
  const servers = async () => {
    const [sqlite] = databaseEngines()
    const [a, b] = await twoServers(sqlite!, { redis_url: redisUrl()! })
    declare(a)
    declare(b)
    return { a, b, addressA: await listen(a), addressB: await listen(b) }
  }

  test('what one publishes in a shared topic reaches the clients of both on every door, in order, once', async () => {
    const { a, b, addressA, addressB } = await servers()
    const clients = [addressA, addressB].flatMap((address) => [
      rawClient(`ws${address}/ws`, bearer(a.adminToken)),
      socketIoClient(`http${address}`, { transports: ['websocket'], auth: { token: a.adminToken } }),
    ])
    for (const client of clients) await client.hears('connection_established')
    for (let index = 0; index < 50; index++) a.app.platform.live.publish('news', index)
    b.app.platform.live.publish('here', 'only at B')
    for (const client of clients) await client.hears('news', 50)
    const dataOf = (data: unknown): unknown => (typeof data === 'number' ? data : (data as { data: unknown }).data)
    for (const { heard } of clients) {
      const news = heard.filter(({ event }) => event === 'news').map(({ data }) => dataOf(data))
      assert.deepEqual(
        news,
        Array.from({ length: 50 }, (_, index) => index),
      )
    }
    await clients[3]!.hears('here')
    assert.equal(clients[0]!.heard.filter(({ event }) => event === 'here').length, 0)
  })

  test('a stream that comes back to the other server is told that it did not resume', async () => {
    const { a, b, addressA, addressB } = await servers()
    const first = rawClient(`ws${addressA}/api/v1/stream`, bearer(a.adminToken))
    const { epoch } = (await first.hears('hello')) as { epoch: string }
    first.send({ type: 'subscribe', topics: ['news'] })
    await first.hears('subscribed')
    b.app.platform.live.publish('news', 'one')
    const { seq } = (await first.hears('event')) as { seq: number }
    first.socket.close()
    for (const [address, resumed] of [
      [addressA, true],
      [addressB, false],
    ] as const) {
      const again = rawClient(`ws${address}/api/v1/stream`, bearer(a.adminToken))
      await again.hears('hello')
      again.send({ type: 'subscribe', topics: ['news'], resume: { epoch, seq: { news: seq } } })
      assert.equal(((await again.hears('subscribed')) as { resumed: boolean }).resumed, resumed)
    }
  })

  test('ten sockets of one user over both', async () => {
    const { a, addressA, addressB } = await servers()
    const open = (address: string) => rawClient(`ws${address}/ws`, bearer(a.adminToken))
    const clients = [addressA, addressB].flatMap((address) => Array.from({ length: 5 }, () => open(address)))
    for (const client of clients) await client.hears('connection_established')
    assert.equal(await open(addressA).closed, 4429)
    assert.equal(await open(addressB).closed, 4429)
    const refused = socketIoClient(`http${addressB}`, { transports: ['polling'], auth: { token: a.adminToken } })
    assert.equal((await refused.refusal()).data?.code, 'RATE_LIMITED')
    clients[0]!.socket.close()
    await clients[0]!.closed
    await until('a place is free at the other', async () => {
      const again = open(addressB)
      return Promise.race([again.hears('connection_established').then(() => true), again.closed.then(() => false)])
    })
  })

  test('a ticket of one server is good at the other, once', async () => {
    const { a, addressA, addressB } = await servers()
    const { ticket } = (await a.admin('POST', '/api/v1/auth/ticket')).json()
    await rawClient(`ws${addressB}/ws?ticket=${ticket}`).hears('connection_established')
    assert.equal(await rawClient(`ws${addressA}/ws?ticket=${ticket}`).closed, 401)
  })
})
