import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'

describe('GET /admin/users', () => {
  test('200 with a bare array of users on the canonical face', async () => {
    const { admin } = await startApp()
    const reply = await admin('GET', '/api/v1/admin/users')
    assert.equal(reply.statusCode, 200)
    const [user] = reply.json()
    assert.equal(user.email, 'admin@example.com')
    assert.deepEqual([user.is_active, user.is_admin, user.project_count], [true, true, 0])
    assert.match(user.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.equal(reply.headers['x-total-count'], '1')
  })

  test('200 with the same array in the envelope on /api, and under /users', async () => {
    const { admin } = await startApp()
    for (const path of ['/api/admin/users', '/api/users']) {
      const { success, data } = (await admin('GET', path)).json()
      assert.equal(success, true)
      assert.equal(data[0].username, 'admin')
    }
  })

  test('401 for a stranger, 403 for a viewer, naming the permission', async () => {
    const { anonymous, user } = await startApp()
    assert.equal((await anonymous('GET', '/api/v1/admin/users')).statusCode, 401)
    const viewer = await user('viewer')
    const reply = await viewer.call('GET', '/api/v1/admin/users')
    assert.equal(reply.statusCode, 403)
    assert.deepEqual(reply.json().error.details, { permission: 'users:read' })
  })

  test('a search takes % and _ literally', async () => {
    const { admin, user } = await startApp()
    await user('user', 'ab_c')
    await user('user', 'abxc')
    const names = (await admin('GET', '/api/v1/admin/users?q=b_c'))
      .json()
      .map(({ username }: { username: string }) => username)
    assert.deepEqual(names, ['ab_c'])
  })
})

describe('POST /admin/users', () => {
  test('201 with a password that is shown once and logs in', async () => {
    const { admin, login } = await startApp()
    const reply = await admin('POST', '/api/v1/admin/users', { email: 'Mara@Example.com', role: 'operator' })
    assert.equal(reply.statusCode, 201)
    const { username, email, generated_password } = reply.json()
    assert.deepEqual([username, email], ['mara', 'mara@example.com'])
    assert.equal((await login('mara', generated_password)).statusCode, 200)
    assert.equal(JSON.stringify((await admin('GET', '/api/v1/admin/users')).json()).includes(generated_password), false)
  })

  test('409 naming the field when the address or the username is taken, also by the other of the two', async () => {
    const { admin } = await startApp()
    const create = (email: string, username: string) => admin('POST', '/api/v1/admin/users', { email, username })
    await create('mara@example.com', 'mara')
    const again = await create('MARA@example.com', 'other')
    assert.deepEqual([again.statusCode, again.json().error.details], [409, { field: 'email' }])
    assert.deepEqual((await create('x@example.com', 'Mara')).json().error.details, { field: 'username' })
  })

  test('400 for a short, a common and an own-name password, for unknown fields and for an unknown role', async () => {
    const { admin } = await startApp()
    const refused = async (body: object, field: string) => {
      const reply = await admin('POST', '/api/v1/admin/users', { email: 'mara@example.com', ...body })
      assert.equal(reply.statusCode, 400, JSON.stringify(body))
      assert.equal(reply.json().error.details.fields[0].field, field)
    }
    await refused({ password: 'short' }, 'password')
    await refused({ password: 'password123' }, 'password')
    await refused({ username: 'mara-long-name', password: 'mara-long-name' }, 'password')
    await refused({ is_admin: true }, 'is_admin')
    await refused({ role: 'emperor' }, 'role')
    await refused({ email: 'no address' }, 'email')
  })
})

describe('PUT /admin/users/{id}', () => {
  test('200 changes role and state, and the audit log has both', async () => {
    const { admin, user, app } = await startApp()
    const { id, call } = await user('viewer')
    assert.equal((await admin('PUT', `/api/v1/admin/users/${id}`, { role: 'developer' })).json().role, 'developer')
    assert.equal((await call('GET', '/api/v1/admin/users')).statusCode, 403)
    assert.equal((await admin('PUT', `/api/v1/admin/users/${id}`, { is_active: false })).json().state, 'disabled')
    assert.equal((await call('GET', '/api/v1/me')).statusCode, 401)
    const records = await app.platform.database.read
      .selectFrom('audit_records')
      .selectAll()
      .where('action', '=', 'user.update')
      .execute()
    assert.deepEqual(
      records.map(({ target_id, actor_label }) => [target_id, actor_label]),
      [
        [id, 'admin'],
        [id, 'admin'],
      ],
    )
    assert.match(records[0]!.after_json!, /"role":"developer"/)
  })

  test('409 for the last administrator, whatever is taken from them', async () => {
    const { admin, adminId } = await startApp()
    for (const changes of [{ role: 'user' }, { is_admin: false }, { state: 'disabled' }]) {
      const reply = await admin('PUT', `/api/v1/admin/users/${adminId}`, changes)
      assert.deepEqual([reply.statusCode, reply.json().error.code], [409, 'LAST_ADMINISTRATOR'])
    }
  })

  test('403 when somebody who may edit users would give or touch rights beyond their own', async () => {
    const { userWith, user, adminId } = await startApp()
    const clerk = await userWith('users:read', 'users:write')
    const { id } = await user('user')
    assert.equal((await clerk.call('PUT', `/api/v1/admin/users/${id}`, { role: 'admin' })).statusCode, 403)
    assert.equal((await clerk.call('POST', `/api/v1/admin/users/${adminId}/reset-password`, {})).statusCode, 403)
  })
})

describe('DELETE /admin/users/{id}', () => {
  test('200, then 404; their sessions end', async () => {
    const { admin, user } = await startApp()
    const { id, call } = await user('user')
    assert.equal((await admin('DELETE', `/api/users/${id}`)).statusCode, 200)
    assert.equal((await admin('DELETE', `/api/v1/admin/users/${id}`)).statusCode, 404)
    assert.equal((await call('GET', '/api/v1/me')).statusCode, 401)
  })

  test('409 for oneself', async () => {
    const { admin, adminId } = await startApp()
    assert.equal((await admin('DELETE', `/api/v1/admin/users/${adminId}`)).statusCode, 409)
  })
})
