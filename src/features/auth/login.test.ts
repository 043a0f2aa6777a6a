import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { minuteMs } from '#kernel/time.ts'
import { adminPassword, startApp } from '../../../test/support/app.ts'

describe('POST /auth/login', () => {
  test('200 with user, permissions and tokens, in the envelope and by all spellings of name and path', async () => {
    const { anonymous } = await startApp()
    for (const [path, name] of [
      ['/api/auth/login', { username: 'admin' }],
      ['/api/login', { username: 'ADMIN' }],
      ['/api/login', { email: 'Admin@example.com' }],
    ] as const) {
      const { success, data } = (await anonymous('POST', path, { ...name, password: adminPassword })).json()
      assert.equal(success, true)
      assert.equal(data.user.role, 'admin')
      assert.ok(data.user.permissions.includes('users:write'))
      assert.equal(data.tokens.expires_in, 900)
      assert.match(data.tokens.access_token, /^ey/)
    }
  })

  test('401 with one and the same body for a wrong password, an unknown user and a locked one', async () => {
    const { login, user } = await startApp({ lockout_attempts: 3 })
    const { username, password } = await user('user')
    for (let attempt = 0; attempt < 3; attempt++) await login(username, 'wrong')
    const bodies = [await login('admin', 'wrong'), await login('nobody-here', 'wrong'), await login(username, password)]
    assert.deepEqual(
      bodies.map(({ statusCode }) => statusCode),
      [401, 401, 401],
    )
    assert.equal(new Set(bodies.map(({ body }) => body)).size, 1)
  })

  test('a failure takes as long for a user who exists as for one who does not', async () => {
    const { login } = await startApp({ lockout_attempts: 1000 })
    const median = async (name: string): Promise<number> => {
      const times: number[] = []
      for (let round = 0; round < 11; round++) {
        const startedAt = performance.now()
        await login(name, 'wrong')
        times.push(performance.now() - startedAt)
      }
      return times.toSorted((a, b) => a - b)[5]!
    }
    const [existing, missing] = [await median('admin'), await median('nobody-here')]
    assert.ok(Math.abs(existing - missing) / existing < 0.1, `${existing} ms and ${missing} ms`)
  })

  test('locks after the set number of failures although every login was refused, and unlocks by time or by an administrator', async () => {
    const { login, user, admin, clock } = await startApp({ lockout_attempts: 3, lockout_minutes: 15 })
    const { id, username, password } = await user('user')
    for (let attempt = 0; attempt < 3; attempt++) await login(username, 'wrong')
    assert.equal((await admin('GET', `/api/v1/admin/users/${id}`)).json().state, 'locked')
    assert.equal((await login(username, password)).statusCode, 401)
    clock.advance(15 * minuteMs)
    assert.equal((await login(username, password)).statusCode, 200)
    for (let attempt = 0; attempt < 3; attempt++) await login(username, 'wrong')
    const { tokens } = (await login('admin', adminPassword)).json()
    assert.equal(tokens !== undefined, true)
  })

  test('an administrator ends a lock-out', async () => {
    const { login, user, admin } = await startApp({ lockout_attempts: 2 })
    const { id, username, password } = await user('user')
    for (let attempt = 0; attempt < 2; attempt++) await login(username, 'wrong')
    assert.equal((await admin('POST', `/api/v1/admin/users/${id}/unlock`)).json().state, 'active')
    assert.equal((await login(username, password)).statusCode, 200)
  })

  test('20 wrong attempts at once lock too', async () => {
    const { login, user } = await startApp({ lockout_attempts: 10 })
    const { username, password } = await user('user')
    await Promise.all(Array.from({ length: 20 }, () => login(username, 'wrong')))
    assert.equal((await login(username, password)).statusCode, 401)
  })

  test('429 with Retry-After after the budget of the address, however the header is dressed up', async () => {
    const { anonymous } = await startApp({ rate_limit_auth: 5 })
    // The administrator logged in once already.
    const attempt = (index: number) =>
      anonymous(
        'POST',
        '/api/v1/auth/login',
        { username: 'admin', password: 'wrong' },
        { 'x-forwarded-for': `10.0.0.${index}`, 'x-real-ip': `10.1.0.${index}`, forwarded: `for=10.2.0.${index}` },
      )
    const replies = []
    for (let index = 0; index < 5; index++) replies.push(await attempt(index))
    assert.deepEqual(
      replies.map(({ statusCode }) => statusCode),
      [401, 401, 401, 401, 429],
    )
    assert.ok(Number(replies[4]!.headers['retry-after']) > 0)
    assert.equal(replies[4]!.json().error.code, 'RATE_LIMITED')
  })
})

