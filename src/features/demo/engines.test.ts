import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'
import { until } from '../../../test/support/until.ts'

eachEngine('the sample', (engine) => {
  test('comes once, also when two servers start at the same time, and goes without a trace', async () => {
    const settings = {
      database_url: await engine.freshUrl(),
      demo: true,
      secret_key: 'a-secret-that-both-servers-share-0123456789',
    }
    // A SQLite file belongs to one server.
    const servers = engine.name === 'SQLite' ? 1 : 2
    const [one] = await Promise.all(Array.from({ length: servers }, () => startApp(settings)))
    const { admin, adminId } = one!
    const sample = async () => (await admin('GET', '/api/v1/admin/demo')).json()
    await until('the sample is there', async () => (await sample()).users > 0, 30_000)
    assert.deepEqual(await sample(), { enabled: true, users: 9, projects: 8 })
    await admin('POST', '/api/v1/admin/demo/remove')
    assert.deepEqual(await sample(), { enabled: true, users: 0, projects: 0 })
    const { active_users } = (await admin('GET', '/api/v1/admin/users/activity?days=30')).json()
    assert.deepEqual(
      active_users.map(({ user_id }: { user_id: string }) => user_id),
      [adminId],
    )
  })
})
