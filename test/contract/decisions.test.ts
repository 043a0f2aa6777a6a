import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dayMs, minuteMs } from '#kernel/time.ts'
import { spellings } from '#platform/http/endpoints.ts'
import { startApp } from '../support/app.ts'
import { temporaryFolder } from '../support/folder.ts'
import { serverPassword, startServer } from '../support/server.ts'
import { curl } from './programs.ts'

const app = await startApp()
const { admin, anonymous, user } = app

describe('one interface, two mounts', () => {
  test('the canonical mount moves with API_PREFIX, the other one stays', async () => {
    const { url } = await startServer({ dataDir: temporaryFolder(), env: { API_PREFIX: '/backend/v3' } })
    const body = JSON.stringify({ username: 'admin', password: serverPassword })
    const login = await curl('-H', 'content-type: application/json', '-d', body, `${url}/backend/v3/login`)
    const authorization = `Authorization: Bearer ${JSON.parse(login.body).tokens.access_token}`
    const get = async (path: string) => curl('-H', authorization, url + path)
    assert.ok(Array.isArray(JSON.parse((await get('/backend/v3/admin/users')).body)))
    assert.equal(JSON.parse((await get('/api/admin/users')).body).success, true)
    assert.equal((await get('/api/v1/admin/users')).status, 404)
    assert.deepEqual(Object.keys(JSON.parse((await get('/backend/v3/nothing')).body)), ['error'])
    assert.equal(JSON.parse((await get('/backend/v3/admin')).body).links.stats, '/backend/v3/admin/stats')
    assert.ok('/backend/v3/me' in JSON.parse((await get('/openapi.json')).body).paths)
    const page = await curl('-H', 'Accept: text/html', `${url}/`)
    assert.match(page.body, /<meta name="api-prefix" content="\/backend\/v3"/, 'the console finds it')
  })

  test('every spelling of an operation is on both mounts and answers alike', async () => {
    for (const { endpoint } of app.app.operations) {
      const [own, ...others] = spellings(endpoint)
      for (const { method, path } of others) {
        const fill = (text: string) => text.replace(/\{\w+\*?\}/g, '1')
        const [canonical, ...otherMounts] = endpoint.mount === 'root' ? [''] : ['/api/v1', '/api']
        const expected = (await anonymous(endpoint.method, canonical + fill(own!.path))).statusCode
        for (const mount of [canonical, ...otherMounts]) {
          const { statusCode } = await anonymous(method, mount + fill(path))
          assert.equal(statusCode, expected, `${method} ${mount}${path}`)
        }
      }
    }
  })

  test('an error has the face of its mount, also where nothing is', async () => {
    for (const path of ['/nothing', '/admin/users', '/admin/users/none']) {
      assert.deepEqual(Object.keys((await anonymous('GET', `/api/v1${path}`)).json()), ['error'])
      const { success, error } = (await anonymous('GET', `/api${path}`)).json()
      assert.deepEqual([success, Object.keys(error)], [false, ['code', 'message', 'details']])
    }
  })

  test('what is no JSON is sent as it is on both', async () => {
    for (const path of ['/metrics/prometheus', '/admin/logs/export.csv', '/admin/logs/export.ndjson']) {
      const [bare, enveloped] = [await admin('GET', `/api/v1${path}`), await admin('GET', `/api${path}`)]
      assert.equal(bare.statusCode, 200, path)
      assert.equal(bare.headers['content-type'], enveloped.headers['content-type'])
      assert.doesNotMatch(enveloped.body.slice(0, 20), /success/)
    }
  })

  test('every address of the documents answers on both mounts', async () => {
    const documented = [
      'GET /admin/stats',
      'GET /admin/users',
      'POST /admin/cache/invalidate/openai/gpt-4',
      'GET /admin/system/health',
      'GET /admin/server/processes',
      'POST /admin/server/stop/99999999',
      'GET /admin/users/activity',
      'GET /projects/none/messages',
      'GET /system/info',
      'POST /auth/login',
      'POST /auth/refresh',
      'GET /auth/verify',
      'GET /health',
      'GET /metrics',
      'GET /metrics/prometheus',
      'GET /config',
      'PUT /config',
      'POST /system/clear-cache',
      'GET /users',
      'POST /users',
      'DELETE /users/none',
      'POST /login',
      'POST /register',
      'GET /validate-session',
      'POST /admin/users',
      'PUT /admin/users/none',
      'POST /admin/users/none/approve',
      'POST /admin/users/none/reset-password',
      'GET /admin/logs',
    ]
    for (const line of documented) {
      const [method, path] = line.split(' ') as [string, string]
      for (const mount of ['/api/v1', '/api']) {
        const reply = await admin(method, mount + path, method === 'GET' ? undefined : {})
        const code = reply.statusCode === 404 ? reply.json().error.details.path : undefined
        assert.equal(code, undefined, `${method} ${mount}${path} is not there`)
        assert.notEqual(reply.statusCode, 405, line)
      }
    }
  })
})

