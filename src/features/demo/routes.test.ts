import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { startApp, type Call } from '../../../test/support/app.ts'
import { until } from '../../../test/support/until.ts'

const read = async (call: Call, path: string) => (await call('GET', `/api/v1${path}`)).json()

const withSample = async (settings: object = {}) => {
  const miktos = await startApp({ demo: true, ...settings })
  await until('the sample is there', async () => (await read(miktos.admin, '/admin/demo')).users > 0)
  return miktos
}

describe('--demo', () => {
  test('adds labelled users in several states and roles, none an administrator, none with a password anybody knows', async () => {
    const { admin, login } = await withSample()
    const users = (await read(admin, '/admin/users')).filter(({ demo }: { demo: boolean }) => demo)
    const all = (field: string) => new Set(users.map((user: Record<string, unknown>) => user[field]))
    assert.equal(users.length, 9)
    assert.deepEqual(all('state'), new Set(['active', 'pending', 'disabled']))
    assert.equal(all('role').has('admin'), false)
    for (const { username } of users) assert.match(username, /^demo-/)
    for (const password of ['', 'demo', 'demo-mara', 'password']) {
      assert.notEqual((await login('demo-mara', password)).statusCode, 200, password)
    }
  })

  test('adds projects in all four states with messages, and 30 days of activity', async () => {
    const { admin } = await withSample()
    const { projects } = await read(admin, '/projects')
    assert.deepEqual(
      new Set(projects.map(({ status }: { status: string }) => status)),
      new Set(['NONE', 'PENDING', 'PROCESSING', 'COMPLETED']),
    )
    assert.ok(projects.every(({ demo }: { demo: boolean }) => demo))
    const { activity_by_type, active_users } = await read(admin, '/admin/users/activity?days=30')
    assert.ok(
      activity_by_type.api_call > 3_000 && activity_by_type.login > 50 && activity_by_type.login_failed > 0,
      JSON.stringify(activity_by_type),
    )
    assert.ok(active_users.length >= 6)
    const { users } = await read(admin, '/admin/activity/users?days=30')
    assert.equal(users[0].demo, true)
  })

  test('goes on with live traffic of the sample users', async () => {
    const { admin } = await withSample()
    const calls = async () =>
      (await read(admin, '/admin/activity/active?minutes=1')).active.filter(({ demo }: { demo: boolean }) => demo)
        .length
    await until('a sample user is active', async () => (await calls()) > 0)
  })

  test('a second start with the same data adds nothing', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'miktos-test-'))
    after(() => rmSync(dataDir, { recursive: true, force: true }))
    const first = await withSample({ data_dir: dataDir })
    await first.stop()
    const { admin } = await withSample({ data_dir: dataDir })
    assert.equal((await read(admin, '/admin/users')).length, 10)
  })

  test('adds nothing on an address that others can reach', async () => {
    const { admin, stop } = await startApp({ demo: true, server_host: '0.0.0.0' })
    assert.deepEqual(await read(admin, '/admin/demo'), { enabled: true, users: 0, projects: 0 })
    await stop()
  })
})

describe('POST /admin/demo/remove', () => {
  test('200 deletes the sample and nothing else; the second time there is nothing to delete', async () => {
    const { admin, user, app } = await withSample()
    const mara = await user('user', 'mara')
    await mara.call('POST', '/api/v1/projects', { name: 'real' })
    const reply = await admin('POST', '/api/v1/admin/demo/remove')
    assert.deepEqual([reply.statusCode, reply.json().users_removed, reply.json().projects_removed], [200, 9, 8])
    assert.deepEqual(
      (await read(admin, '/admin/users')).map(({ username }: { username: string }) => username),
      ['admin', 'mara'],
    )
    assert.deepEqual(
      (await read(admin, '/projects')).projects.map(({ name }: { name: string }) => name),
      ['real'],
    )
    const { active_users } = await read(admin, '/admin/users/activity?days=30')
    assert.deepEqual(
      new Set(active_users.map(({ username }: { username: string }) => username)),
      new Set(['admin', 'mara']),
    )
    const messages = await app.platform.database.read.selectFrom('messages').selectAll().execute()
    assert.deepEqual(messages, [])
    assert.equal((await admin('POST', '/api/v1/admin/demo/remove')).json().users_removed, 0)
  })

  test('401 for a stranger, 403 without settings:configure', async () => {
    const { anonymous, user } = await startApp()
    assert.equal((await anonymous('POST', '/api/v1/admin/demo/remove')).statusCode, 401)
    const operator = await user('operator')
    assert.equal((await operator.call('POST', '/api/v1/admin/demo/remove')).statusCode, 403)
  })
})
