import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '#kernel/id.ts'
import { dayMs, minuteMs } from '#kernel/time.ts'
import { adminPassword, startApp, type Call, type TestApp } from '../../../test/support/app.ts'
import { statusCounts } from '../../../test/support/twoServers.ts'
import { until } from '../../../test/support/until.ts'

const own = '/api/v1/me/api-keys'

async function makeKey(call: Call, order: object = {}) {
  const reply = await call('POST', own, { name: 'test', ...order })
  assert.equal(reply.statusCode, 201, reply.body)
  return reply.json() as {
    id: string
    key: string
    prefix: string
    signing_secret: string | null
    expires_at: string | null
  }
}

const auditOf = ({ app }: TestApp, action: string) =>
  app.platform.database.read.selectFrom('audit_records').selectAll().where('action', '=', action).execute()

describe('POST /me/api-keys', () => {
  test('201 with a key that is shown once and acts as its owner', async () => {
    const world = await startApp()
    const { id, call } = await world.user('operator', 'mara')
    const made = await makeKey(call, { name: 'nightly report', expires_in_days: 90 })
    assert.match(made.key, /^mk_[0-9A-Za-z]{8}_[\w-]{43}$/)
    assert.equal(made.key.startsWith(made.prefix), true)
    assert.equal(made.expires_at, new Date(world.clock.now() + 90 * dayMs).toISOString())
    assert.equal(made.signing_secret, null)
    const me = (await world.as(made.key)('GET', '/api/v1/me')).json()
    assert.deepEqual([me.user.id, me.user.username, me.session_id], [id, 'mara/nightly report', null])
    const listed = await call('GET', own)
    assert.equal(listed.headers['x-total-count'], '1')
    assert.equal(listed.body.includes(made.key), false)
    assert.equal(listed.json()[0].prefix, made.prefix)
  })

  test('201 in the envelope on /api', async () => {
    const { admin } = await startApp()
    const { success, data } = (await admin('POST', '/api/me/api-keys', { name: 'ci' })).json()
    assert.deepEqual(
      [success, data.name, data.username, data.scopes, data.state],
      [true, 'ci', 'admin', null, 'active'],
    )
  })

  test('what the key does is audited under its name, and its making without its value', async () => {
    const world = await startApp()
    const { key, id } = await makeKey(world.admin, { name: 'deploy', signing: false })
    await world.as(key)('POST', `${own}/${id}/rotate`, {})
    const [rotated] = await auditOf(world, 'api-key.rotate')
    assert.deepEqual(
      [rotated!.actor_kind, rotated!.actor_id, rotated!.actor_label],
      ['api-key', world.adminId, 'admin/deploy'],
    )
    const [created] = await auditOf(world, 'api-key.create')
    assert.match(created!.after_json!, /"name":"deploy"/)
    assert.equal(created!.after_json!.includes(key.slice(-43)), false)
  })

  test('400 naming every scope that is unknown or beyond the owner', async () => {
    const { userWith } = await startApp()
    const { call } = await userWith('api-keys:own', 'metrics:read')
    const reply = await call('POST', own, { name: 'x', scopes: ['users:read', 'metrics:read', 'admin:*', 'users:*'] })
    assert.equal(reply.statusCode, 400)
    const { code, details } = reply.json().error
    assert.equal(code, 'VALIDATION_FAILED')
    assert.deepEqual(
      details.fields.map(({ field }: { field: string }) => field),
      ['scopes.0', 'scopes.2', 'scopes.3'],
    )
  })

  test('400 for a bad name, an end in the past, two ends, and every column that is not asked for', async () => {
    const { admin } = await startApp()
    const refused = async (order: object, field: string) => {
      const reply = await admin('POST', own, { name: 'x', ...order })
      assert.deepEqual(
        [reply.statusCode, reply.json().error.details?.fields?.[0].field],
        [400, field],
        JSON.stringify(order),
      )
    }
    await refused({ name: ' ' }, 'name')
    await refused({ name: 'a\u0000b' }, 'name')
    await refused({ name: undefined }, 'name')
    await refused({ expires_at: '2020-01-01T00:00:00Z' }, 'expires_at')
    await refused({ expires_at: '2099-01-01T00:00:00Z', expires_in_days: 3 }, 'expires_in_days')
    await refused({ scopes: [] }, 'scopes')
    for (const column of [
      'id',
      'user_id',
      'prefix',
      'secret_hash',
      'created_at',
      'last_used_at',
      'revoked_at',
      'rotated_to',
    ]) {
      await refused({ [column]: 'x' }, column)
    }
  })

  test('401 for a stranger and for a login that is too long ago; 403 without the permission', async () => {
    const { anonymous, user, admin, clock } = await startApp({ access_token_minutes: 60 })
    assert.equal((await anonymous('POST', own, { name: 'x' })).statusCode, 401)
    const viewer = await user('viewer')
    assert.equal((await viewer.call('POST', own, { name: 'x' })).statusCode, 403)
    clock.advance(16 * minuteMs)
    const stale = await admin('POST', own, { name: 'x' })
    assert.deepEqual([stale.statusCode, stale.json().error.code], [401, 'REAUTHENTICATION_REQUIRED'])
  })

  test('409 for the 51st key that works; a revoked one makes room', async () => {
    const { admin } = await startApp()
    const first = await makeKey(admin)
    for (let count = 1; count < 50; count++) await makeKey(admin)
    const reply = await admin('POST', own, { name: 'x' })
    assert.deepEqual([reply.statusCode, reply.json().error.details], [409, { limit: 50 }])
    await admin('DELETE', `${own}/${first.id}`)
    await makeKey(admin)
  })
})

