import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import type { Tables } from '#platform/database/database.ts'
import { spellings } from '#platform/http/endpoints.ts'
import { startApp } from '../support/app.ts'

const app = await startApp()
const { admin, anonymous, user } = app
await app.app.http.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.app.http.server.address() as AddressInfo

/** What the server sends back for exactly these bytes. */
async function send(bytes: string, to = port): Promise<string> {
  const socket = connect(to, '127.0.0.1')
  let reply = ''
  socket.on('data', (chunk) => (reply += chunk.toString()))
  socket.on('error', () => undefined)
  socket.write(bytes)
  await once(socket, 'close')
  return reply
}

describe('a body that names what it may not set', async () => {
  const mara = await user('user', 'mara')
  const project = (await mara.call('POST', '/api/v1/projects', { name: 'of mara' })).json().id
  const { id: keyId } = (await admin('POST', '/api/v1/me/api-keys', { name: 'one' })).json()
  await admin('POST', '/api/v1/admin/roles', { name: 'night', permissions: ['dashboard:read'] })
  await mara.call('POST', `/api/v1/projects/${project}/messages`, { content: 'hello' })

  const rowOf = (table: keyof Tables, column: string, value: string): Promise<Record<string, unknown>> =>
    app.app.platform.database.read
      .selectFrom(table)
      .selectAll()
      .where(column as never, '=', value as never)
      .executeTakeFirstOrThrow()
  const countOf = async (table: keyof Tables): Promise<number> =>
    (await app.app.platform.database.read.selectFrom(table).selectAll().execute()).length

  const suspicious = [
    'role',
    'is_admin',
    'approved',
    'owner_id',
    'user_id',
    'id',
    'created_at',
    'permissions',
    'builtin',
    'constructor',
    'prototype',
  ]
  const objects: {
    name: string
    table: keyof Tables
    key: [column: string, value: string]
    write: [method: string, url: string]
    body: Record<string, unknown>
    /** What the operation documents. */
    allowed: string[]
    makes: boolean
    as?: typeof mara.call
  }[] = [
    {
      name: 'a new user',
      table: 'users',
      key: ['id', mara.id],
      write: ['POST', '/api/v1/admin/users'],
      body: { email: 'new@example.com' },
      allowed: ['email', 'username', 'password', 'role'],
      makes: true,
    },
    {
      name: 'a user',
      table: 'users',
      key: ['id', mara.id],
      write: ['PUT', `/api/v1/admin/users/${mara.id}`],
      body: { email: 'mara@example.com' },
      allowed: ['email', 'username', 'role', 'state', 'is_active', 'is_admin'],
      makes: false,
    },
    {
      name: 'oneself',
      table: 'users',
      key: ['id', mara.id],
      write: ['PUT', '/api/v1/me'],
      body: { email: 'mara@example.com' },
      allowed: ['email', 'username'],
      makes: false,
      as: mara.call,
    },
    {
      name: 'a registration',
      table: 'users',
      key: ['id', mara.id],
      write: ['POST', '/api/v1/auth/register'],
      body: { email: 'reg@example.com', password: 'a phrase to register' },
      allowed: ['email', 'username', 'password'],
      makes: true,
      as: anonymous,
    },
    {
      name: 'a project',
      table: 'projects',
      key: ['id', project],
      write: ['PUT', `/api/v1/projects/${project}`],
      body: { name: 'of mara' },
      allowed: ['name', 'description', 'status', 'updated_at'],
      makes: false,
      as: mara.call,
    },
    {
      name: 'a new project',
      table: 'projects',
      key: ['id', project],
      write: ['POST', '/api/v1/projects'],
      body: { name: 'x' },
      allowed: ['name', 'description', 'status'],
      makes: true,
      as: mara.call,
    },
    {
      name: 'a message',
      table: 'messages',
      key: ['project_id', project],
      write: ['POST', `/api/v1/projects/${project}/messages`],
      body: { content: 'x' },
      allowed: ['role', 'content'],
      makes: true,
      as: mara.call,
    },
    {
      name: 'a role',
      table: 'roles',
      key: ['name', 'night'],
      write: ['PUT', '/api/v1/admin/roles/night'],
      body: { description: '' },
      allowed: ['description', 'permissions'],
      makes: false,
    },
    {
      name: 'a new role',
      table: 'roles',
      key: ['name', 'night'],
      write: ['POST', '/api/v1/admin/roles'],
      body: { name: 'other', permissions: [] },
      allowed: ['name', 'description', 'permissions'],
      makes: true,
    },
    {
      name: 'a new key',
      table: 'api_keys',
      key: ['id', keyId],
      write: ['POST', '/api/v1/me/api-keys'],
      body: { name: 'two' },
      allowed: ['name', 'scopes', 'expires_at', 'expires_in_days', 'signing'],
      makes: true,
    },
    {
      name: 'the settings',
      table: 'users',
      key: ['id', mara.id],
      write: ['PUT', '/api/v1/config'],
      body: {},
      allowed: ['registration', 'reload', 'environment', 'demo'],
      makes: false,
    },
  ]
  for (const { name, table, key, write, body, allowed, makes, as = admin } of objects) {
    test(`${name}: refused, and nothing is stored`, async () => {
      const before = await rowOf(table, ...key)
      const countBefore = await countOf(table)
      const fields = [...new Set([...Object.keys(before), ...suspicious])].filter(
        (field) => !allowed.includes(field) && !(field in body),
      )
      for (const field of fields) {
        const { statusCode } = await as(...write, {
          ...body,
          [field]: field === 'is_admin' || field === 'approved' ? true : 'admin',
        })
        assert.ok(statusCode === 400 || statusCode === 403, `${field}: ${statusCode}`)
      }
      for (const poison of ['{"__proto__":{"is_admin":true}}', '{"constructor":{"prototype":{"is_admin":true}}}']) {
        const headers = { 'content-type': 'application/json' }
        const merged = `${JSON.stringify(body).slice(0, -1)}${Object.keys(body).length > 0 ? ',' : ''}${poison.slice(1)}`
        const { statusCode } = await as(...write, merged, headers)
        assert.equal(statusCode, 400, poison)
      }
      assert.equal(({} as Record<string, unknown>)['is_admin'], undefined)
      assert.deepEqual(await rowOf(table, ...key), before)
      assert.equal(await countOf(table), countBefore, makes ? 'nothing was made' : 'nothing was added')
    })
  }

  test("another's project cannot be taken or given away without the permission", async () => {
    for (const owner_id of [app.adminId, 'nobody']) {
      assert.equal((await mara.call('PUT', `/api/v1/projects/${project}`, { owner_id })).statusCode, 403)
      assert.equal((await mara.call('POST', '/api/v1/projects', { name: 'x', owner_id })).statusCode, 403)
    }
  })
})

