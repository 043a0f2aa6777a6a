import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { minuteMs } from '#kernel/time.ts'
import { testConfig } from '#platform/config/config.ts'
import { createApp } from '#server/app.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { pino } from 'pino'
import { testClock } from '../../../test/support/app.ts'

async function freshInstallation() {
  const dataDir = mkdtempSync(join(tmpdir(), 'miktos-test-'))
  const clock = testClock()
  const config = testConfig({
    data_dir: dataDir,
    database_url: `sqlite:///${join(dataDir, 'miktos.db')}`,
    rate_limit_auth: 1e6,
    rate_limit: 1e6,
  })
  const start = () => createApp({ config, log: pino({ level: 'silent' }), now: clock.now })
  const app = await start()
  after(() => app.stop().then(() => rmSync(dataDir, { recursive: true, force: true })))
  const setup = (token: string, body: object = {}) =>
    app.http.inject({
      method: 'POST',
      url: '/api/v1/auth/setup',
      payload: { token, email: 'first@example.com', password: 'a phrase of my own', ...body },
    })
  return { app, clock, setup, token: app.setupToken! }
}

describe('a fresh installation', () => {
  test('has no user whom any common password lets in', async () => {
    const { app } = await freshInstallation()
    for (const username of ['admin', 'user', 'viewer']) {
      for (const password of ['any_password', 'changeme', username]) {
        const reply = await app.http.inject({
          method: 'POST',
          url: '/api/v1/auth/login',
          payload: { username, password },
        })
        assert.equal(reply.statusCode, 401)
      }
    }
    assert.equal((await app.platform.database.read.selectFrom('users').selectAll().execute()).length, 0)
  })

  test('says that set-up is needed, and after it that it is not', async () => {
    const { app, setup, token } = await freshInstallation()
    const options = async () => (await app.http.inject('/api/v1/auth/options')).json()
    assert.equal((await options()).setup_needed, true)
    await setup(token)
    assert.equal((await options()).setup_needed, false)
  })
})

describe('POST /auth/setup', () => {
  test('201 makes the administrator and logs them in; 410 the second time', async () => {
    const { app, setup, token } = await freshInstallation()
    assert.ok(Buffer.from(token, 'base64url').length >= 16)
    const reply = await setup(token)
    assert.equal(reply.statusCode, 201)
    const { user, tokens } = reply.json()
    assert.deepEqual([user.role, user.username], ['admin', 'first'])
    const me = await app.http.inject({ url: '/api/v1/me', headers: { authorization: `Bearer ${tokens.access_token}` } })
    assert.equal(me.statusCode, 200)
    const again = await setup(token, { email: 'second@example.com' })
    assert.deepEqual([again.statusCode, again.json().error.code], [410, 'GONE'])
  })

  test('401 for a wrong token and for the right one after 15 minutes', async () => {
    const { setup, token, clock } = await freshInstallation()
    assert.equal((await setup('A'.repeat(22))).statusCode, 401)
    clock.advance(15 * minuteMs)
    assert.equal((await setup(token)).statusCode, 401)
  })

  test('a weak password uses nothing up: the link works again', async () => {
    const { setup, token } = await freshInstallation()
    assert.equal((await setup(token, { password: 'password' })).statusCode, 400)
    assert.equal((await setup(token)).statusCode, 201)
  })

  test('of 10 calls at once one makes an administrator', async () => {
    const { app, setup, token } = await freshInstallation()
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) => setup(token, { email: `a${index}@example.com` })),
    )
    assert.equal(replies.filter(({ statusCode }) => statusCode === 201).length, 1)
    assert.equal((await app.platform.database.read.selectFrom('users').selectAll().execute()).length, 1)
  })
})

test('MIKTOS_ADMIN_EMAIL and MIKTOS_ADMIN_PASSWORD make the first administrator without a browser, once', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'miktos-test-'))
  after(() => rmSync(dataDir, { recursive: true, force: true }))
  const start = (email: string) =>
    createApp({
      config: testConfig({
        data_dir: dataDir,
        database_url: `sqlite:///${join(dataDir, 'miktos.db')}`,
        admin_email: email,
        admin_password: 'a phrase of my own',
      }),
      log: pino({ level: 'silent' }),
    })
  const emails = async (email: string) => {
    const app = await start(email)
    const rows = await app.platform.database.read.selectFrom('users').select('email').execute()
    assert.equal(app.setupToken, undefined)
    await app.stop()
    return rows.map((row) => row.email)
  }
  assert.deepEqual(await emails('boss@example.com'), ['boss@example.com'])
  assert.deepEqual(await emails('other@example.com'), ['boss@example.com'])
})
