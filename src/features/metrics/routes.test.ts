import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { until } from '../../../test/support/until.ts'

const app = await startApp({ outbound_allow: ['127.0.0.1'] })

/** Three samples of each series, 15 s apart, the last of them now. */
before(async () => {
  const now = app.clock.now()
  await app.app.platform.telemetry.metrics.append({
    series: ['GET', 'POST'].map((method, index) => ({
      labels: { __name__: 'http_requests_total', method, status: '200' },
      timestamps: Float64Array.of(now - 30_000, now - 15_000, now),
      values: Float64Array.of(0, 15 * (index + 1), 30 * (index + 1)),
    })),
    metadata: [{ metric: 'http_requests_total', type: 'counter', help: 'Requests', unit: '' }],
  })
})

const get = (path: string, query: Record<string, string | number>) =>
  app.admin(
    'GET',
    `${path}?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))}`,
  )

const seconds = (agoMs = 0): number => (app.clock.now() - agoMs) / 1_000

describe('GET /metrics/query', () => {
  test('answers what Prometheus calls data, bare or in the envelope', async () => {
    const query = {
      query: 'rate(http_requests_total{method="GET"}[30s])',
      start: seconds(15_000),
      end: seconds(),
      step: 15,
    }
    const bare = (await get('/api/v1/metrics/query', query)).json()
    assert.equal(bare.resultType, 'matrix')
    assert.deepEqual(bare.result[0].metric, { method: 'GET', status: '200' })
    assert.deepEqual(bare.result[0].values.at(-1), [seconds(), '1'])
    const enveloped = (await get('/api/metrics/query', query)).json()
    assert.deepEqual(enveloped, { success: true, data: bare })
    assert.equal((await get('/api/v1/metrics/query', { query: 'up' })).json().resultType, 'vector')
  })

  test('tells what is wrong, and where', async () => {
    const reply = await get('/api/v1/metrics/query', { query: 'sum(' })
    assert.equal(reply.statusCode, 400)
    assert.match(reply.json().error.message as string, /parse error/)
    const backwards = await get('/api/v1/metrics/query', { query: 'up', start: 10, end: 5 })
    assert.equal(backwards.statusCode, 400)
  })
})

describe('POST /metrics/query', () => {
  test('answers several on one grid, and one that fails spoils nothing', async () => {
    const now = app.clock.now()
    const { results } = (
      await app.admin('POST', '/api/v1/metrics/query', {
        queries: [
          { query: 'http_requests_total{method="POST"}', from_ms: now - 60_000, to_ms: now, step_ms: 15_000 },
          { query: 'sum(http_requests_total)' },
          { query: 'nothing +' },
          { query: '1/0', from_ms: now - 15_000, to_ms: now, step_ms: 15_000 },
        ],
      })
    ).json()
    assert.deepEqual(results[0].series[0].values, [null, null, 0, 30, 60])
    assert.equal(results[1].series[0].value, 90)
    assert.equal(results[2].type, 'error')
    assert.equal(results[2].code, 'VALIDATION_FAILED')
    assert.equal(typeof results[2].position, 'number')
    assert.deepEqual(results[3].series[0].values, ['+Inf', '+Inf'])
  })
})

describe('POST /metrics/query with extremes', () => {
  test('tells what lies between the steps, and passes over what has nothing there', async () => {
    const now = app.clock.now()
    const ask = async (extremes: boolean) =>
      (
        await app.admin('POST', '/api/v1/metrics/query', {
          queries: ['http_requests_total{method="POST"}', 'http_requests_total < -1', 'sum('].map((query) => ({
            query,
            from_ms: now - 30_000,
            to_ms: now,
            step_ms: 30_000,
            extremes,
          })),
        })
      ).json().results
    const [line, none, wrong] = await ask(true)
    assert.deepEqual(
      [line.series[0].values, line.series[0].lows, line.series[0].highs],
      [
        [0, 60],
        [0, 30],
        [0, 60],
      ],
    )
    assert.deepEqual([none.series, wrong.code], [[], 'VALIDATION_FAILED'])
    assert.equal((await ask(false))[0].series[0].lows, undefined)
  })
})

