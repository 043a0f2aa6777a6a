import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { startApp } from '../../../test/support/app.ts'

describe('CORS', () => {
  const preflight = {
    origin: 'https://tools.example',
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'authorization',
  }

  test('is closed unless origins are named', async () => {
    const { anonymous } = await startApp()
    const reply = await anonymous('OPTIONS', '/api/v1/me', undefined, preflight)
    assert.equal(reply.headers['access-control-allow-origin'], undefined)
  })

  test('lets named origins in, without cookies, and no other', async () => {
    const { anonymous } = await startApp({ cors_origins: ['https://tools.example'] })
    const reply = await anonymous('OPTIONS', '/api/v1/me', undefined, preflight)
    assert.equal(reply.headers['access-control-allow-origin'], 'https://tools.example')
    assert.equal(reply.headers['access-control-allow-credentials'], undefined)
    const other = await anonymous('OPTIONS', '/api/v1/me', undefined, { ...preflight, origin: 'https://evil.example' })
    assert.notEqual(other.headers['access-control-allow-origin'], 'https://evil.example')
  })
})

describe('every answer', () => {
  test('carries a request id: the caller’s own where it is harmless', async () => {
    const { anonymous } = await startApp()
    const idOf = async (given?: string) =>
      (await anonymous('GET', '/health', undefined, given === undefined ? {} : { 'x-request-id': given })).headers[
        'x-request-id'
      ]
    assert.equal(await idOf('trace-1234.5'), 'trace-1234.5')
    const own = [String(await idOf()), String(await idOf())]
    for (const id of own) assert.match(id, /^[\da-f-]{36}$/)
    assert.notEqual(own[0], own[1])
    for (const hostile of ['short', 'a b c d e f', 'x'.repeat(200), '<script>alert(1)</script>'])
      assert.notEqual(await idOf(hostile), hostile)
  })

  test('is compressed where the caller can read it and it is worth it', async () => {
    const { admin } = await startApp()
    const plain = await admin('GET', '/api/v1/admin/permissions')
    for (const [encoding, decode] of [
      ['gzip', gunzipSync],
      ['br', brotliDecompressSync],
    ] as const) {
      const reply = await admin('GET', '/api/v1/admin/permissions', undefined, { 'accept-encoding': encoding })
      assert.equal(reply.headers['content-encoding'], encoding)
      assert.equal(decode(reply.rawPayload).toString(), plain.body)
    }
  })

  test('forbids to be stored, framed or sniffed, and asks for TLS where it came by TLS', async () => {
    const { anonymous } = await startApp()
    for (const url of ['/health', '/api/v1/me', '/api/nothing', '/docs']) {
      const { headers } = await anonymous('GET', url)
      assert.match(String(headers['content-security-policy']), /script-src 'self';|default-src 'none';/)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['x-frame-options'], 'DENY')
      assert.equal(headers['server'], undefined)
      assert.equal(headers['x-powered-by'], undefined)
      assert.equal(headers['strict-transport-security'], undefined)
    }
    const encrypted = await anonymous('GET', '/health', undefined, { 'x-forwarded-proto': 'https' })
    assert.match(String(encrypted.headers['strict-transport-security']), /max-age=\d+/)
  })
})

describe('bad requests', () => {
  test('are told what is wrong in the face of their path', async () => {
    const { anonymous, admin } = await startApp({ body_bytes_max: 2_000 })
    const post = (payload: string, type = 'application/json') =>
      anonymous('POST', '/api/v1/auth/login', payload, { 'content-type': type })
    const codes = async (...replies: Promise<{ statusCode: number; json(): { error: { code: string } } }>[]) =>
      (await Promise.all(replies)).map((reply) => [reply.statusCode, reply.json().error.code])
    assert.deepEqual(
      await codes(
        post('{'),
        post('{"username":"a","__proto__":{"x":1}}'),
        post('x'.repeat(3_000)),
        post('a=b', 'application/x-www-form-urlencoded'),
        post('[]'),
        post(''),
      ),
      [
        [400, 'MALFORMED_REQUEST'],
        [400, 'MALFORMED_REQUEST'],
        [413, 'PAYLOAD_TOO_LARGE'],
        [415, 'UNSUPPORTED_MEDIA_TYPE'],
        [400, 'VALIDATION_FAILED'],
        [400, 'VALIDATION_FAILED'],
      ],
    )
    const missing = await anonymous('GET', '/api/nothing')
    assert.deepEqual(
      [missing.statusCode, missing.json().success, missing.json().error.code],
      [404, false, 'RESOURCE_NOT_FOUND'],
    )
    const method = await admin('PATCH', '/api/v1/admin/roles')
    assert.deepEqual([method.statusCode, method.headers['allow']], [405, 'GET, POST'])
  })

  test('on the wire end the connection and not the server', async () => {
    const { app } = await startApp()
    await app.http.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.http.server.address() as AddressInfo
    const send = async (bytes: string): Promise<string> => {
      const socket = connect(port, '127.0.0.1')
      let reply = ''
      socket.on('data', (chunk) => (reply += chunk.toString()))
      socket.on('error', () => undefined)
      socket.write(bytes)
      await once(socket, 'close')
      return reply
    }
    const asked = (method: string, path: string, more = '') => `${method} ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`
    const heads = await send(
      asked('HEAD', '/health') + asked('HEAD', '/openapi.json') + asked('HEAD', '/', 'Connection: close\r\n'),
    )
    assert.match(heads, /^(HTTP\/1\.1 200 OK\r\n([\w-]+: .*\r\n)+\r\n){3}$/)
    const { body } = await app.http.inject({ method: 'GET', url: '/openapi.json' })
    assert.ok(heads.includes(`content-length: ${Buffer.byteLength(body)}\r\n`))
    assert.match(await send('nonsense\r\n\r\n'), /^HTTP\/1\.1 400[\s\S]*MALFORMED_REQUEST/)
    assert.match(
      await send(`GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`),
      /^HTTP\/1\.1 431[\s\S]*HEADERS_TOO_LARGE/,
    )
    assert.match(
      await send('POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'),
      /^HTTP\/1\.1 400/,
    )
    assert.match(
      await send('GET /api/v1/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
      /^HTTP\/1\.1 400[\s\S]*MALFORMED_REQUEST/,
    )
    assert.match(
      await send('GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
      /^HTTP\/1\.1 404/,
    )
    assert.match(
      await send('GET /assets/..%2f..%2f..%2fpackage.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
      /^HTTP\/1\.1 (404|403|400)/,
    )
  })
})
