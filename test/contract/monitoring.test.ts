import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { minuteMs } from '#kernel/time.ts'
import { startApp } from '../support/app.ts'
import { assertShape } from './shape.ts'

describe('the interface of the monitoring dashboard', async () => {
  const app = await startApp()
  const { admin, anonymous, user } = app

  test('system information: version, services in words, resources', async () => {
    const info = (await admin('GET', '/api/v1/system/info')).json()
    assertShape(info, {
      version: 'text',
      environment: 'text',
      uptime_seconds: 'integer',
      services: { api: 'text', database: 'text', cache: 'text', search: 'text' },
      resources: {
        total_cpu_cores: 'integer',
        total_memory_gb: 'number',
        total_disk_gb: 'number',
        used_cpu_percent: 'number',
        used_memory_gb: 'number',
        used_disk_gb: 'number',
      },
    })
    for (const status of Object.values(info.services)) assert.match(String(status), /^(healthy|degraded|unhealthy)$/)
    assert.ok(!('docker' in info.services), 'a component that does not exist is not listed')
    assert.deepEqual(Object.keys((await admin('GET', '/api/system/info')).json().data), Object.keys(info))
  })

  test('a token of 15 minutes and a refresh token that is exchanged for another', async () => {
    const { tokens } = (await app.login('admin', 'a long enough phrase')).json()
    assert.equal(tokens.expires_in, 15 * 60)
    const next = (await anonymous('POST', '/api/v1/auth/refresh', { refresh_token: tokens.refresh_token })).json()
    assert.notEqual(next.refresh_token, tokens.refresh_token)
    app.clock.advance(15 * minuteMs)
    assert.equal((await app.as(tokens.access_token)('GET', '/api/v1/me')).json().error.code, 'TOKEN_EXPIRED')
    app.clock.advance(-15 * minuteMs)
  })

  test('keys for services', async () => {
    const { key } = (await admin('POST', '/api/v1/me/api-keys', { name: 'scraper', scopes: ['metrics:read'] })).json()
    assert.equal((await app.as(key)('GET', '/api/v1/metrics')).statusCode, 200)
    assert.equal((await app.as(key)('GET', '/api/v1/admin/users')).statusCode, 403)
  })

  test('roles: developers read metrics and logs and act on nothing, viewers read dashboards', async () => {
    const permissionsOf = async (role: string) =>
      new Set((await (await user(role)).call('GET', '/api/v1/me')).json().permissions)
    const [developer, viewer] = [await permissionsOf('developer'), await permissionsOf('viewer')]
    assert.ok(
      developer.has('logs:read') &&
        developer.has('metrics:read') &&
        !developer.has('containers:write') &&
        !developer.has('containers:own'),
    )
    assert.ok(viewer.has('dashboard:read') && !viewer.has('logs:read'))
    assert.ok([...viewer].every((permission) => /:(read|own)$/.test(String(permission))))
  })

  test('an error is one object with code, message and details, on the other face beside success: false', async () => {
    const bare = (await admin('GET', '/api/v1/admin/users/invalid-id')).json()
    assert.deepEqual(bare, {
      error: { code: 'RESOURCE_NOT_FOUND', message: 'User not found', details: { user_id: 'invalid-id' } },
    })
    assert.deepEqual((await admin('GET', '/api/admin/users/invalid-id')).json(), { success: false, ...bare })
  })

  test('personal data stays out of the log, access to the audit log is by permission', async () => {
    assert.equal((await (await user('developer')).call('GET', '/api/v1/admin/logs')).statusCode, 403)
    assert.equal((await (await user('operator')).call('GET', '/api/v1/admin/logs')).statusCode, 200)
  })
})