describe('the Prometheus API', () => {
  test('answers what Grafana asks', async () => {
    const posted = await app.app.http.inject({
      method: 'POST',
      url: '/prometheus/api/v1/query',
      headers: {
        authorization: `Bearer ${app.adminToken}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: 'query=1%2B1&time=4',
    })
    assert.deepEqual(posted.json(), { status: 'success', data: { resultType: 'scalar', result: [4, '2'] } })
    const path = '/prometheus/api/v1'
    assert.deepEqual((await get(`${path}/labels`, {})).json().data, ['__name__', 'method', 'status'])
    assert.deepEqual((await get(`${path}/label/method/values`, {})).json().data, ['GET', 'POST'])
    assert.deepEqual((await get(`${path}/label/U__method/values`, {})).json().data, ['GET', 'POST'])
    assert.equal((await get(`${path}/series`, { 'match[]': '{method="GET"}' })).json().data.length, 1)
    assert.equal((await get(`${path}/series`, {})).statusCode, 400)
    assert.deepEqual((await get(`${path}/metadata`, {})).json().data, {
      http_requests_total: [{ type: 'counter', help: 'Requests', unit: '' }],
    })
    assert.deepEqual((await get(`${path}/query_exemplars`, { query: 'test', start: 1, end: 2 })).json().data, [])
    for (const what of ['buildinfo', 'flags', 'runtimeinfo', 'tsdb'])
      assert.equal((await get(`${path}/status/${what}`, {})).json().status, 'success', what)
  })

  test('tells errors in its words', async () => {
    for (const [query, status, errorType] of [
      [{ query: 'sum(' }, 400, 'bad_data'],
      [{}, 400, 'bad_data'],
      [{ query: 'up', time: 'soon' }, 400, 'bad_data'],
      [{ query: 'label_replace(http_requests_total, "method", "", "", "")' }, 422, 'execution'],
    ] as const) {
      const reply = await get('/prometheus/api/v1/query', query)
      const { status: word, errorType: type, error } = reply.json()
      assert.deepEqual([reply.statusCode, word, type], [status, 'error', errorType], String(error))
    }
    const anonymous = await app.anonymous('GET', '/prometheus/api/v1/query?query=1')
    assert.equal(anonymous.statusCode, 401)
  })
})

describe('targets', () => {
  test('are scraped, marked down when they do not answer, and forgotten when they are taken away', async () => {
    let body: string | undefined = 'things 1\n'
    const asked: (string | undefined)[] = []
    const target = createServer(({ headers }, response) => {
      asked.push(headers.authorization)
      if (body === undefined) response.writeHead(503)
      response.end(body)
    }).listen(0, '127.0.0.1')
    after(() => target.close())
    await once(target, 'listening')
    const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/metrics`
    const set = (targets: unknown[]) => app.admin('PUT', '/api/v1/metrics/targets', { targets })
    const one = { job: 'things', url, interval_seconds: 1, timeout_seconds: 1, labels: { zone: 'a' } }
    assert.equal((await set([{ ...one, bearer_token: 'open sesame' }])).statusCode, 200)

    const state = async () => (await app.admin('GET', '/api/v1/metrics/targets')).json().targets[0]
    const moving = setInterval(() => app.clock.advance(250), 50)
    after(() => clearInterval(moving))
    await until('the target is up', async () => (await state()).health === 'up')
    assert.equal(asked[0], 'Bearer open sesame')
    assert.ok(!JSON.stringify(await state()).includes('sesame'))
    const things = async () => (await get('/api/v1/metrics/query', { query: 'things' })).json().result
    assert.deepEqual((await things())[0].metric, {
      __name__: 'things',
      instance: new URL(url).host,
      job: 'things',
      zone: 'a',
    })
    body = undefined
    await until('the target is down', async () => (await state()).health === 'down')
    assert.match((await state()).last_error as string, /HTTP status 503/)
    await until('its series ended', async () => (await things()).length === 0)
    await set([])
    assert.equal((await app.admin('GET', '/api/v1/metrics/targets')).json().targets.length, 0)
  })

  test('that are no addresses are refused', async () => {
    const reply = await app.admin('PUT', '/api/v1/metrics/targets', {
      targets: [{ job: 'x', url: 'file:///etc/passwd' }],
    })
    assert.equal(reply.statusCode, 400)
  })

  test('409 for who saves over what another has saved since', async () => {
    const read = async () => (await app.admin('GET', '/api/v1/metrics/targets')).json() as { revision: string }
    const set = (job: string, revision: string) =>
      app.admin('PUT', '/api/v1/metrics/targets', { targets: [{ job, url: 'http://127.0.0.1:1/metrics' }], revision })
    const { revision } = await read()
    const both = await Promise.all([set('first', revision), set('second', revision)])
    assert.deepEqual(new Set(both.map(({ statusCode }) => statusCode)), new Set([200, 409]))
    assert.equal((await set('third', (await read()).revision)).statusCode, 200)
    assert.equal((await set('fourth', revision)).json().error.code, 'CONFLICT')
    await app.admin('PUT', '/api/v1/metrics/targets', { targets: [] })
  })

  test('400 for the same address twice, by the place', async () => {
    const target = { job: 'x', url: 'http://127.0.0.1:1/metrics' }
    const reply = await app.admin('PUT', '/api/v1/metrics/targets', { targets: [target, target] })
    assert.equal(reply.statusCode, 400)
    assert.equal(reply.json().error.details.fields[0].field, 'targets.1.url')
  })

  test('are asked once on request, and what they answer is told: samples, what is none, and nobody', async () => {
    const answers: Record<string, [status: number, body: string]> = {
      '/metrics': [200, 'things{zone="a"} 1\nthings{zone="b"} 2\n'],
      '/page': [200, '<html>hello</html>'],
      '/gone': [404, 'no'],
    }
    const asked: (string | undefined)[] = []
    const target = createServer(({ url = '', headers }, response) => {
      asked.push(headers.authorization)
      const [status, body] = answers[url]!
      response.writeHead(status, { 'content-type': 'text/plain' }).end(body)
    }).listen(0, '127.0.0.1')
    after(() => target.close())
    await once(target, 'listening')
    const base = `http://127.0.0.1:${(target.address() as AddressInfo).port}`
    const ask = async (url: string, more: object = {}) => {
      const reply = await app.admin('POST', '/api/v1/metrics/targets/test', { job: 'x', url, ...more })
      assert.equal(reply.statusCode, 200, reply.body)
      return reply.json() as { error: string | null; samples: number | null; beginning: string; took_ms: number }
    }
    const good = await ask(`${base}/metrics`)
    assert.deepEqual([good.error, good.samples], [null, 2])
    assert.match(good.beginning, /^things\{zone="a"\} 1$/m)
    const page = await ask(`${base}/page`)
    assert.match(page.error ?? '', /^Line 1 is no sample/)
    assert.equal(page.beginning, '<html>hello</html>')
    assert.match((await ask(`${base}/gone`)).error ?? '', /HTTP status 404/)
    assert.match((await ask('http://127.0.0.1:1/metrics')).error ?? '', /refuse|bad port/i)

    const saved = { job: 'x', url: `${base}/metrics`, interval_seconds: 3600, bearer_token: 'open sesame' }
    await app.admin('PUT', '/api/v1/metrics/targets', { targets: [saved] })
    asked.length = 0
    await ask(`${base}/metrics`)
    await ask(`${base}/metrics`, { bearer_token: null })
    assert.deepEqual(asked, ['Bearer open sesame', undefined])
    await app.admin('PUT', '/api/v1/metrics/targets', { targets: [] })
    assert.match((await app.admin('GET', '/api/v1/admin/logs')).body, /metrics\.test-target/)
  })
})