describe('POST /auth/register', () => {
  test('202 and pending by default; approval lets in; the second approval is refused', async () => {
    const { anonymous, admin, login } = await startApp()
    const account = { email: 'new@example.com', username: 'newcomer', password: 'a phrase of my own' }
    const reply = await anonymous('POST', '/api/register', account)
    assert.deepEqual([reply.statusCode, reply.json().data.state], [202, 'pending'])
    const refused = await login('newcomer', account.password)
    assert.deepEqual([refused.statusCode, refused.json().error.code], [403, 'ACCOUNT_NOT_ACTIVE'])
    const [{ id }] = (await admin('GET', '/api/v1/admin/users?state=pending')).json()
    assert.equal((await admin('POST', `/api/admin/users/${id}/approve`)).json().data.state, 'active')
    assert.equal((await admin('POST', `/api/admin/users/${id}/approve`)).statusCode, 409)
    assert.equal((await login('newcomer', account.password)).statusCode, 200)
  })

  test('202 with the same body for an address that is taken', async () => {
    const { anonymous } = await startApp()
    const register = (email: string, username: string) =>
      anonymous('POST', '/api/v1/auth/register', { email, username, password: 'a phrase of my own' })
    assert.equal(
      (await register('admin@example.com', 'admin2')).body,
      (await register('fresh@example.com', 'fresh')).body,
    )
  })

  test('403 when registration is closed, active at once when it is open', async () => {
    const closed = await startApp({ registration: 'closed' })
    const account = { email: 'new@example.com', username: 'newcomer', password: 'a phrase of my own' }
    assert.equal((await closed.anonymous('POST', '/api/v1/auth/register', account)).statusCode, 403)
    const open = await startApp({ registration: 'open' })
    assert.equal((await open.anonymous('POST', '/api/v1/auth/register', account)).json().state, 'active')
    assert.equal((await open.login('newcomer', account.password)).statusCode, 200)
  })
})

describe('GET /auth/verify', () => {
  test('200 with the user, also as /validate-session; 401 without and with a wrong token', async () => {
    const { admin, anonymous, as } = await startApp()
    for (const path of ['/api/auth/verify', '/api/validate-session']) {
      const { data } = (await admin('GET', path)).json()
      assert.deepEqual([data.valid, data.user.username], [true, 'admin'])
      assert.equal((await anonymous('GET', path)).statusCode, 401)
      assert.equal((await as('nonsense')('GET', path)).statusCode, 401)
    }
  })
})

describe('re-authentication', () => {
  test('a sensitive operation asks for the password again after 15 minutes', async () => {
    const { app, admin, login, as, clock } = await startApp()
    clock.advance(14 * minuteMs)
    assert.equal((await admin('POST', '/api/v1/admin/users', { email: 'one@example.com' })).statusCode, 201)
    const session = (await login('admin', adminPassword)).json().tokens
    clock.advance(16 * minuteMs)
    const { access_token } = (
      await as('')('POST', '/api/v1/auth/refresh', { refresh_token: session.refresh_token })
    ).json()
    const call = as(access_token)
    const refused = await call('POST', '/api/v1/admin/users', { email: 'two@example.com' })
    assert.deepEqual([refused.statusCode, refused.json().error.code], [401, 'REAUTHENTICATION_REQUIRED'])
    assert.equal((await call('GET', '/api/v1/admin/users')).statusCode, 200)
    assert.equal((await call('POST', '/api/v1/auth/reauthenticate', { password: 'wrong' })).statusCode, 401)
    assert.equal((await call('POST', '/api/v1/auth/reauthenticate', { password: adminPassword })).statusCode, 200)
    assert.equal((await call('POST', '/api/v1/admin/users', { email: 'two@example.com' })).statusCode, 201)
    assert.ok(app)
  })
})

describe('a session cookie', () => {
  test('is believed on unsafe methods only from the own origin', async () => {
    const { login, anonymous } = await startApp()
    const cookies = (await login('admin', adminPassword, { cookie: true })).cookies
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    const post = (headers: Record<string, string>) =>
      anonymous('POST', '/api/v1/auth/logout', undefined, { cookie: cookies, host: 'miktos.example', ...headers })
    assert.equal((await post({})).statusCode, 403)
    assert.equal((await post({ origin: 'https://evil.example' })).statusCode, 403)
    assert.equal((await post({ origin: 'null' })).statusCode, 403)
    assert.equal((await anonymous('GET', '/api/v1/me', undefined, { cookie: cookies })).statusCode, 200)
    assert.equal((await post({ origin: 'https://miktos.example' })).statusCode, 200)
  })
})