describe('rate limits', () => {
  const limits = { rate_limit: 100, rate_limit_logs: 20, rate_limit_metrics: 30 }

  const classes: [name: string, limit: number, path: string][] = [
    ['any request', 100, '/me'],
    ['queries of logs', 20, '/admin/logs/verify?latest=true'],
    ['queries of metrics', 30, '/metrics?limit=1'],
  ]
  for (const [name, limit, path] of classes) {
    test(`${name}: ${limit} a minute for one user, on both faces together, then 429 with Retry-After`, async () => {
      const { user, clock } = await startApp(limits)
      const [mara, other] = [await user('operator'), await user('operator')]
      for (let n = 0; n < limit; n++) {
        assert.equal((await mara.call('GET', `${n % 2 ? '/api' : '/api/v1'}${path}`)).statusCode, 200, String(n))
      }
      const refused = await mara.call('GET', `/api/v1${path}`)
      assert.equal(refused.statusCode, 429)
      const { code, details } = refused.json().error
      assert.deepEqual([code, details.limit, details.window_seconds], ['RATE_LIMITED', limit, 60])
      const retryAfter = Number(refused.headers['retry-after'])
      assert.ok(retryAfter > 0 && retryAfter <= 60)
      assert.match(String(refused.headers['ratelimit']), /r=0;t=\d+/)
      assert.equal((await other.call('GET', `/api/v1${path}`)).statusCode, 200, 'somebody else is not held up')
      clock.advance(minuteMs)
    })
  }

  test('strangers are counted by address, whatever they claim it is', async () => {
    const { anonymous } = await startApp(limits)
    const ask = (n: number) =>
      anonymous('GET', '/api/v1/auth/options', undefined, {
        'x-forwarded-for': `10.0.0.${n}`,
        'x-real-ip': `10.0.1.${n}`,
        forwarded: `for=10.0.2.${n}`,
      })
    for (let n = 0; n < 100; n++) assert.equal((await ask(n)).statusCode, 200)
    assert.equal((await ask(101)).statusCode, 429)
  })

  test('wrong tokens spend the budget of the address', async () => {
    const { as } = await startApp(limits)
    const statuses = []
    for (let n = 0; n < 101; n++) statuses.push((await as(`guess-${n}`)('GET', '/api/v1/me')).statusCode)
    assert.deepEqual([statuses[0], statuses[100]], [401, 429])
  })

  test('no other spelling of a path, method or header gives another request', async () => {
    const { user } = await startApp(limits)
    const { call } = await user('operator')
    for (let n = 0; n < 100; n++) await call(n % 2 ? 'HEAD' : 'GET', '/api/v1/me')
    const spellings: [method: string, url: string, headers?: Record<string, string>][] = [
      ['GET', '/api/v1/me'],
      ['HEAD', '/api/v1/me'],
      ['GET', '/api/me'],
      ['GET', '/api/v1/me?x=1'],
      ['GET', '/api/v1/me?'],
      ['GET', '/api/v1/me#x'],
      ['GET', '//api/v1/me'],
      ['GET', '/api//v1/me'],
      ['GET', '/api/v1/me/'],
      ['GET', '/api/v1/ME'],
      ['GET', '/API/v1/me'],
      ['GET', '/api/v1/%6de'],
      ['GET', '/api/v1/./me'],
      ['GET', '/api/v1/%2e/me'],
      ['GET', '/api/v1/x/../me'],
      ['GET', '/api/v1/x/%2e%2e/me'],
      ['GET', '/api/v1;x/me'],
      ['GET', '/api/v1/me;x'],
      ['GET', '/api/v1%2fme'],
      ['GET', '/api/v1/auth/verify'],
      ['POST', '/api/v1/me', { 'x-http-method-override': 'GET' }],
      ['GET', '/api/v1/me', { 'x-http-method-override': 'HEAD' }],
      ['GET', '/api/v1/me', { 'x-original-url': '/x', 'x-rewrite-url': '/x' }],
      ['GET', '/api/v1/me', { 'x-forwarded-for': '10.1.1.1' }],
      ['GET', '/api/v1/me', { 'x-real-ip': '10.1.1.1' }],
      ['GET', '/api/v1/me', { forwarded: 'for=10.1.1.1' }],
    ]
    for (const [method, url, headers] of spellings) {
      const { statusCode } = await call(method, url, undefined, headers)
      assert.ok([404, 405, 429].includes(statusCode), `${method} ${url} ${JSON.stringify(headers)}: ${statusCode}`)
    }
  })

  test('the 11th socket of one user is refused, and a socket that was refused spends the budget', async () => {
    const { user, app, as } = await startApp(limits)
    await app.http.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.http.server.address() as AddressInfo
    const open = (token: string) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/stream`, {
        headers: { authorization: `Bearer ${token}` },
      })
      after(() => socket.terminate())
      return socket
    }
    const { token } = await user('viewer')
    for (let n = 0; n < 10; n++) await once(open(token), 'message')
    const [code] = (await once(open(token), 'close')) as [number]
    assert.equal(code, 4429)

    const refusedWith = async (guess: string): Promise<number> => {
      const [, reply] = (await once(
        open(guess).on('error', () => undefined),
        'unexpected-response',
      )) as [unknown, { statusCode: number }]
      return reply.statusCode
    }
    for (let n = 0; n < 99; n++) await as(`guess-${n}`)('GET', '/api/v1/me')
    assert.deepEqual([await refusedWith('guess-a'), await refusedWith('guess-b')], [401, 429])
  })

  test('the general limit changes at run time', async () => {
    const { admin, anonymous } = await startApp()
    await admin('PUT', '/api/config', { rate_limit: 3 })
    const statuses = []
    for (let n = 0; n < 4; n++) statuses.push((await anonymous('GET', '/api/v1/auth/options')).statusCode)
    assert.deepEqual(statuses, [200, 200, 200, 429])
  })
})
