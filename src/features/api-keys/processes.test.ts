import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eachEngine } from '../../../test/support/engines.ts'
import { statusCounts, twoServers } from '../../../test/support/twoServers.ts'
import { until } from '../../../test/support/until.ts'
import { signRequest } from './index.ts'

const own = '/api/v1/me/api-keys'

eachEngine('API keys of two servers', (engine) => {
  test('of 20 copies of one signed request, half to each, one succeeds', async () => {
    const [first, second] = await twoServers(engine)
    const { key, signing_secret } = (await first.admin('POST', own, { name: 'signer', signing: true })).json()
    const body = { email: 'once@example.com', password: 'a long enough phrase' }
    const headers = signRequest(
      signing_secret,
      { method: 'POST', path: '/api/v1/users', body: JSON.stringify(body) },
      { now: first.clock.now() },
    )
    const callers = [first.as(key), second.as(key)]
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, copy) => callers[copy % 2]!('POST', '/api/v1/users', body, headers)),
    )
    assert.deepEqual(statusCounts(replies), { 201: 1, 401: 19 })
  })

  test('with room for one more key, of 8 that are made at once one succeeds', async () => {
    const [first, second] = await twoServers(engine)
    for (let made = 0; made < 49; made++) await first.admin('POST', own, { name: `key ${made}` })
    const callers = [first.admin, second.admin]
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, copy) => callers[copy % 2]!('POST', own, { name: 'last' })),
    )
    assert.deepEqual(statusCounts(replies), { 201: 1, 409: 7 })
  })

  test('of 8 rotations of one key one succeeds, and leaves two keys', async () => {
    const [first, second] = await twoServers(engine)
    const { id } = (await first.admin('POST', own, { name: 'rotated' })).json()
    const callers = [first.admin, second.admin]
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, copy) => callers[copy % 2]!('POST', `${own}/${id}/rotate`)),
    )
    assert.deepEqual(statusCounts(replies), { 201: 1, 409: 7 })
    const listed = await second.admin('GET', `${own}?state=active`)
    assert.deepEqual([listed.headers['x-total-count'], listed.json().length], ['2', 2])
  })

  test('a key made by one works at the other, and a revoked one there within two seconds', async () => {
    const [first, second] = await twoServers(engine)
    const { id, key } = (await first.admin('POST', own, { name: 'shared' })).json()
    const status = async () => (await second.as(key)('GET', '/api/v1/me')).statusCode
    assert.equal(await status(), 200)
    await first.admin('DELETE', `${own}/${id}`)
    await until('the key is refused', async () => (await status()) === 401, 2_000)
  })
})
