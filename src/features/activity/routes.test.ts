import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { minuteMs } from '#kernel/time.ts'
import { openDatabase } from '#platform/database/open.ts'
import { startApp, type Call } from '../../../test/support/app.ts'
import { until } from '../../../test/support/until.ts'

const read = async (call: Call, path: string) => {
  const reply = await call('GET', `/api/v1${path}`)
  assert.equal(reply.statusCode, 200, reply.body)
  return reply.json()
}

describe('GET /admin/users/activity', () => {
  test('200 with what happened until the question was asked, on both faces', async () => {
    const { admin, adminId, login, anonymous } = await startApp()
    const projectId = (await admin('POST', '/api/v1/projects', { name: 'a' })).json().id
    await admin('GET', `/api/v1/projects/${projectId}/messages`)
    await admin('GET', `/api/projects/${projectId}/messages`)
    await login('admin', 'a wrong password')
    await anonymous('GET', '/api/v1/nowhere')
    const overview = await read(admin, '/admin/users/activity')
    assert.deepEqual(Object.keys(overview), [
      'activity_by_type',
      'active_users',
      'popular_endpoints',
      'timeframe_days',
      'timestamp',
    ])
    assert.deepEqual(overview.activity_by_type, { login: 1, api_call: 5, logout: 0, login_failed: 1, admin_action: 0 })
    assert.deepEqual(overview.active_users, [{ user_id: adminId, activity_count: 5, username: 'admin' }])
    assert.deepEqual(overview.popular_endpoints.slice(0, 2), [
      { endpoint: '/api/v1/auth/login', access_count: 2 },
      { endpoint: '/api/v1/projects/{project_id}/messages', access_count: 2 },
    ])
    assert.equal(overview.timeframe_days, 7)
    const enveloped = (await admin('GET', '/api/admin/users/activity?days=1&limit=1')).json()
    assert.deepEqual(
      [enveloped.success, enveloped.data.timeframe_days, enveloped.data.popular_endpoints.length],
      [true, 1, 1],
    )
  })

  test('is not taken for the user with the id "activity"', async () => {
    const { userWith } = await startApp()
    const reader = await userWith('users:read')
    assert.equal((await reader.call('GET', '/api/v1/admin/users/activity')).statusCode, 403)
    assert.equal((await reader.call('GET', '/api/v1/admin/users/activities')).statusCode, 404)
  })

  test('400 for days outside 1 to 400', async () => {
    const { admin } = await startApp()
    for (const days of ['0', '401', 'x', '-1', '1.5']) {
      assert.equal((await admin('GET', `/api/v1/admin/users/activity?days=${days}`)).statusCode, 400, days)
    }
  })
})

describe('every view of all activity', () => {
  test('401 for a stranger, 403 without activity:read', async () => {
    const { anonymous, user } = await startApp()
    const mara = await user('user')
    const paths = [
      'users/activity',
      'activity/active',
      'activity/users',
      'activity/logins',
      'activity/endpoints',
      'activity/resources',
      'activity/trends',
      'traffic',
      'users/x/activity',
    ]
    for (const path of paths) {
      assert.equal((await anonymous('GET', `/api/v1/admin/${path}`)).statusCode, 401, path)
      const refused = await mara.call('GET', `/api/v1/admin/${path}`)
      assert.deepEqual([refused.statusCode, refused.json().error.details], [403, { permission: 'activity:read' }], path)
    }
  })

  test('tells nothing of probes', async () => {
    const { admin, anonymous, adminId } = await startApp()
    for (let index = 0; index < 5; index++) await anonymous('GET', '/health')
    const { totals } = await read(admin, '/admin/traffic')
    assert.equal(totals.requests, 1, 'the login of the administrator')
    assert.equal((await read(admin, `/admin/users/${adminId}/activity`)).events.at(-1).kind, 'login')
  })
})

describe('GET /admin/activity/active', () => {
  test('200 with who called lately, since when, and what they did last; without those who logged out', async () => {
    const { admin, user, clock } = await startApp()
    const [mara, noor] = [await user('user', 'mara'), await user('user', 'noor')]
    clock.advance(10 * minuteMs)
    await mara.call('GET', '/api/v1/me')
    await noor.call('POST', '/api/v1/auth/logout')
    const { active, users_online } = await read(admin, '/admin/activity/active?minutes=5')
    assert.equal(users_online, 1)
    const [one] = active
    assert.deepEqual(
      [one.username, one.duration_seconds, one.last_method, one.last_endpoint, one.calls],
      ['mara', 600, 'GET', '/api/v1/me', 1],
    )
    clock.advance(3 * minuteMs)
    assert.equal(
      (await read(admin, '/admin/activity/active?minutes=2')).active.some(
        ({ username }: { username: string }) => username === 'mara',
      ),
      false,
    )
  })
})

describe('GET /admin/activity/resources', () => {
  test('200 with calls, time, bytes and messages by user and by project', async () => {
    const { admin, user } = await startApp()
    const mara = await user('user', 'mara')
    const { id } = (await mara.call('POST', '/api/v1/projects', { name: 'Support bot' })).json()
    for (const content of ['a', 'b']) await mara.call('POST', `/api/v1/projects/${id}/messages`, { content })
    const byUser = (await read(admin, '/admin/activity/resources?sort=messages')).consumers[0]
    assert.deepEqual([byUser.name, byUser.calls, byUser.messages], ['mara', 3, 2])
    const { consumers } = await read(admin, '/admin/activity/resources?by=project')
    assert.deepEqual(
      [consumers[0].name, consumers[0].calls, consumers[0].messages, consumers[0].time_share],
      ['Support bot', 2, 2, 1],
    )
    assert.ok(consumers[0].bytes > 0 && consumers[0].time_ms > 0)
  })
})