const headersOfData: Record<string, RegExp> = {
  'content-security-policy': /^default-src 'none'; frame-ancestors 'none'$/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'x-request-id': /^[\w.:-]{8,}$/,
  'cache-control': /./,
}
const headersOfDocuments: Record<string, RegExp> = {
  ...headersOfData,
  'content-security-policy':
    /^default-src 'self'; script-src 'self';(?!.*script-src[^;]*unsafe).*object-src 'none'; base-uri 'none'.*frame-ancestors 'none'$/,
  'referrer-policy': /^no-referrer$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'permissions-policy': /camera=\(\)/,
}
const tellingHeaders = ['server', 'x-powered-by', 'via', 'x-runtime', 'x-aspnet-version']

function assertHeaders(headers: Record<string, unknown>, what: string, expected = headersOfData): void {
  for (const [name, value] of Object.entries(expected)) assert.match(String(headers[name]), value, `${name} of ${what}`)
  for (const name of tellingHeaders) assert.equal(headers[name], undefined, `${name} of ${what}`)
}

const headersIn = (reply: string): Record<string, string> =>
  Object.fromEntries(
    reply
      .split('\r\n\r\n')[0]!
      .split('\r\n')
      .slice(1)
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )

describe('security headers', () => {
  test('on every operation under every spelling, allowed and refused', async () => {
    for (const { id, endpoint } of app.app.operations) {
      for (const { method, path } of spellings(endpoint)) {
        const filled = path.replace(/\{\w+\*?\}/g, 'none')
        for (const mount of endpoint.mount === 'root' ? [''] : ['/api/v1', '/api']) {
          assertHeaders((await anonymous(method, mount + filled)).headers, `${method} ${mount}${filled}`)
          if (method !== 'GET' || id === 'audit.verify') continue
          const { headers } = await admin(method, mount + filled)
          assertHeaders(headers, `${method} ${mount}${filled}`)
          assert.equal(headers['cache-control'], 'no-store', filled)
        }
      }
    }
  })

  test('on files, pages, redirections, what is not there and what is not HTTP', async () => {
    const asset =
      /\/assets\/[\w.-]+\.js/.exec((await anonymous('GET', '/', undefined, { accept: 'text/html' })).body)?.[0] ??
      '/assets/none.js'
    for (const [method, url] of [
      ['GET', '/'],
      ['GET', '/users'],
      ['GET', asset],
      ['HEAD', asset],
      ['GET', '/docs'],
      ['GET', '/openapi.json'],
      ['GET', '/api/docs'],
      ['GET', '/nothing'],
      ['GET', '/api/nothing'],
      ['DELETE', '/api/v1/me'],
      ['OPTIONS', '/api/v1/me'],
      ['GET', '/api/v1/%zz'],
    ] as const) {
      assertHeaders(
        (await anonymous(method, url, undefined, { accept: 'text/html' })).headers,
        `${method} ${url}`,
        headersOfDocuments,
      )
    }
    for (const bytes of ['nonsense\r\n\r\n', `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`])
      assertHeaders(headersIn(await send(bytes)), bytes.slice(0, 30))
  })

  test('on what browsers ask before they call from another origin', async () => {
    const other = await startApp({ cors_origins: ['https://a.example'] })
    const reply = await other.anonymous('OPTIONS', '/api/v1/me', undefined, {
      origin: 'https://a.example',
      'access-control-request-method': 'GET',
    })
    assertHeaders(reply.headers, 'a preflight', headersOfDocuments)
  })

  test('on a socket that is refused', async () => {
    const upgrade = (path: string, header = '') =>
      send(
        `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${header}\r\n`,
      )
    for (const [path, header, status] of [
      ['/api/v1/stream', '', 401],
      ['/api/v1/stream', 'Authorization: Bearer nonsense\r\n', 401],
      ['/nowhere', '', 404],
    ] as const) {
      const reply = await upgrade(path, header)
      assert.match(reply, new RegExp(`^HTTP/1\\.1 ${status} `))
      assertHeaders(headersIn(reply), `upgrade of ${path}`)
    }
  })

  test('browsers that came by TLS are told to stay with it', async () => {
    assert.match(
      String(
        (await anonymous('GET', '/', undefined, { 'x-forwarded-proto': 'https' })).headers['strict-transport-security'],
      ),
      /^max-age=\d{8}/,
    )
    assert.equal((await anonymous('GET', '/')).headers['strict-transport-security'], undefined)
  })
})

