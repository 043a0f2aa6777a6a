import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'

const app = await startApp()
const nsOf = (ms: number): string => `${Math.round(ms)}000000`

const push = (streams: unknown, headers: Record<string, string> = {}) =>
  app.admin('POST', '/loki/api/v1/push', { streams }, headers)

before(async () => {
  const now = app.clock.now()
  const pushed = await push([
    {
      stream: { service: 'api', env: 'prod' },
      values: [
        [nsOf(now - 60_000), '{"level":"info","message":"GET /users","request_id":"r-1","duration_ms":12}'],
        [nsOf(now - 50_000), 'level=error msg="database gone" request_id=r-2 duration_ms=800'],
        [nsOf(now - 40_000), 'WARN slow answer', { request_id: 'r-3' }],
        [nsOf(now - 30_000), 'CRITICAL on fire'],
      ],
    },
    { stream: { service: 'services' }, values: [[nsOf(now - 20_000), 'a service of an awkward name']] },
    { stream: { service: 'a/b c%' }, values: [[nsOf(now - 10_000), 'a hostile name']] },
  ])
  assert.equal(pushed.statusCode, 204, pushed.body)
})

interface Service {
  id: string
  name: string
  status: string
  log_level: string
  lines: number
}

describe('GET /logs/services', () => {
  test('names every service, on both faces, and is no service itself', async () => {
    const { services } = (await app.admin('GET', '/api/v1/logs/services')).json() as { services: Service[] }
    const enveloped = (await app.admin('GET', '/api/logs/services')).json()
    assert.deepEqual(enveloped, { success: true, data: { services } })
    assert.deepEqual(
      services.map(({ id, name, status, log_level, lines }) => [id, name, status, log_level, lines]),
      [
        ['a/b c%', 'a/b c%', 'running', 'INFO', 1],
        ['api', 'api', 'running', 'INFO', 4],
        ['services', 'services', 'running', 'INFO', 1],
      ],
    )
  })
})

describe('GET /logs/{service_id}', () => {
  const read = async (query: string, service = 'api') =>
    (await app.admin('GET', `/api/v1/logs/${service}${query}`)).json() as {
      logs: { timestamp: string; level: string; service: string; message: string; metadata: Record<string, unknown> }[]
      total: number
      has_more: boolean
    }

  test('gives lines with structured metadata, newest first', async () => {
    const { logs, total, has_more } = await read('')
    assert.deepEqual({ total, has_more }, { total: 4, has_more: false })
    assert.deepEqual(
      logs.map(({ level, service, message }) => [level, service, message]),
      [
        ['ERROR', 'api', 'CRITICAL on fire'],
        ['WARN', 'api', 'WARN slow answer'],
        ['ERROR', 'api', 'database gone'],
        ['INFO', 'api', 'GET /users'],
      ],
    )
    assert.deepEqual(logs[3]!.metadata, { request_id: 'r-1', duration_ms: 12 })
    assert.deepEqual(logs[2]!.metadata, { request_id: 'r-2', duration_ms: 800 })
    assert.deepEqual(logs[1]!.metadata, { request_id: 'r-3' })
    assert.equal(Date.parse(logs[3]!.timestamp), app.clock.now() - 60_000)
  })

  test('by level in every spelling', async () => {
    for (const [level, total] of [
      ['ERROR', 2],
      ['error', 2],
      ['err', 2],
      ['40', 2],
      ['CRITICAL', 1],
      ['fatal', 1],
      ['WARN', 1],
      ['warning', 1],
      ['INFO', 1],
      ['DEBUG', 0],
      ['warn,error', 3],
    ] as const)
      assert.equal((await read(`?level=${level}`)).total, total, level)
    const refused = await app.admin('GET', '/api/v1/logs/api?level=loud')
    assert.equal(refused.statusCode, 400)
    assert.match(refused.json().error.message as string, /"loud" is no level; write DEBUG/)
  })

  test('by time, by search, by page', async () => {
    const at = (ms: number): string => encodeURIComponent(new Date(app.clock.now() - ms).toISOString())
    assert.equal((await read(`?start_time=${at(55_000)}&end_time=${at(35_000)}`)).total, 2)
    assert.equal((await read('?search=database')).total, 1)
    assert.equal((await read(`?search=${encodeURIComponent('@duration_ms:>500')}`)).total, 1)
    assert.equal((await read(`?search=${encodeURIComponent('-database')}`)).total, 3)
    const second = await read('?limit=1&offset=1')
    assert.deepEqual([second.logs[0]!.message, second.total, second.has_more], ['WARN slow answer', 4, true])
    assert.equal((await read('', 'all')).total, 6)
    assert.equal((await read('', encodeURIComponent('a/b c%'))).total, 1)
    assert.equal((await read('', 'nobody')).total, 0)
  })

  test('tells where a search is not understood', async () => {
    const refused = await app.admin('GET', `/api/v1/logs/api?search=${encodeURIComponent('"open')}`)
    assert.equal(refused.statusCode, 400)
    assert.equal(refused.json().error.details.position.from, 0)
  })
})

