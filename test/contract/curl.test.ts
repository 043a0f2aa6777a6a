import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { temporaryFolder } from '../support/folder.ts'
import { serverPassword, startServer } from '../support/server.ts'
import { curl } from './programs.ts'

const adminToken = randomBytes(24).toString('base64url')
const { port } = await startServer({
  dataDir: temporaryFolder(),
  env: { ADMIN_TOKEN: adminToken, FLASK_ENV: 'development' },
})
const json = (body: string) => JSON.parse(body)

describe('the checks that the documents give, with curl', () => {
  test('curl http://localhost:PORT/api/health', async () => {
    const { status, body } = await curl(`http://localhost:${port}/api/health`)
    assert.equal(status, 200)
    assert.equal(json(body).success, true)
    assert.match(json(body).data.status, /^(healthy|degraded)$/)
    assert.deepEqual(Object.keys(json(body).data), ['status'])
  })

  test('curl -X POST http://localhost:PORT/api/auth/login -d {"username","password"}', async () => {
    const login = (password: string) =>
      curl(
        '-X',
        'POST',
        `http://localhost:${port}/api/auth/login`,
        '-H',
        'Content-Type: application/json',
        '-d',
        JSON.stringify({ username: 'admin', password }),
      )
    const wrong = await login('test')
    assert.deepEqual(
      [wrong.status, json(wrong.body).success, json(wrong.body).error.code],
      [401, false, 'INVALID_CREDENTIALS'],
    )

    const { success, data } = json((await login(serverPassword)).body)
    assert.equal(success, true)
    assert.deepEqual([data.user.username, data.user.role, data.tokens.expires_in], ['admin', 'admin', 900])
    assert.ok(data.user.permissions.includes('dashboard:read') && data.user.permissions.includes('sessions:write'))

    const verified = await curl(
      '-H',
      `Authorization: Bearer ${data.tokens.access_token}`,
      `http://localhost:${port}/api/auth/verify`,
    )
    assert.equal(json(verified.body).data.user.username, 'admin')
  })

  test('curl http://localhost:PORT/health', async () => {
    const { status, body } = await curl(`http://localhost:${port}/health`)
    assert.equal(status, 200)
    assert.deepEqual(Object.keys(json(body)), ['status'])
  })

  test('curl -H "Authorization: Bearer TOKEN" http://localhost:PORT/api/metrics', async () => {
    const { status, body } = await curl(
      '-H',
      `Authorization: Bearer ${adminToken}`,
      `http://localhost:${port}/api/metrics`,
    )
    assert.deepEqual([status, json(body).success], [200, true])
    assert.equal((await curl(`http://localhost:${port}/api/metrics`)).status, 401)
  })

  test('curl http://localhost:PORT/api/metrics?limit=50&type=cpu_usage', async () => {
    const { body } = await curl(
      '-H',
      `Authorization: Bearer ${adminToken}`,
      `http://localhost:${port}/api/metrics?limit=50&type=cpu_usage`,
    )
    const { metrics } = json(body).data
    assert.ok(metrics.length <= 50 && metrics.every(({ type }: { type: string }) => type === 'cpu_usage'))
  })

  test('curl http://localhost:PORT/api/metrics/prometheus, and /metrics', async () => {
    for (const path of ['/api/metrics/prometheus', '/api/v1/metrics/prometheus', '/metrics']) {
      const { status, contentType, body } = await curl(`http://localhost:${port}${path}`)
      assert.equal(status, 200)
      assert.match(contentType, /^text\/plain; version=0\.0\.4/)
      assert.match(body, /^# TYPE \w+ /m)
    }
  })

  test('a token in the environment is an administrator in every area', async () => {
    for (const path of [
      '/api/config',
      '/api/users',
      '/api/admin/users',
      '/api/admin/stats',
      '/api/admin/logs',
      '/api/v1/system/info',
    ]) {
      assert.equal(
        (await curl('-H', `Authorization: Bearer ${adminToken}`, `http://localhost:${port}${path}`)).status,
        200,
        path,
      )
    }
    const { body } = await curl(
      '-H',
      `Authorization: Bearer ${adminToken}`,
      `http://localhost:${port}/api/v1/system/info`,
    )
    assert.equal(json(body).environment, 'development')
  })

  test('the console opens at / without anything from elsewhere', async () => {
    const { status, contentType, body } = await curl('-H', 'Accept: text/html', `http://localhost:${port}/`)
    assert.equal(status, 200)
    assert.match(contentType, /^text\/html/)
    assert.doesNotMatch(body, /(src|href)="(https?:)?\/\//)
    const [asset] = /\/assets\/[\w.-]+\.js/.exec(body) ?? []
    const { body: headers } = await curl('-D', '-', '-o', '/dev/null', `http://localhost:${port}${asset}`)
    assert.match(headers, /cache-control: public, max-age=31536000, immutable/i)
  })
})
