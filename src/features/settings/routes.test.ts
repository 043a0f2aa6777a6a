import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { databaseEngines, eachEngine } from '../../../test/support/engines.ts'
import { statusCounts, twoServers } from '../../../test/support/twoServers.ts'
import { until } from '../../../test/support/until.ts'

interface Setting {
  key: string
  value: unknown
  default: unknown
  source: { kind: string }
  problem: string | null
  updated_by: string | null
}

async function settingOf({ admin }: TestApp, key: string): Promise<Setting> {
  const { settings } = (await admin('GET', '/api/v1/config')).json()
  return settings.find((setting: Setting) => setting.key === key)
}

const put = ({ admin }: TestApp, changes: object, query = '') => admin('PUT', `/api/v1/config${query}`, changes)

const auditOf = ({ app }: TestApp) =>
  app.platform.database.read
    .selectFrom('audit_records')
    .selectAll()
    .where('action', '=', 'settings.update')
    .orderBy('seq')
    .execute()

describe('GET /config', () => {
  test('200 with every setting, its source and the values as a flat object, on both faces and under its other names', async () => {
    const { admin } = await startApp()
    const { settings, config, your_address } = (await admin('GET', '/api/v1/config')).json()
    const rateLimit = settings.find(({ key }: Setting) => key === 'lockout_minutes')
    assert.deepEqual([rateLimit.value, rateLimit.source.kind, rateLimit.locked], [15, 'default', false])
    assert.equal(config.lockout_minutes, 15)
    assert.equal(your_address, '127.0.0.1')
    for (const path of ['/api/config', '/api/settings', '/api/admin/config']) {
      assert.equal((await admin('GET', path)).json().data.config.temperature, 0.7, path)
    }
  })

  test('secrets are told only as being set', async () => {
    const { admin } = await startApp({ admin_token: 'a-bootstrap-token-of-the-test' })
    const reply = await admin('GET', '/api/v1/config')
    assert.equal(reply.body.includes('a-bootstrap-token-of-the-test'), false)
    const { settings, config } = reply.json()
    const token = settings.find(({ key }: Setting) => key === 'admin_token')
    assert.deepEqual([token.value, token.set, token.secret, config.admin_token], [null, true, true, null])
  })

  test('401 for a stranger, 403 without settings:read', async () => {
    const { anonymous, user } = await startApp()
    assert.equal((await anonymous('GET', '/api/v1/config')).statusCode, 401)
    assert.deepEqual((await (await user('viewer')).call('GET', '/api/v1/config')).json().error.details, {
      permission: 'settings:read',
    })
  })
})

describe('PUT /config', () => {
  test('200 puts values in force at once and shows who set them; null puts the default back', async () => {
    const app = await startApp()
    const reply = await put(app, { lockout_minutes: 30, cache_enabled: 'no' })
    assert.deepEqual([reply.statusCode, reply.json().changed], [200, ['lockout_minutes', 'cache_enabled']])
    assert.equal(reply.json().config.lockout_minutes, 30)
    assert.equal(app.app.platform.config.get('cache_enabled'), false)
    const set = await settingOf(app, 'lockout_minutes')
    assert.deepEqual([set.source.kind, set.updated_by], ['database', 'admin'])
    await put(app, { lockout_minutes: null })
    const reset = await settingOf(app, 'lockout_minutes')
    assert.deepEqual([reset.value, reset.source.kind, reset.updated_by], [15, 'default', null])
  })

  test('the audit log has what was before and after, and nothing of a setting that did not change', async () => {
    const app = await startApp()
    await put(app, { lockout_minutes: 30, temperature: 0.7, registration: 'approval' })
    await put(app, { lockout_minutes: 40 })
    await put(app, { lockout_minutes: null })
    assert.deepEqual(
      (await auditOf(app)).map(({ target_id, before_json, after_json }) => [target_id, before_json, after_json]),
      [
        ['lockout_minutes', '{"lockout_minutes":15}', '{"lockout_minutes":30}'],
        ['lockout_minutes', '{"lockout_minutes":30}', '{"lockout_minutes":40}'],
        ['lockout_minutes', '{"lockout_minutes":40}', '{"lockout_minutes":15}'],
      ],
    )
  })

  test('the second time nothing changes and nothing is recorded', async () => {
    const app = await startApp()
    await put(app, { lockout_minutes: 30 })
    assert.deepEqual((await put(app, { lockout_minutes: 30 })).json().changed, [])
    assert.deepEqual((await put(app, { lockout_minutes: '30' })).json().changed, [])
    assert.equal((await auditOf(app)).length, 1)
  })

  test('the whole configuration can be sent back with one value changed', async () => {
    const app = await startApp({ admin_token: 'a-bootstrap-token-of-the-test' })
    const { config } = (await app.admin('GET', '/api/v1/config')).json()
    const reply = await put(app, { ...config, audit_retention_days: 400 })
    assert.deepEqual([reply.statusCode, reply.json().changed], [200, ['audit_retention_days']])
  })

  test('409 naming source and reason of a setting that would not change', async () => {
    const app = await startApp()
    const reply = await put(app, { lockout_minutes: 30, server_port: 9000 })
    assert.deepEqual([reply.statusCode, reply.json().error.code], [409, 'SETTING_LOCKED'])
    assert.deepEqual(reply.json().error.details, {
      setting: 'server_port',
      source: { kind: 'default', name: 'default' },
      reason: 'Needs a restart: set it by flag, environment or miktos.yaml',
    })
    assert.equal((await settingOf(app, 'lockout_minutes')).value, 15)
    assert.match((await put(app, { model_name: 'm' })).json().error.message, /does not have yet/)
  })

  test('400 naming every value that is wrong, and the setting that was meant', async () => {
    const app = await startApp()
    const reply = await put(app, { rate_limt: 5, lockout_minutes: 'soon', registration: 'maybe' })
    assert.equal(reply.statusCode, 400)
    assert.deepEqual(reply.json().error.details.fields, [
      { field: 'rate_limt', message: 'is not a setting; did you mean "rate_limit"?' },
      { field: 'lockout_minutes', message: 'must be a whole number from 1 to 10080, not "soon"' },
      { field: 'registration', message: 'must be one of closed, approval, open, not "maybe"' },
    ])
  })

  test('400 for what is no object', async () => {
    const { admin } = await startApp()
    for (const body of [[], 'x', null, 3])
      assert.equal(
        (await admin('PUT', '/api/v1/config', JSON.stringify(body), { 'content-type': 'application/json' })).statusCode,
        400,
      )
  })

  test('401 for a stranger, 403 for who may read settings only', async () => {
    const { anonymous, userWith } = await startApp()
    assert.equal((await anonymous('PUT', '/api/v1/config', {})).statusCode, 401)
    const reader = await userWith('settings:read')
    assert.equal((await reader.call('PUT', '/api/v1/config', { rate_limit: 5 })).statusCode, 403)
  })

  test('a rate limit holds from the next request on, and from the first one after a restart', async () => {
    const app = await startApp()
    const {
      app: { platform },
    } = app
    const { call } = await app.user('viewer')
    await put(app, { rate_limit: 3 })
    const statuses = []
    for (let n = 0; n < 4; n++) statuses.push((await call('GET', '/api/v1/me')).statusCode)
    assert.deepEqual(statuses, [200, 200, 200, 429])
    const again = await startApp({ data_dir: platform.config.get('data_dir'), rate_limit: 100 })
    assert.equal((await again.anonymous('GET', '/api/v1/me')).headers['ratelimit-policy'], '"general";q=3;w=60')
  })

  test('a stored value that is no longer good is left out, told of, and can be forgotten', async () => {
    const app = await startApp()
    const { database } = app.app.platform
    await database.write
      .insertInto('settings')
      .values({ key: 'lockout_minutes', value_json: '0', updated_at: 1, updated_by: 'admin' })
      .execute()
    await put(app, { rate_limit_auth: 50 })
    const broken = await settingOf(app, 'lockout_minutes')
    assert.deepEqual([broken.value, broken.problem], [15, 'must be a whole number from 1 to 10080, not 0'])
    await put(app, { lockout_minutes: null })
    assert.equal((await settingOf(app, 'lockout_minutes')).problem, null)
  })
})

