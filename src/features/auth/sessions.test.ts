import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dayMs, minuteMs, secondMs } from '#kernel/time.ts'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'

const refresh = (app: TestApp, token: string) => app.anonymous('POST', '/api/v1/auth/refresh', { refresh_token: token })

eachEngine('refreshing a session', (engine) => {
  test('of 8 parallel refreshes of one token all give the same one successor, 200 rounds', async () => {
    const app = await startApp({ database_url: await engine.freshUrl() })
    const { id, refreshToken: first } = await app.user('user')
    let refreshToken = first
    for (let round = 0; round < 200; round++) {
      const replies = await Promise.all(Array.from({ length: 8 }, () => refresh(app, refreshToken)))
      const successors = new Set(replies.map((reply) => reply.json().refresh_token))
      assert.deepEqual([...new Set(replies.map(({ statusCode }) => statusCode))], [200])
      assert.equal(successors.size, 1, `round ${round}`)
      ;[refreshToken] = [...successors] as [string]
    }
    const { generation } = await app.app.platform.database.read
      .selectFrom('auth_sessions')
      .select('generation')
      .where('user_id', '=', id)
      .executeTakeFirstOrThrow()
    assert.equal(generation, 201)
  })

  test('two administrators who demote, disable or delete each other at once always leave one', async () => {
    const app = await startApp({ database_url: await engine.freshUrl() })
    for (let round = 0; round < 20; round++) {
      const [a, b] = [await app.user('admin', `a${round}`), await app.user('admin', `b${round}`)]
      await app.app.platform.database.write
        .updateTable('users')
        .set({ state: 'disabled' })
        .where('id', 'not in', [a.id, b.id])
        .execute()
      const attack = (by: typeof a, on: typeof a) =>
        round % 3 === 0
          ? by.call('PUT', `/api/v1/admin/users/${on.id}`, { role: 'user' })
          : round % 3 === 1
            ? by.call('PUT', `/api/v1/admin/users/${on.id}`, { state: 'disabled' })
            : by.call('DELETE', `/api/v1/admin/users/${on.id}`)
      const replies = await Promise.all([attack(a, b), attack(b, a)])
      const left = await app.app.platform.database.read
        .selectFrom('users')
        .select('id')
        .where('role', '=', 'admin')
        .where('state', '=', 'active')
        .execute()
      assert.equal(left.length, 1, `round ${round}: ${replies.map(({ statusCode }) => statusCode)}`)
      assert.ok(
        replies.every(({ statusCode }) => statusCode < 500),
        replies.map(({ body }) => body).join(),
      )
      await app.app.platform.database.write
        .updateTable('users')
        .set({ state: 'active' })
        .where('id', '=', app.adminId)
        .execute()
    }
  })
})