describe('use of a key', () => {
  test('401 for a key that is malformed, unknown, altered in one character or of another scheme', async () => {
    const { admin, as } = await startApp()
    const { key } = await makeKey(admin)
    const altered = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A')
    for (const wrong of [
      'mk_',
      `mk_aaaaaaaa_${'a'.repeat(43)}`,
      altered,
      `${key}x`,
      key.toUpperCase(),
      key.slice(0, 11),
    ]) {
      const reply = await as(wrong)('GET', '/api/v1/me')
      assert.deepEqual([reply.statusCode, reply.json().error.code], [401, 'UNAUTHENTICATED'], wrong)
    }
  })

  test('401 TOKEN_EXPIRED once its time has come', async () => {
    const { admin, as, clock } = await startApp()
    const { key } = await makeKey(admin, { expires_at: new Date(clock.now() + dayMs).toISOString() })
    clock.advance(dayMs)
    const reply = await as(key)('GET', '/api/v1/me')
    assert.deepEqual([reply.statusCode, reply.json().error.code], [401, 'TOKEN_EXPIRED'])
  })

  test('the last use is noted with its address, at most once a minute', async () => {
    const world = await startApp()
    const { key } = await makeKey(world.admin)
    const lastUse = async () => (await world.admin('GET', own)).json()[0] as Record<string, unknown>
    const use = async () => {
      await forgetActors(world)
      await world.as(key)('GET', '/api/v1/me')
    }
    const isNoted = async (at: number) => (await lastUse())['last_used_at'] === new Date(at).toISOString()
    assert.equal((await lastUse())['last_used_at'], null)

    const firstUse = world.clock.now()
    await use()
    await until('the first use is noted', () => isNoted(firstUse))
    assert.equal((await lastUse())['last_used_address'], '127.0.0.1')
    world.clock.advance(minuteMs - 1)
    await use()
    assert.equal(await isNoted(firstUse), true)
    world.clock.advance(1)
    await use()
    await until('the later use is noted', () => isNoted(firstUse + minuteMs))
  })

  test('401 at once when the owner is disabled or deleted', async () => {
    const { admin, user, as } = await startApp()
    const { id, call } = await user('operator')
    const { key } = await makeKey(call)
    assert.equal((await as(key)('GET', '/api/v1/me')).statusCode, 200)
    await admin('PUT', `/api/v1/admin/users/${id}`, { state: 'disabled' })
    assert.equal((await as(key)('GET', '/api/v1/me')).statusCode, 401)
    await admin('DELETE', `/api/v1/admin/users/${id}`)
    assert.equal((await as(key)('GET', '/api/v1/me')).statusCode, 401)
    assert.deepEqual((await admin('GET', `/api/v1/admin/api-keys?user_id=${id}`)).json(), [])
  })
})

