import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'

test('what is looked at of one question counts once a minute, another question counts again', async () => {
  const { user } = await startApp({ rate_limit: 20, rate_limit_logs: 2 })
  const { call } = await user('operator')
  const search = async (query: string, more: object = {}): Promise<number> =>
    (await call('POST', '/api/v1/logs/search', { query, ...more })).statusCode

  const first = await call('POST', '/api/v1/logs/search', { query: 'a' })
  assert.deepEqual([first.statusCode, /"logs";r=1;/.test(String(first.headers['ratelimit']))], [200, true])
  assert.deepEqual([await search('a', { offset: 500 }), await search('a', { limit: 1, buckets: 96 })], [200, 200])
  assert.equal((await call('GET', '/api/logs/facet?query=a&field=env')).statusCode, 200)
  assert.deepEqual([await search('b'), await search('c'), await search('c')], [200, 429, 429])
  assert.equal(await search('a'), 200, 'what was counted is still there to be looked at')
})

test('each look counts among all requests, and one service is read so often as is said', async () => {
  const { user } = await startApp({ rate_limit: 4, rate_limit_logs: 2 })
  const [mara, nils] = [await user('operator'), await user('operator')]
  const searches: number[] = []
  for (let turn = 0; turn < 5; turn++)
    searches.push((await mara.call('POST', '/api/v1/logs/search', { query: 'a' })).statusCode)
  assert.deepEqual(searches, [200, 200, 200, 200, 429])
  const reads: number[] = []
  for (let turn = 0; turn < 3; turn++) reads.push((await nils.call('GET', '/api/v1/logs/api?search=a')).statusCode)
  assert.deepEqual(reads, [200, 200, 429])
})