describe('POST /logs/{service_id}', () => {
  test('stores JSON lines, arrays and text, and tells what it left out', async () => {
    const send = (body: string, type: string) =>
      app.app.http.inject({
        method: 'POST',
        url: '/api/v1/logs/batch',
        headers: { authorization: `Bearer ${app.adminToken}`, 'content-type': type },
        payload: body,
      })
    const reply = await send('{"message":"one","level":"warn"}\n{"message":"two"}\n', 'application/x-ndjson')
    assert.deepEqual(reply.json(), { stored: 2, duplicates: 0, rejected: [] })
    assert.equal((await send('[{"message":"three"}]', 'application/json')).json().stored, 1)
    assert.equal((await send('four\nfive', 'text/plain')).json().stored, 2)
    assert.equal((await app.admin('GET', '/api/v1/logs/batch')).json().total, 5)
  })

  test('stores once what is sent again', async () => {
    const line = [{ stream: { service: 'again' }, values: [[nsOf(app.clock.now() - 5_000), 'only once']] }]
    for (const turn of ['first', 'second']) assert.equal((await push(line)).statusCode, 204, turn)
    assert.equal((await app.admin('GET', '/api/v1/logs/again')).json().total, 1)
    const send = (key?: string) =>
      app.admin('POST', '/api/v1/logs/keyed', { message: 'tick' }, key === undefined ? {} : { 'idempotency-key': key })
    assert.equal((await send('a1')).json().stored, 1)
    assert.deepEqual((await send('a1')).json(), { stored: 0, duplicates: 1, rejected: [] })
    assert.equal((await send('a2')).json().stored, 1)
    assert.equal((await send()).json().stored, 1)
    assert.equal((await send('bad key')).statusCode, 400)
  })

  test('takes no larger body than is allowed, and none from who may not', async () => {
    const small = await startApp({ ingest_body_bytes_max: 2_000 })
    const big = await small.admin('POST', '/api/v1/logs/big', { message: 'x'.repeat(3_000) })
    assert.equal(big.statusCode, 413)
    const viewer = await small.user('viewer')
    assert.equal((await viewer.call('POST', '/api/v1/logs/big', { message: 'x' })).statusCode, 403)
    assert.equal((await viewer.call('GET', '/api/v1/logs/services')).statusCode, 403)
  })
})

describe('POST /loki/api/v1/push', () => {
  test('answers as Loki does: 204, and 400 with plain text', async () => {
    for (const [streams, wanted] of [
      [[{ stream: { a: 'b' }, values: [[1, 'a number is no time']] }], 400],
      ['nonsense', 400],
    ] as const) {
      const { statusCode, headers, body } = await push(streams)
      assert.equal(statusCode, wanted, body)
      assert.match(String(headers['content-type']), /^text\/plain/)
    }
    assert.equal((await app.anonymous('POST', '/loki/api/v1/push', {})).statusCode, 401)
  })

  test('takes secrets and personal data out before they are stored, by rules that can be changed', async () => {
    const now = app.clock.now()
    await push([{ stream: { service: 'pii' }, values: [[nsOf(now), 'mail from mara@example.com']] }])
    const rules = [{ name: 'order', pattern: 'ORD-[0-9]+', enabled: true }]
    assert.equal((await app.admin('PUT', '/api/v1/logs/redaction', { rules })).statusCode, 200)
    await push([{ stream: { service: 'pii' }, values: [[nsOf(now), 'order ORD-4711 is late']] }])
    const { logs } = (await app.admin('GET', '/api/v1/logs/pii')).json() as { logs: { message: string }[] }
    assert.deepEqual(
      logs.map(({ message }) => message).toSorted((a, b) => (a < b ? -1 : 1)),
      ['mail from ‹redacted:email›', 'order ‹redacted:order› is late'],
    )
    const refused = await app.admin('PUT', '/api/v1/logs/redaction', {
      rules: [{ name: 'bad', pattern: '(', enabled: true }],
    })
    assert.equal(refused.statusCode, 400)
  })
})