describe('GET /admin/activity/endpoints', () => {
  test('200 by hours or days; 400 for more hours than anybody can look at', async () => {
    const { admin } = await startApp()
    assert.equal((await read(admin, '/admin/activity/endpoints?days=1')).granularity, 'hour')
    assert.equal((await read(admin, '/admin/activity/endpoints?days=30')).granularity, 'day')
    const refused = await admin('GET', '/api/v1/admin/activity/endpoints?days=60&granularity=hour')
    assert.deepEqual([refused.statusCode, refused.json().error.details.fields[0].field], [400, 'granularity'])
  })
})

describe('GET /admin/users/{id}/activity', () => {
  test('200 with calls, logins and administrative actions, newest first, page by page, also of a user who was deleted', async () => {
    const { admin, adminId, user, clock } = await startApp()
    const mara = await user('user', 'mara')
    clock.advance(1_000)
    await mara.call('GET', '/api/v1/me')
    await admin('PUT', `/api/v1/admin/users/${mara.id}`, { role: 'viewer' })
    await admin('DELETE', `/api/v1/admin/users/${mara.id}`)
    const timeline = await read(admin, `/admin/users/${mara.id}/activity?limit=1`)
    assert.deepEqual(
      [timeline.username, timeline.events[0].endpoint, timeline.events[0].status],
      [null, '/api/v1/me', 200],
    )
    const rest = await read(admin, `/admin/users/${mara.id}/activity?cursor=${timeline.next_cursor}`)
    assert.deepEqual([rest.events.map(({ kind }: { kind: string }) => kind), rest.next_cursor], [['login'], null])
    const actions = (await read(admin, `/admin/users/${adminId}/activity?kind=admin_action`)).events
    assert.deepEqual(
      actions.map(({ detail }: { detail: string }) => detail),
      [`user.delete user ${mara.id}`, `user.update user ${mara.id}`, `user.create user ${mara.id}`],
    )
  })

  test('404 for a user who never was, 400 for a cursor that nobody gave', async () => {
    const { admin, adminId } = await startApp()
    assert.equal((await admin('GET', '/api/v1/admin/users/nobody/activity')).statusCode, 404)
    assert.equal((await admin('GET', `/api/v1/admin/users/${adminId}/activity?cursor=1;2`)).statusCode, 400)
  })

  test('narrows to a kind and a time', async () => {
    const { admin, adminId, clock } = await startApp()
    const before = clock.now()
    clock.advance(minuteMs)
    await admin('GET', '/api/v1/me')
    const { events } = await read(admin, `/admin/users/${adminId}/activity?from=${before + 1}`)
    assert.deepEqual(
      events.map(({ kind }: { kind: string }) => kind),
      ['api_call'],
    )
    assert.equal((await read(admin, `/admin/users/${adminId}/activity?to=${before}&kind=login`)).events.length, 1)
  })
})

describe('GET /me/activity', () => {
  test("200 with one's own and nobody else's; 403 for a key that may not", async () => {
    const { admin, user } = await startApp()
    const mara = await user('viewer', 'mara')
    await admin('GET', '/api/v1/me')
    await mara.call('GET', '/api/v1/me')
    const { events } = await read(mara.call, '/me/activity')
    assert.deepEqual(
      events.map(({ kind, endpoint }: { kind: string; endpoint: string | null }) => endpoint ?? kind),
      ['/api/v1/me', 'login'],
    )
    const { userWith } = await startApp()
    const nobody = await userWith('metrics:read')
    assert.equal((await nobody.call('GET', '/api/v1/me/activity')).statusCode, 403)
  })
})

describe('recording', () => {
  test('requests are answered when activity cannot be stored, and the loss is told', async () => {
    const { admin, app } = await startApp()
    await app.platform.database.write.schema.dropTable('activity_events').execute()
    assert.equal((await admin('GET', '/api/v1/me')).statusCode, 200)
    const { recorder } = await read(admin, '/admin/traffic')
    assert.equal(recorder.waiting, 0)
    assert.ok(recorder.dropped >= 1)
  })

  test('what was recorded is stored when the server stops', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'miktos-test-'))
    const { admin, app, stop } = await startApp({ data_dir: dataDir })
    await admin('GET', '/api/v1/me')
    const url = app.platform.config.get('database_url')
    await stop()
    const database = await openDatabase(url)
    after(() => database.close())
    const stored = await database.read.selectFrom('activity_events').select(['kind', 'route']).orderBy('id').execute()
    assert.deepEqual(
      stored.map(({ kind, route }) => route ?? kind),
      ['login', '/api/v1/auth/login', '/api/v1/me'],
    )
  })

  test('whoever watches the topic is told each second; nothing is computed for nobody', async () => {
    const { admin, app } = await startApp()
    const { live } = app.platform
    const messages: { counts: { api_call: number }; latest: { endpoint: string }[] }[] = []
    live.onMessage(({ topic, data }) => void (topic === 'activity' && messages.push(data as (typeof messages)[number])))
    const unwatch = live.watch('activity')
    await until('the call was told', async () => {
      await admin('GET', '/api/v1/me')
      return messages.some(({ counts, latest }) => counts.api_call > 0 && latest[0]!.endpoint === '/api/v1/me')
    })
    unwatch()
    assert.deepEqual(live.find('activity')?.access, 'activity:read')
  })
})