describe('POST /me/api-keys/{id}/rotate', () => {
  test('201 with a key of the same kind; the old one works until the overlap is over', async () => {
    const app = await startApp()
    const { admin, as, clock } = app
    const old = await makeKey(admin, { name: 'backup', scopes: ['metrics:read'], expires_in_days: 30 })
    clock.advance(10 * dayMs)
    const reply = await (await adminAgain(app))('POST', `${own}/${old.id}/rotate`, { overlap_minutes: 60 })
    assert.equal(reply.statusCode, 201, reply.body)
    const made = reply.json()
    assert.deepEqual([made.name, made.scopes, made.old.rotated_to], ['backup', ['metrics:read'], made.id])
    assert.equal(Date.parse(made.expires_at) - clock.now(), 30 * dayMs)
    assert.equal(Date.parse(made.old.expires_at) - clock.now(), 60 * minuteMs)
    const statuses = async () =>
      Promise.all([old.key, made.key].map(async (key) => (await as(key)('GET', '/api/v1/me')).statusCode))
    assert.deepEqual(await statuses(), [200, 200])
    clock.advance(60 * minuteMs)
    await forgetActors(app)
    assert.deepEqual(await statuses(), [401, 200])
  })

  test('the overlap never makes a key live longer than it would have', async () => {
    const { admin } = await startApp()
    const old = await makeKey(admin, { expires_in_days: 1 })
    const made = (await admin('POST', `${own}/${old.id}/rotate`, { overlap_minutes: 43_200 })).json()
    assert.equal(made.old.expires_at, old.expires_at)
  })

  test('without overlap the old key ends at once, and a signing secret is replaced too', async () => {
    const { admin, as } = await startApp()
    const old = await makeKey(admin, { signing: true })
    assert.equal((await as(old.key)('GET', '/api/v1/me')).statusCode, 200)
    const made = (await admin('POST', `${own}/${old.id}/rotate`, { overlap_minutes: 0 })).json()
    assert.match(made.signing_secret, /^mks_[\w-]{43}$/)
    assert.notEqual(made.signing_secret, old.signing_secret)
    assert.equal((await as(old.key)('GET', '/api/v1/me')).statusCode, 401)
  })

  test('409 the second time, when expired and when revoked, without a second audit record', async () => {
    const world = await startApp()
    const { id } = await makeKey(world.admin)
    assert.equal((await world.admin('POST', `${own}/${id}/rotate`)).statusCode, 201)
    assert.equal((await world.admin('POST', `${own}/${id}/rotate`)).statusCode, 409)
    const revoked = await makeKey(world.admin)
    await world.admin('DELETE', `${own}/${revoked.id}`)
    assert.equal((await world.admin('POST', `${own}/${revoked.id}/rotate`)).statusCode, 409)
    const expired = await makeKey(world.admin, { expires_at: new Date(world.clock.now() + 1_000).toISOString() })
    world.clock.advance(1_000)
    assert.equal((await world.admin('POST', `${own}/${expired.id}/rotate`)).statusCode, 409)
    assert.equal((await auditOf(world, 'api-key.rotate')).length, 1)
  })

  test('two at once: one new key', async () => {
    const { admin } = await startApp()
    const { id } = await makeKey(admin)
    const replies = await Promise.all(Array.from({ length: 8 }, () => admin('POST', `${own}/${id}/rotate`)))
    assert.deepEqual(statusCounts(replies), { 201: 1, 409: 7 })
    assert.equal((await admin('GET', own)).json().length, 2)
  })

  test("403 for an API key on another key, 404 for somebody else's, 400 for an overlap of more than 30 days", async () => {
    const { admin, user, as } = await startApp()
    const { id } = await makeKey(admin)
    const narrow = await makeKey(admin, { scopes: ['api-keys:own'] })
    assert.equal((await as(narrow.key)('POST', `${own}/${id}/rotate`)).statusCode, 403)
    assert.equal((await as(narrow.key)('POST', `${own}/${narrow.id}/rotate`)).statusCode, 201)
    const other = await user('operator')
    assert.equal((await other.call('POST', `${own}/${id}/rotate`)).statusCode, 404)
    assert.equal((await admin('POST', `${own}/${id}/rotate`, { overlap_minutes: 43_201 })).statusCode, 400)
  })
})

describe('DELETE /me/api-keys/{id}', () => {
  test('200, and the key is refused from then on; 409 the second time, without a second audit record', async () => {
    const world = await startApp()
    const { id, key } = await makeKey(world.admin)
    assert.equal((await world.as(key)('GET', '/api/v1/me')).statusCode, 200)
    assert.equal((await world.admin('DELETE', `${own}/${id}`)).statusCode, 200)
    const refused = await world.as(key)('GET', '/api/v1/me')
    assert.deepEqual([refused.statusCode, refused.json().error.code], [401, 'UNAUTHENTICATED'])
    assert.equal((await world.admin('DELETE', `${own}/${id}`)).statusCode, 409)
    assert.equal((await auditOf(world, 'api-key.revoke')).length, 1)
  })

  test("404 for somebody else's key and for none", async () => {
    const { admin, user } = await startApp()
    const { id } = await makeKey(admin)
    const other = await user('operator')
    assert.equal((await other.call('DELETE', `${own}/${id}`)).statusCode, 404)
    assert.equal((await admin('DELETE', `${own}/none`)).statusCode, 404)
  })
})