describe('the console', () => {
  test('finds rows, volume and total at once, and says what took everything away', async () => {
    const found = await app.admin('POST', '/api/v1/logs/search', { query: 'service:api level:error', buckets: 10 })
    const { rows, total, histogram } = found.json()
    assert.equal(rows.length, 1)
    assert.deepEqual(total, { count: 1, exact: true })
    assert.equal(
      histogram.counts.error.reduce((sum: number, count: number) => sum + count, 0),
      1,
    )
    assert.deepEqual(rows[0].fields, { level: 'error', msg: 'database gone', request_id: 'r-2', duration_ms: '800' })
    const nothing = await app.admin('POST', '/api/v1/logs/search', { query: 'service:api database level:info' })
    assert.deepEqual(nothing.json().rows, [])
    assert.ok(nothing.json().hints.length > 0)
  })

  test('reads around a line, counts a field, downloads', async () => {
    const { rows } = (await app.admin('POST', '/api/v1/logs/search', { query: 'database' })).json()
    const context = await app.admin('GET', `/api/v1/logs/context/${rows[0].id}?before=1&after=1`)
    assert.deepEqual(
      context.json().rows.map(({ line }: { line: string }) => line.slice(0, 12)),
      ['{"level":"in', 'level=error ', 'WARN slow an'],
    )
    assert.equal((await app.admin('GET', '/api/v1/logs/context/1.00000000')).statusCode, 404)
    const facet = await app.admin('GET', '/api/v1/logs/facet?query=service:api&field=request_id')
    assert.equal(facet.json().values.length, 3)
    const csv = await app.admin('GET', '/api/v1/logs/export?format=csv&query=service:api')
    assert.match(String(csv.headers['content-disposition']), /logs\.csv/)
    assert.equal(csv.body.trim().split('\n').length, 5)
    assert.equal((await app.admin('GET', `/api/v1/logs/export?query=${encodeURIComponent('(')}`)).statusCode, 400)
  })

  test('keeps views, own and shared', async () => {
    const mara = await app.user('developer')
    const made = await app.admin('POST', '/api/v1/logs/views', { name: 'Errors', query: 'level:error' })
    assert.equal(made.statusCode, 201)
    const { id } = made.json()
    assert.equal((await app.admin('POST', '/api/v1/logs/views', { name: 'Errors' })).statusCode, 409)
    assert.deepEqual((await mara.call('GET', '/api/v1/logs/views')).json().views, [])
    assert.equal((await mara.call('PUT', `/api/v1/logs/views/${id}`, { name: 'x' })).statusCode, 404)
    assert.equal((await app.admin('PUT', `/api/v1/logs/views/${id}`, { shared: true })).json().shared, true)
    assert.equal((await mara.call('GET', '/api/v1/logs/views')).json().views[0].can_edit, false)
    assert.equal((await mara.call('DELETE', `/api/v1/logs/views/${id}`)).statusCode, 404)
    assert.equal((await app.admin('DELETE', `/api/v1/logs/views/${id}`)).statusCode, 200)
  })
})

describe('the Loki API', () => {
  const ask = async (path: string, query: Record<string, string>) =>
    (await app.admin('GET', `/loki/api/v1/${path}?${new URLSearchParams(query)}`)).json()

  test('answers what Grafana asks to see whether it is there', async () => {
    const { data } = await ask('query', { query: 'vector(1)+vector(1)', time: '4000000000' })
    assert.deepEqual(data.result, [{ metric: {}, value: [4_000_000_000, '2'] }])
    assert.equal((await app.admin('GET', '/loki/api/v2alpha/tail')).statusCode, 404)
  })

  test('answers lines, numbers, labels, streams and sizes', async () => {
    const lines = await ask('query_range', { query: '{service="api"} |= "database"' })
    assert.equal(lines.data.resultType, 'streams')
    assert.equal(lines.data.result[0].values.length, 1)
    const at = { time: String(app.clock.now() / 1_000) }
    const numbers = await ask('query', { query: 'sum(count_over_time({service="api"}[5m]))', ...at })
    assert.equal(numbers.data.result[0].value[1], '4')
    assert.ok((await ask('labels', {})).data.includes('env'))
    assert.deepEqual((await ask('label/env/values', {})).data, ['prod'])
    assert.equal((await ask('series', { 'match[]': '{env="prod"}' })).data.length, 1)
    assert.equal((await ask('index/stats', { query: '{env="prod"}' })).entries, 4)
  })

  test('tells what is wrong as plain text', async () => {
    const { statusCode, headers, body } = await app.admin('GET', '/loki/api/v1/query?query=%7Bapp%3D')
    assert.equal(statusCode, 400)
    assert.match(String(headers['content-type']), /^text\/plain/)
    assert.match(body, /parse error at line 1, col 6/)
  })
})
