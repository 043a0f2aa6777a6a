import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eachEngine } from '../../../../test/support/engines.ts'
import { bearer, listen, rawClient, socketIoClient } from '../../../../test/support/sockets.ts'
import { twoServers } from '../../../../test/support/twoServers.ts'
import { until } from '../../../../test/support/until.ts'
import type { TestApp } from '../../../../test/support/app.ts'

interface Listed {
  id: string
  door: string
  user: { label: string }
  server_id: string
  topics: string[]
  user_agent: string | null
}

const path = '/api/v1/system/connections'
const listed = async ({ admin }: TestApp): Promise<Listed[]> => (await admin('GET', path)).json().connections

eachEngine('connections', (engine) => {
  test('each server lists those of all, and closes them wherever they are, once', async () => {
    const [a, b] = await twoServers(engine)
    const [addressA, addressB] = [await listen(a), await listen(b)]
    const raw = rawClient(`ws${addressA}/ws`, { ...bearer(a.adminToken), 'user-agent': 'wscat\u00e9 <script>' })
    const modern = socketIoClient(`http${addressB}`, { transports: ['polling'], auth: { token: b.adminToken } })
    const console = rawClient(`ws${addressB}/api/v1/stream`, bearer(b.adminToken))
    await raw.hears('connection_established')
    await modern.hears('connection_established')
    await console.hears('hello')
    console.send({ type: 'subscribe', topics: ['logs.tail:"a\u0000b"', 'health'] })
    await console.hears('subscribed')

    await until('all are listed at A', async () => (await listed(a)).length === 3)
    await until('with what they follow', async () =>
      (await listed(a)).some(({ door, topics }) => door === 'stream' && topics.includes('health')),
    )
    const seen = await listed(b)
    assert.deepEqual(seen.map(({ door }) => door).toSorted(), ['/ws', 'Socket.IO', 'stream'])
    assert.deepEqual(
      new Set(seen.map(({ server_id }) => server_id)),
      new Set([a.app.platform.instanceId, b.app.platform.instanceId]),
    )
    const idOf = (wanted: string): string => seen.find(({ door }) => door === wanted)!.id

    assert.equal((await b.admin('DELETE', `${path}/${idOf('/ws')}`)).statusCode, 200)
    assert.equal(await raw.closed, 4403)
    assert.equal((await a.admin('DELETE', `${path}/${idOf('Socket.IO')}`)).statusCode, 200)
    assert.equal(await modern.hears('disconnect'), 'io server disconnect')
    await until('they are gone', async () => (await listed(a)).length === 1)
    assert.equal((await b.admin('DELETE', `${path}/${idOf('/ws')}`)).statusCode, 404)

    await b.stop()
    await until('a server that ends takes its own along', async () => (await listed(a)).length === 0)
  })

  test('strange ids are not found, and others may not look or close', async () => {
    const [a] = await twoServers(engine)
    for (const id of ['nothing', '%00', '..%2F..', "'--", 'x'.repeat(128)])
      assert.ok([400, 404].includes((await a.admin('DELETE', `${path}/${id}`)).statusCode), id)
    const viewer = await a.user('viewer')
    assert.equal((await viewer.call('GET', path)).statusCode, 403)
    assert.equal((await viewer.call('DELETE', `${path}/x`)).statusCode, 403)
  })
})