describe('errors', () => {
  const telling =
    /at .*\.[jt]s:\d+|SQLITE_|\bER_[A-Z]|pg_|\/opt\/|\/work\/|\/tmp\/|node_modules|ECONN|ENOENT|better-sqlite3|kysely|fastify|FST_|select .* from/i
  const hostile = [
    "'",
    '"',
    '\\',
    '%00',
    '%27%20or%201=1--',
    '..%2f..%2fetc%2fpasswd',
    '%F0%9F%98%80',
    '%ff',
    '%zz',
    'a'.repeat(600),
    '__proto__',
    '$(id)',
    '%0d%0ax-injected:1',
    '-1',
    '1e999',
    '{}',
    '*',
  ]

  test('tell nothing of files, queries, libraries or stacks', async () => {
    let refused = 0
    for (const { id, endpoint } of app.app.operations) {
      if (['processes.restart', 'processes.stop', 'backup.create', 'auth.logout', 'demo.create'].includes(id)) continue
      for (const value of hostile) {
        const url = `/api${endpoint.path.replace(/\{\w+\*?\}/g, value)}?limit=${value}&days=${value}&from=${value}&sort=${value}&q=${value}`
        const reply = await admin(
          endpoint.method,
          endpoint.mount === 'root' ? url.slice(4) : url,
          endpoint.body ? { [value]: value } : undefined,
        )
        assert.ok(reply.statusCode < 500, `${endpoint.method} ${url}: ${reply.body}`)
        if (reply.statusCode < 400) continue
        refused++
        if (!endpoint.dialect) assert.match(reply.json().error.code as string, /^[A-Z_]+$/)
        assert.doesNotMatch(reply.body.replaceAll(value, ''), telling, `${endpoint.method} ${url}`)
        assert.equal(reply.headers['x-injected'], undefined)
      }
    }
    assert.ok(refused > 500, String(refused))
  })

  test('a failure of ours is masked, and the request id finds it in the log', async () => {
    const broken = await startApp()
    await broken.app.platform.database.close()
    const reply = await broken.admin('GET', '/api/v1/admin/users')
    assert.ok([500, 503].includes(reply.statusCode), String(reply.statusCode))
    assert.doesNotMatch(reply.body, telling)
    assert.ok(reply.headers['x-request-id'])
  })
})

describe('a request that does not arrive', () => {
  test('is ended after the time allowed, whether its headers or its body are missing', async () => {
    const slow = await startApp({ request_timeout_seconds: 1 })
    await slow.app.http.listen({ host: '127.0.0.1', port: 0 })
    const { port: slowPort } = slow.app.http.server.address() as AddressInfo
    const ended = async (bytes: string): Promise<{ reply: string; tookMs: number }> => {
      const since = performance.now()
      return { reply: await send(bytes, slowPort), tookMs: performance.now() - since }
    }
    const head = 'POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n'
    const both = await Promise.all([ended('GET / HTTP/1.1\r\nHost: x\r\nX-Half'), ended(`${head}\r\n{"a"`)])
    for (const { reply, tookMs } of both) {
      assert.match(reply, /^HTTP\/1\.1 408 [\s\S]*REQUEST_TIMEOUT/)
      assert.ok(tookMs < 6_000, String(tookMs))
    }
  })
})