describe('names and paths', () => {
  test('literal paths beat parameters, and what they stand for cannot be taken for an id', async () => {
    assert.ok('activity_by_type' in (await admin('GET', '/api/v1/admin/users/activity')).json())
    assert.ok('ok' in (await admin('GET', '/api/v1/admin/logs/verify')).json())
    assert.match(String((await admin('GET', '/api/v1/metrics/prometheus')).headers['content-type']), /^text\/plain/)
    assert.ok('metrics' in (await admin('GET', '/api/v1/metrics')).json())
    assert.ok('type' in (await admin('GET', '/api/v1/config/schema')).json())
  })

  test('a user logs in by e-mail address or username, in any case, and ids are opaque text', async () => {
    const { password, id } = await user('user', 'nora')
    for (const body of [
      { username: 'nora' },
      { username: 'NORA' },
      { username: 'nora@example.com' },
      { email: 'Nora@Example.com' },
    ]) {
      const reply = await anonymous('POST', '/api/v1/auth/login', { ...body, password })
      assert.equal(reply.statusCode, 200, JSON.stringify(body))
      assert.equal(reply.json().user.id, id)
    }
  })
})

describe('times', () => {
  test('are read with or without zone, in Unix seconds and milliseconds', async () => {
    const { clock } = app
    const clears = async (span = '') =>
      (await admin('GET', `/api/v1/admin/logs?action=cache.clear${span}`)).json().total
    const earlier = await clears()
    clock.advance(minuteMs)
    const from = clock.now()
    await admin('POST', '/api/v1/system/clear-cache')
    clock.advance(minuteMs)
    const iso = new Date(from).toISOString()
    const spelled = [
      iso,
      iso.replace('Z', ''),
      iso.replace('T', ' ').replace('Z', ''),
      iso.replace('Z', '+00:00'),
      iso.replace('Z', '000'),
      String(from),
      String(from / 1000),
      String(Math.floor(from / 1000)),
    ]
    for (const text of spelled) {
      assert.equal(await clears(`&from=${encodeURIComponent(text)}`), 1, text)
      assert.equal(await clears(`&to=${encodeURIComponent(text)}`), earlier, text)
    }
    for (const text of ['yesterday', '2026-13-01', '', 'NaN', '1e400'])
      assert.equal((await admin('GET', `/api/v1/admin/logs?from=${text}`)).statusCode, 400, text)
  })

  test('leave in UTC with milliseconds and Z, everywhere', async () => {
    const paths = [
      '/admin/stats',
      '/admin/users',
      '/admin/system/health',
      '/admin/logs',
      '/admin/users/activity',
      '/admin/activity/active',
      '/me/sessions',
      '/me/api-keys',
      '/metrics',
      '/projects',
    ]
    for (const path of paths) {
      const { body } = await admin('GET', `/api/v1${path}`)
      for (const [text] of body.matchAll(/"\d{4}-\d\d-\d\dT[^"]*"/g))
        assert.match(text, /^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"$/, path)
    }
  })
})

describe('health', () => {
  test('one state, each view in its own words', async () => {
    const { admin, anonymous } = await startApp({
      health_memory_percent_max: 1,
      health_cpu_percent_max: 100,
      health_disk_percent_max: 100,
    })
    assert.equal((await anonymous('GET', '/health')).json().status, 'degraded')
    const ofAdmin = (await admin('GET', '/api/v1/admin/system/health')).json()
    assert.deepEqual(
      [ofAdmin.status, ofAdmin.components.memory.status, ofAdmin.components.database.status],
      ['degraded', 'degraded', 'ok'],
    )
    const spoken = (await admin('GET', '/api/health')).json().data
    assert.deepEqual(
      [spoken.status, spoken.components.memory.status, spoken.components.database.status],
      ['degraded', 'degraded', 'healthy'],
    )
    assert.equal((await admin('GET', '/api/v1/system/info')).json().services.database, 'healthy')
  })

  test('a database that is away is "down" and "unhealthy", and this server not ready', async () => {
    const { app, anonymous, as } = await startApp({ admin_token: 'token-of-the-environment-0123456789' })
    const token = as('token-of-the-environment-0123456789')
    await app.platform.database.close()
    assert.deepEqual(
      [
        (await anonymous('GET', '/health')).statusCode,
        (await anonymous('GET', '/readyz')).statusCode,
        (await anonymous('GET', '/livez')).statusCode,
      ],
      [503, 503, 200],
    )
    assert.equal((await token('GET', '/api/v1/admin/system/health')).json().components.database.status, 'down')
  })

  test('load balancers and orchestrators get an answer without credentials', async () => {
    for (const path of ['/health', '/healthz', '/readyz', '/livez']) {
      const reply = await anonymous('GET', path)
      assert.deepEqual([reply.statusCode, Object.keys(reply.json())], [200, ['status']], path)
    }
  })

  test('scraping needs a key, but for this machine', async () => {
    const { http } = app.app
    const from = (remoteAddress: string, headers = {}) => http.inject({ url: '/metrics', remoteAddress, headers })
    assert.equal((await from('127.0.0.1')).statusCode, 200)
    assert.equal((await from('10.1.2.3')).statusCode, 401)
    assert.equal(
      (await from('127.0.0.1', { 'x-forwarded-for': '10.1.2.3' })).statusCode,
      401,
      'a proxy on this machine is not this machine',
    )
    const { key } = (await admin('POST', '/api/v1/me/api-keys', { name: 'scraper', scopes: ['metrics:read'] })).json()
    assert.equal((await from('10.1.2.3', { authorization: `Bearer ${key}` })).statusCode, 200)
  })
})

describe('sessions', () => {
  test('an access token lives 15 minutes, a session 7 days, and both can be ended from the server', async () => {
    const { tokens } = (await app.login('admin', 'a long enough phrase')).json()
    assert.deepEqual([tokens.expires_in, tokens.refresh_expires_in], [900, 7 * 24 * 3600])
    const call = app.as(tokens.access_token)
    const sessions: { id: string; current: boolean; created_at: string; expires_at: string }[] = (
      await call('GET', '/api/v1/me/sessions')
    ).json()
    const current = sessions.find((session) => session.current)!
    assert.equal(Date.parse(current.expires_at) - Date.parse(current.created_at), 7 * dayMs)
    await admin('DELETE', `/api/v1/me/sessions/${current.id}`)
    assert.equal((await call('GET', '/api/v1/me')).statusCode, 401)
    assert.equal(
      (await anonymous('POST', '/api/v1/auth/refresh', { refresh_token: tokens.refresh_token })).statusCode,
      401,
    )
  })

  test('AUTH_TOKEN_EXPIRE_MINUTES is the length of a session', async () => {
    const { login } = await startApp({ auth_token_expire_minutes: 60 })
    assert.equal((await login('admin', 'a long enough phrase')).json().tokens.refresh_expires_in, 3600)
  })
})

describe('who becomes a user', () => {
  for (const [registration, status, state] of [
    ['closed', 403, undefined],
    ['approval', 202, 'pending'],
    ['open', 202, 'active'],
  ] as const) {
    test(`registration ${registration}`, async () => {
      const { anonymous, login, admin } = await startApp({ registration })
      const reply = await anonymous('POST', '/api/v1/register', {
        email: 'a@example.com',
        username: 'ada',
        password: 'a phrase of ada',
      })
      assert.deepEqual([reply.statusCode, reply.json().state], [status, state])
      assert.equal(
        (await login('ada', 'a phrase of ada')).statusCode,
        state === 'active' ? 200 : state === 'pending' ? 403 : 401,
      )
      assert.equal((await admin('POST', '/api/v1/users', { email: 'made@example.com' })).json().is_active, true)
    })
  }

  test('"active" counts who may log in, "online" who was there lately', async () => {
    const { admin, user, clock } = await startApp()
    const { id } = await user('user')
    const counts = async () => (await admin('GET', '/api/v1/admin/stats')).json().users
    assert.deepEqual(await counts(), { total: 2, active: 2, online: 2, pending: 0 })
    await admin('PUT', `/api/v1/users/${id}`, { is_active: false })
    assert.equal((await counts()).active, 1)
    clock.advance(minuteMs)
  })
})

describe('retention', () => {
  test('the audit log is kept longer than activity, with a limit of its own', () => {
    const { config } = app.app.platform
    assert.ok(config.get('audit_retention_days') > config.get('activity_retention_days'))
    assert.ok(config.get('audit_records_max') > 0)
  })
})