describe('POST /auth/refresh', () => {
  test('200 with the next pair; expires_in tells the truth', async () => {
    const app = await startApp()
    const { refreshToken } = await app.user('user')
    const reply = await refresh(app, refreshToken)
    const { access_token, refresh_token, expires_in, refresh_expires_in } = reply.json()
    assert.deepEqual([reply.statusCode, expires_in, refresh_expires_in], [200, 900, 604_800])
    assert.notEqual(refresh_token, refreshToken)
    assert.equal((await app.as(access_token)('GET', '/api/v1/me')).statusCode, 200)
  })

  test('200 with the same successor within 10 s for the parent, 401 and the end of the session afterwards', async () => {
    const app = await startApp()
    const { refreshToken, token } = await app.user('user')
    const first = (await refresh(app, refreshToken)).json()
    app.clock.advance(9 * secondMs)
    assert.equal((await refresh(app, refreshToken)).json().refresh_token, first.refresh_token)
    app.clock.advance(2 * secondMs)
    assert.equal((await refresh(app, refreshToken)).statusCode, 401)
    assert.equal((await refresh(app, first.refresh_token)).statusCode, 401)
    assert.equal((await app.as(token)('GET', '/api/v1/me')).statusCode, 401)
    const audit = await app.app.platform.database.read
      .selectFrom('audit_records')
      .select('action')
      .where('action', '=', 'session.reuse-detected')
      .execute()
    assert.equal(audit.length, 1)
  })

  test('401 and the end of the session for a grandparent, also within 10 s', async () => {
    const app = await startApp()
    const { refreshToken } = await app.user('user')
    const second = (await refresh(app, refreshToken)).json().refresh_token
    const third = (await refresh(app, second)).json().refresh_token
    assert.equal((await refresh(app, refreshToken)).statusCode, 401)
    assert.equal((await refresh(app, third)).statusCode, 401)
  })

  test('401 for an invented token of a known session, which lives on', async () => {
    const app = await startApp()
    const { refreshToken, token } = await app.user('user')
    const forged = refreshToken.slice(0, -6) + (refreshToken.endsWith('AAAAAA') ? 'BBBBBB' : 'AAAAAA')
    assert.equal((await refresh(app, forged)).statusCode, 401)
    assert.equal((await app.as(token)('GET', '/api/v1/me')).statusCode, 200)
    assert.equal((await refresh(app, refreshToken)).statusCode, 200)
  })

  test('401 after seven days, after logout, and for a disabled user', async () => {
    const app = await startApp()
    const [late, left, disabled] = [await app.user('user'), await app.user('user'), await app.user('user')]
    await left.call('POST', '/api/v1/auth/logout')
    await app.admin('PUT', `/api/v1/admin/users/${disabled.id}`, { state: 'disabled' })
    assert.equal((await refresh(app, left.refreshToken)).statusCode, 401)
    assert.equal((await refresh(app, disabled.refreshToken)).statusCode, 401)
    app.clock.advance(7 * dayMs)
    const expired = await refresh(app, late.refreshToken)
    assert.deepEqual([expired.statusCode, expired.json().error.code], [401, 'TOKEN_EXPIRED'])
  })

  test('the console refreshes by cookie and never sees a token', async () => {
    const app = await startApp()
    const { username, password } = await app.user('user')
    const login = await app.login(username, password, { cookie: true })
    assert.equal(login.json().tokens, null)
    const cookies = login.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    assert.ok(login.cookies.every(({ httpOnly, sameSite }) => httpOnly && sameSite === 'Strict'))
    const headers = { cookie: cookies, origin: 'http://localhost:80', host: 'localhost:80' }
    const reply = await app.anonymous('POST', '/api/v1/auth/refresh', {}, headers)
    assert.deepEqual([reply.statusCode, reply.json().tokens, reply.body.includes('mr_')], [200, null, false])
    assert.equal(reply.cookies.length, 2)
  })
})

describe('sessions', () => {
  test('access tokens end after 15 minutes with TOKEN_EXPIRED', async () => {
    const app = await startApp()
    const { call } = await app.user('user')
    app.clock.advance(15 * minuteMs)
    assert.equal((await call('GET', '/api/v1/me')).json().error.code, 'TOKEN_EXPIRED')
  })

  test('are listed with the current one marked, and one that is ended is refused at once', async () => {
    const app = await startApp()
    const { username, password, call } = await app.user('user')
    const other = (await app.login(username, password)).json().tokens.access_token
    const sessions = (await call('GET', '/api/v1/me/sessions')).json()
    assert.deepEqual(sessions.map(({ current }: { current: boolean }) => current).toSorted(), [false, true])
    const { id } = sessions.find(({ current }: { current: boolean }) => !current)
    assert.equal((await call('DELETE', `/api/v1/me/sessions/${id}`)).statusCode, 200)
    assert.equal((await app.as(other)('GET', '/api/v1/me')).statusCode, 401)
    assert.equal((await call('DELETE', `/api/v1/me/sessions/${id}`)).statusCode, 404)
  })

  test("nobody ends another user's session by its id", async () => {
    const app = await startApp()
    const [mine, theirs] = [await app.user('user'), await app.user('user')]
    const [{ id }] = (await theirs.call('GET', '/api/v1/me/sessions')).json()
    assert.equal((await mine.call('DELETE', `/api/v1/me/sessions/${id}`)).statusCode, 404)
    assert.equal((await theirs.call('GET', '/api/v1/me')).statusCode, 200)
  })

  test('changing the password ends all others and keeps this one; a reset ends all', async () => {
    const app = await startApp()
    const { id, username, password, call } = await app.user('user')
    const other = app.as((await app.login(username, password)).json().tokens.access_token)
    const changed = await call('PUT', '/api/v1/me/password', {
      current_password: password,
      new_password: 'another good phrase',
    })
    assert.equal(changed.statusCode, 200)
    assert.deepEqual(
      [(await call('GET', '/api/v1/me')).statusCode, (await other('GET', '/api/v1/me')).statusCode],
      [200, 401],
    )
    await app.admin('POST', `/api/v1/admin/users/${id}/reset-password`, {})
    assert.equal((await call('GET', '/api/v1/me')).statusCode, 401)
  })
})