describe('PUT /config with an allow list', () => {
  test('400 naming the own address when it would be locked out, unless forced', async () => {
    const app = await startApp()
    const reply = await put(app, { ip_allow_list: ['10.0.0.0/8'] })
    assert.equal(reply.statusCode, 400)
    assert.match(reply.json().error.message, /your address is 127\.0\.0\.1/)
    assert.equal((await put(app, { ip_allow_list: ['10.0.0.0/8'] }, '?force=true')).statusCode, 200)
    assert.equal((await app.admin('GET', '/api/v1/me')).statusCode, 403)
  })

  test('200 when it holds the own address; bare addresses are ranges of one', async () => {
    const app = await startApp()
    assert.equal((await put(app, { ip_allow_list: '127.0.0.1, fd00::/8' })).statusCode, 200)
    assert.deepEqual((await settingOf(app, 'ip_allow_list')).value, ['127.0.0.1/32', 'fd00::/8'])
  })
})

describe('GET /config/schema', () => {
  test('200 with the schema of miktos.yaml for everybody', async () => {
    const { anonymous } = await startApp()
    const schema = (await anonymous('GET', '/api/v1/config/schema')).json()
    assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema')
    assert.equal(schema.properties.rate_limit.default, 100)
    assert.equal(schema.additionalProperties, false)
  })
})

test('what one server stores or forgets is in force in the other within five seconds', async () => {
  const [one, other] = await twoServers(databaseEngines()[0]!)
  await put(other, { lockout_minutes: 33 })
  await put(one, { lockout_minutes: null, audit_retention_days: 400 })
  const { config } = other.app.platform
  await until(
    'both changes are in force',
    () => config.get('lockout_minutes') === 15 && config.get('audit_retention_days') === 400,
    6_000,
  )
})

eachEngine('settings', (engine) => {
  test('8 changes at once: each records what the one before it left, and the last is in force', async () => {
    const app = await startApp({ database_url: await engine.freshUrl() })
    const replies = await Promise.all(Array.from({ length: 8 }, (_, n) => put(app, { lockout_minutes: 20 + n })))
    assert.deepEqual(statusCounts(replies), { 200: 8 })
    const records = await auditOf(app)
    const [before, after] = [records.map(({ before_json }) => before_json), records.map(({ after_json }) => after_json)]
    assert.deepEqual(before.slice(1), after.slice(0, -1))
    const last = JSON.parse(after.at(-1)!).lockout_minutes
    assert.equal((await settingOf(app, 'lockout_minutes')).value, last)
    await until('it is in force', () => app.app.platform.config.get('lockout_minutes') === last)
  })
})
