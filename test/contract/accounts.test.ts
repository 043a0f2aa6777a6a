import assert from 'node:assert/strict'
import { gunzipSync } from 'node:zlib'
import { describe, test } from 'node:test'
import { startApp } from '../support/app.ts'
import { temporaryFolder } from '../support/folder.ts'
import { miktos } from './programs.ts'
import { assertShape, type Shape } from './shape.ts'

const loggedIn: Shape = {
  user: { id: 'text', username: 'text', role: 'text', permissions: ['text'] },
  tokens: { access_token: 'text', refresh_token: 'text', expires_in: 'integer' },
}

describe('the interface of the real-time server', async () => {
  const app = await startApp()
  const { admin, anonymous, user } = app
  const mara = await user('operator', 'mara')

  test('log in with username and password', async () => {
    const { success, data } = (
      await anonymous('POST', '/api/auth/login', { username: 'mara', password: mara.password })
    ).json()
    assert.equal(success, true)
    assertShape(data, loggedIn)
    assert.deepEqual([data.user.username, data.user.role], ['mara', 'operator'])
    assert.ok(data.user.permissions.every((permission: string) => /^[a-z-]+:[a-z]+$/.test(permission)))
  })

  test('exchange a refresh token for new tokens', async () => {
    const reply = await anonymous('POST', '/api/auth/refresh', { refresh_token: mara.refreshToken })
    assertShape(reply.json().data, {
      access_token: 'text',
      refresh_token: 'text',
      expires_in: 'integer',
      tokens: { access_token: 'text', refresh_token: 'text' },
    })
    assert.equal((await app.as(reply.json().data.access_token)('GET', '/api/me')).statusCode, 200)
  })

  test('verify a token', async () => {
    const { data } = (await mara.call('GET', '/api/auth/verify')).json()
    assert.deepEqual([data.valid, data.user.username], [true, 'mara'])
    assert.equal((await app.as('no-token')('GET', '/api/auth/verify')).statusCode, 401)
  })

  test('roles admin, user and viewer are there, and more', async () => {
    const names = (await admin('GET', '/api/admin/roles')).json().data.map(({ name }: { name: string }) => name)
    assert.deepEqual(names.toSorted(), ['admin', 'developer', 'operator', 'qvp', 'user', 'viewer'])
  })

  test('health: the full body with a token, one word without', async () => {
    const { success, data } = (await mara.call('GET', '/api/health')).json()
    assert.equal(success, true)
    assertShape(data, {
      status: 'text',
      components: {
        database: { status: 'text', latency: 'number' },
        cache: { status: 'text', latency: 'number' },
        websocket: { status: 'text', connected_clients: 'integer' },
      },
      metrics: { cpu_usage: 'number', memory_usage: 'number', active_sessions: 'integer' },
    })
    assert.equal(data.components.database.status, 'healthy')
    assert.ok(!('ocr' in data.components), 'a component that does not exist is not listed')
    for (const component of ['cpu', 'memory', 'disk']) assert.ok(component in data.components, component)
    assert.deepEqual(Object.keys((await anonymous('GET', '/api/health')).json().data), ['status'])
    assert.deepEqual(Object.keys((await anonymous('GET', '/api/v1/health')).json()), ['status'])
  })

  test('metrics by type and number, and as Prometheus text', async () => {
    const { metrics, types } = (await mara.call('GET', '/api/metrics?limit=50')).json().data
    assert.ok(Array.isArray(metrics) && metrics.length <= 50 && Array.isArray(types))
    const text = await mara.call('GET', '/api/metrics/prometheus')
    assert.match(String(text.headers['content-type']), /^text\/plain/)
    assert.match(text.body, /^http_requests_total|^# TYPE/m)
  })

  test('who may see metrics is decided by permission, not by having a token', async () => {
    const { call } = await user('user')
    assert.equal((await call('GET', '/api/metrics')).json().error.code, 'PERMISSION_DENIED')
  })

  test('input is checked: unknown fields, wrong types, text that is no JSON, other content types', async () => {
    const login = (body: string, type = 'application/json') =>
      app.app.http.inject({ method: 'POST', url: '/api/auth/login', headers: { 'content-type': type }, payload: body })
    const answers: [body: string, type: string | undefined, status: number, code: string][] = [
      ['{"username":"a","password":"b","is_admin":true}', undefined, 400, 'VALIDATION_FAILED'],
      ['{"username":["a"],"password":"b"}', undefined, 400, 'VALIDATION_FAILED'],
      ['{"username":{"$ne":null},"password":"b"}', undefined, 400, 'VALIDATION_FAILED'],
      ['[]', undefined, 400, 'VALIDATION_FAILED'],
      ['{"username":', undefined, 400, 'MALFORMED_REQUEST'],
      ['{"__proto__":{"a":1},"username":"a","password":"b"}', undefined, 400, 'MALFORMED_REQUEST'],
      ['username=a&password=b', 'application/x-www-form-urlencoded', 415, 'UNSUPPORTED_MEDIA_TYPE'],
      [JSON.stringify({ username: 'a', password: 'b'.repeat(1_100_000) }), undefined, 413, 'PAYLOAD_TOO_LARGE'],
    ]
    for (const [body, type, status, code] of answers) {
      const reply = await login(body, type)
      assert.deepEqual([reply.statusCode, reply.json().error.code], [status, code], body.slice(0, 60))
    }
  })

  test('answers are compressed for whoever takes that', async () => {
    const gzip = await anonymous('GET', '/openapi.json', undefined, { 'accept-encoding': 'gzip' })
    assert.equal(gzip.headers['content-encoding'], 'gzip')
    assert.equal(JSON.parse(gunzipSync(gzip.rawPayload).toString()).openapi, '3.1.0')
    assert.equal(
      (await anonymous('GET', '/openapi.json', undefined, { 'accept-encoding': 'br, gzip' })).headers[
        'content-encoding'
      ],
      'br',
    )
    assert.equal((await anonymous('GET', '/openapi.json')).headers['content-encoding'], undefined)
  })

  test('no user exists whose password anybody could know', async () => {
    for (const username of ['admin', 'user', 'viewer', 'root'])
      for (const password of ['test', 'password', 'any_password', 'admin', ''])
        assert.equal((await app.login(username, password)).statusCode, 401)
  })

  test('`miktos doctor` looks at the installation and says what to do', async () => {
    const { stdout, stderr, code } = await miktos(['doctor', '--json'], { cwd: temporaryFolder() })
    assert.ok([0, 1].includes(code), stderr)
    assert.doesNotMatch(stderr, /at .*\.ts:/)
    assert.match(stdout, /database/i)
    assert.match(stdout, /redis|cache/i)
  })
})

describe('pages of other origins', () => {
  const page = 'https://panel.example.org'

  test('are shut out by default', async () => {
    const { admin } = await startApp()
    const reply = await admin('GET', '/api/v1/me', undefined, { origin: page })
    assert.equal(reply.headers['access-control-allow-origin'], undefined)
    const preflight = await admin('OPTIONS', '/api/v1/me', undefined, {
      origin: page,
      'access-control-request-method': 'GET',
    })
    assert.equal(preflight.headers['access-control-allow-origin'], undefined)
  })

  test('that are listed may call with a token, and never with the cookie', async () => {
    const { anonymous, admin, login } = await startApp({ cors_origins: [page] })
    const preflight = await anonymous('OPTIONS', '/api/config', undefined, {
      origin: page,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization, content-type',
    })
    assert.equal(preflight.statusCode, 204)
    assert.equal(preflight.headers['access-control-allow-origin'], page)
    assert.match(String(preflight.headers['access-control-allow-methods']), /PUT/)
    assert.match(String(preflight.headers['access-control-allow-headers']), /authorization/)
    assert.equal(preflight.headers['access-control-allow-credentials'], undefined)

    const reply = await admin('GET', '/api/v1/me', undefined, { origin: page })
    assert.equal(reply.headers['access-control-allow-origin'], page)
    assert.match(String(reply.headers['vary']), /origin/i)
    assert.match(String(reply.headers['access-control-expose-headers']), /x-request-id/)
    const refused = await anonymous('GET', '/api/v1/me', undefined, { origin: page })
    assert.deepEqual(
      [refused.statusCode, refused.headers['access-control-allow-origin']],
      [401, page],
      'the page can read why',
    )

    const cookie = (await login('admin', 'a long enough phrase', { cookie: true })).cookies
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    assert.equal((await anonymous('POST', '/api/v1/auth/logout', undefined, { cookie, origin: page })).statusCode, 403)
  })

  test('that are not listed get nothing, nor does one that only looks alike', async () => {
    const { admin } = await startApp({ cors_origins: [page] })
    for (const origin of [
      'https://evil.example',
      'http://panel.example.org',
      `${page}.evil.example`,
      'https://panel.example.org:444',
      'null',
      '*',
    ]) {
      const { headers } = await admin('GET', '/api/v1/me', undefined, { origin })
      assert.equal(headers['access-control-allow-origin'], undefined, origin)
    }
  })
})

describe('the interface of the agent panel', async () => {
  const app = await startApp({ admin_token: 'a-token-of-the-environment-1234567890' })
  const token = app.as('a-token-of-the-environment-1234567890')

  test('the token of the environment reads and changes the configuration', async () => {
    const { data } = (await token('GET', '/api/config')).json()
    assertShape(data, {
      config: {},
      settings: [{ key: 'text', source: { kind: 'text', name: 'text' }, locked: 'boolean' }],
    })
    const changed = (await token('PUT', '/api/config', { rate_limit: 500_000, cache_enabled: false })).json().data
    assert.deepEqual([changed.config.rate_limit, changed.config.cache_enabled], [500_000, false])
    assert.ok(!JSON.stringify(data).includes('a-token-of-the-environment'))
  })

  test('a change that would not take effect is refused with the reason', async () => {
    for (const key of ['llm_provider', 'temperature', 'server_port', 'database_url']) {
      const current = (await token('GET', '/api/v1/config')).json().config[key]
      const reply = await token('PUT', '/api/config', {
        [key]: key === 'temperature' ? 1 : key === 'server_port' ? 1234 : `${current}x`,
      })
      assert.deepEqual([reply.statusCode, reply.json().error.code], [409, 'SETTING_LOCKED'], key)
      assert.ok(reply.json().error.details.reason ?? reply.json().error.message, key)
    }
  })

  test('list, create and delete users', async () => {
    for (const role of ['admin', 'operator', 'viewer']) {
      const created = await token('POST', '/api/users', { email: `${role}-of-panel@example.com`, role })
      assert.equal(created.statusCode, 201)
      assert.deepEqual([created.json().data.role, created.json().data.is_active], [role, true])
      const { id } = created.json().data
      assert.ok((await token('GET', '/api/users')).json().data.some((one: { id: string }) => one.id === id))
      assert.equal((await token('DELETE', `/api/users/${id}`)).json().data.success, true)
      assert.equal((await token('GET', `/api/users/${id}`)).statusCode, 404)
    }
  })

  test('the verbs read, write, delete and configure stand for that verb in every area', async () => {
    const { permissions } = (
      await token('POST', '/api/v1/admin/roles', { name: 'panel-viewer', permissions: ['read'] })
    ).json()
    assert.ok(
      permissions.includes('users:read') &&
        permissions.includes('metrics:read') &&
        !permissions.includes('users:write'),
    )
    const configure = (
      await token('POST', '/api/v1/admin/roles', {
        name: 'panel-admin',
        permissions: ['read', 'write', 'delete', 'configure'],
      })
    ).json().permissions
    for (const permission of ['users:read', 'users:write', 'users:delete', 'settings:configure'])
      assert.ok(configure.includes(permission), permission)
  })

  test('generate and revoke keys for a user', async () => {
    const { id } = await app.user('operator')
    const { key, id: keyId } = (await token('POST', `/api/v1/admin/users/${id}/api-keys`, { name: 'panel' })).json()
    assert.equal((await app.as(key)('GET', '/api/v1/me')).statusCode, 200)
    assert.equal((await token('DELETE', `/api/v1/admin/api-keys/${keyId}`)).statusCode, 200)
    assert.equal((await app.as(key)('GET', '/api/v1/me')).statusCode, 401)
  })

  test('the cache can be turned off and on', async () => {
    const { cache } = app.app.platform
    const keep = async (): Promise<unknown> => {
      await cache.set('switched', 1, { ttlMs: 60_000 })
      return cache.get('switched')
    }
    await token('PUT', '/api/config', { cache_enabled: false })
    assert.equal(await keep(), undefined)
    await token('PUT', '/api/config', { cache_enabled: true })
    assert.equal(await keep(), 1)
    await cache.delete('switched')
  })

  test('everything cached is cleared, and the cache restarts by name', async () => {
    await app.app.platform.cache.set('a', 1, { ttlMs: 60_000 })
    assert.equal((await token('POST', '/api/system/clear-cache')).json().data.entries_removed, 1)
    const restarted = await token('POST', '/api/system/restart', { services: ['cache'] })
    assert.deepEqual([restarted.statusCode, restarted.json().data.services], [202, ['cache']])
    assert.equal((await token('POST', '/api/system/restart', { services: ['database'] })).statusCode, 400)
  })

  test('every administrative action is in the audit log', async () => {
    const { logs } = (await token('GET', '/api/admin/logs?limit=100')).json().data
    const actions = new Set(logs.map(({ action }: { action: string }) => action))
    for (const action of [
      'settings.update',
      'user.create',
      'user.delete',
      'role.create',
      'api-key.create',
      'api-key.revoke',
      'cache.clear',
    ]) {
      assert.ok(actions.has(action), `${action} of ${[...actions].join(', ')}`)
    }
    assert.equal((await token('GET', '/api/admin/logs/verify')).json().data.ok, true)
  })

  test('an allow list of addresses shuts everybody else out', async () => {
    const { admin, app: listed } = await startApp()
    await admin('PUT', '/api/config?force=true', { ip_allow_list: ['10.9.0.0/16'] })
    assert.equal((await admin('GET', '/api/v1/me')).json().error.code, 'ADDRESS_NOT_ALLOWED')
    assert.equal((await listed.http.inject({ url: '/api/v1/auth/options', remoteAddress: '10.9.0.1' })).statusCode, 200)
  })

  test('a second factor can be set up', async () => {
    const { call } = await app.user('user')
    assertShape((await call('POST', '/api/v1/me/mfa/totp')).json(), {
      secret: 'text',
      otpauth_url: 'text',
      qr_svg_data_url: 'text',
    })
  })
})

describe('the interface of the GPU dashboard', async () => {
  const app = await startApp()
  const { admin, anonymous, user } = app
  const leo = { email: 'leo@example.com', username: 'leo', password: 'a phrase that leo knows' }

  test('register, wait for approval, log in, validate the session, log out', async () => {
    const registered = await anonymous('POST', '/api/register', leo)
    assert.deepEqual([registered.statusCode, registered.json().data.state], [202, 'pending'])
    const login = () => anonymous('POST', '/api/login', { username: leo.username, password: leo.password })
    assert.equal((await login()).json().error.code, 'ACCOUNT_NOT_ACTIVE')
    const pending = (await admin('GET', '/api/admin/users?state=pending')).json().data
    assert.deepEqual(
      pending.map(({ username, is_active }: Record<string, unknown>) => [username, is_active]),
      [['leo', false]],
    )
    assert.equal((await admin('POST', `/api/admin/users/${pending[0].id}/approve`)).json().data.state, 'active')

    const { data } = (await login()).json()
    assertShape(data, loggedIn)
    const call = app.as(data.tokens.access_token)
    assert.equal((await call('GET', '/api/validate-session')).json().data.valid, true)
    assert.equal((await call('POST', '/api/logout')).json().data.success, true)
    assert.equal((await call('GET', '/api/validate-session')).statusCode, 401)
  })

  test('a user is in the database with a hash of the password only', async () => {
    const { password_hash } = await app.app.platform.database.read
      .selectFrom('users')
      .select('password_hash')
      .where('username', '=', 'leo')
      .executeTakeFirstOrThrow()
    assert.match(password_hash, /^\$argon2id\$/)
  })

  test('list, create, change, reset the password of and delete users', async () => {
    const { id, generated_password } = (
      await admin('POST', '/api/admin/users', { email: 'ida@example.com', role: 'qvp' })
    ).json().data
    assert.equal((await app.login('ida', generated_password)).statusCode, 200)
    assert.equal((await admin('PUT', `/api/admin/users/${id}`, { is_active: false })).json().data.state, 'disabled')
    assert.equal((await app.login('ida', generated_password)).json().error.code, 'ACCOUNT_NOT_ACTIVE')
    await admin('PUT', `/api/admin/users/${id}`, { is_active: true })
    const reset = (await admin('POST', `/api/admin/users/${id}/reset-password`)).json().data
    assert.equal((await app.login('ida', generated_password)).statusCode, 401)
    assert.equal((await app.login('ida', reset.generated_password)).statusCode, 200)
    assert.equal((await admin('DELETE', `/api/users/${id}`)).statusCode, 200)
    assert.ok(!(await admin('GET', '/api/admin/users')).json().data.some((one: { id: string }) => one.id === id))
  })

  test('health, audit log and statistics', async () => {
    assert.deepEqual(Object.keys((await anonymous('GET', '/health')).json()), ['status'])
    assertShape((await admin('GET', '/api/admin/logs')).json().data, {
      logs: [
        {
          seq: 'integer',
          timestamp: 'time',
          actor: { label: 'text' },
          action: 'text',
          target: { kind: 'text' },
          result: 'text',
        },
      ],
      total: 'integer',
      has_more: 'boolean',
    })
    assertShape((await admin('GET', '/api/admin/stats')).json().data, { users: { total: 'integer' } })
  })

  test('traffic of requests', async () => {
    assertShape((await admin('GET', '/api/admin/traffic')).json().data, {
      periods: [{ start: 'time', requests: 'integer', bytes: 'integer' }],
      totals: { requests: 'integer' },
    })
  })

  test('three types of users and five permissions: the table of the document', async () => {
    const named = {
      manage_users: { admin: true, qvp: false, user: false },
      view_servers: { admin: true, qvp: true, user: false },
      delete_image: { admin: true, qvp: false, user: false },
      build_images: { admin: true, qvp: true, user: false },
      view_dashboard: { admin: true, qvp: true, user: false },
    }
    for (const [index, [name, allowed]] of Object.entries(named).entries()) {
      const { permissions } = (
        await admin('POST', '/api/v1/admin/roles', { name: `named-${index}`, permissions: [name] })
      ).json()
      assert.ok(permissions.length > 0, name)
      for (const [role, expected] of Object.entries(allowed)) {
        const mine = new Set((await (await user(role)).call('GET', '/api/v1/me')).json().permissions)
        assert.equal(
          permissions.every((permission: string) => mine.has(permission)),
          expected,
          `${role}: ${name}`,
        )
      }
    }
  })
})