describe('GET /admin/api-keys', () => {
  test("200 with everybody's keys, by user, by state, in pages, under both paths", async () => {
    const { admin, user, adminId } = await startApp()
    const mara = await user('operator', 'mara')
    const revoked = await makeKey(mara.call, { name: 'old' })
    await mara.call('DELETE', `${own}/${revoked.id}`)
    await makeKey(mara.call, { name: 'new' })
    await makeKey(admin, { name: 'admin' })
    const names = async (query: string, path = '/api/v1/admin/api-keys') => {
      const reply = await admin('GET', path + query)
      return [reply.headers['x-total-count'], ...reply.json().map(({ name }: { name: string }) => name)]
    }
    assert.deepEqual(await names(''), ['3', 'admin', 'new', 'old'])
    assert.deepEqual(await names('?state=active&limit=1&offset=1', '/api/v1/api-keys'), ['2', 'new'])
    assert.deepEqual(await names(`?user_id=${mara.id}&state=revoked`), ['1', 'old'])
    assert.deepEqual(await names(`?user_id=${adminId}&state=expired`), ['0'])
  })

  test('403 for whoever sees only their own, 401 for a stranger', async () => {
    const { user, anonymous } = await startApp()
    const { call } = await user('user')
    assert.equal((await call('GET', '/api/v1/admin/api-keys')).statusCode, 403)
    assert.equal((await anonymous('GET', '/api/v1/api-keys')).statusCode, 401)
  })
})

describe('DELETE /admin/api-keys/{id}', () => {
  test('200 under both paths, 409 the second time, 404 for none, 403 without the permission', async () => {
    const { admin, user, as } = await startApp()
    const { call } = await user('operator')
    const [first, second] = [await makeKey(call), await makeKey(call)]
    assert.equal((await call('DELETE', `/api/v1/admin/api-keys/${first.id}`)).statusCode, 403)
    assert.equal((await admin('DELETE', `/api/v1/admin/api-keys/${first.id}`)).statusCode, 200)
    assert.equal((await admin('DELETE', `/api/v1/admin/api-keys/${first.id}`)).statusCode, 409)
    assert.equal((await admin('DELETE', `/api/api-keys/${second.id}`)).statusCode, 200)
    assert.equal((await admin('DELETE', '/api/api-keys/none')).statusCode, 404)
    for (const { key } of [first, second]) assert.equal((await as(key)('GET', '/api/v1/me')).statusCode, 401)
  })
})

const makeFor = (call: Call, id: string) => call('POST', `/api/v1/users/${id}/api-keys`, { name: 'x' })

describe('POST /admin/users/{id}/api-keys', () => {
  test('201 with a key that acts as that user', async () => {
    const { admin, user, as } = await startApp()
    const { id } = await user('operator', 'robot')
    const reply = await admin('POST', `/api/v1/admin/users/${id}/api-keys`, { name: 'ci' })
    assert.equal(reply.statusCode, 201, reply.body)
    assert.equal((await as(reply.json().key)('GET', '/api/v1/me')).json().user.username, 'robot/ci')
  })

  test('403 for a user with rights the caller has not, 404 for none, 409 for one who is not active', async () => {
    const { admin, userWith, user, adminId } = await startApp()
    const clerk = await userWith('users:write', 'users:read')
    assert.equal((await makeFor(clerk.call, adminId)).statusCode, 403)
    assert.equal((await makeFor(admin, 'none')).statusCode, 404)
    const { id } = await user('user')
    await admin('PUT', `/api/v1/admin/users/${id}`, { state: 'disabled' })
    assert.equal((await makeFor(admin, id)).statusCode, 409)
  })
})

/** The administrator, when the clock was moved past the end of the first session. */
const adminAgain = async ({ as, login }: TestApp): Promise<Call> =>
  as((await login('admin', adminPassword)).json().tokens.access_token)

/** The rights of callers are remembered for a second of real time, or until somebody's change. */
const forgetActors = ({ app }: TestApp): Promise<void> =>
  app.platform.events.publish({ id: newId(), topic: 'user.update', at: app.platform.now(), payload: {} })
