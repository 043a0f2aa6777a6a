import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { modelCachePrefix } from './index.ts'
import { startApp } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'
import { until } from '../../../test/support/until.ts'

const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

describe('GET /admin/stats', () => {
  test('200 with every count, on both faces', async () => {
    const { admin, user, as } = await startApp()
    const { call } = await user('user')
    await call('POST', '/api/v1/projects', { name: 'one' })
    const stats = (await admin('GET', '/api/v1/admin/stats')).json()
    assert.deepEqual(Object.keys(stats), ['users', 'projects', 'messages', 'system', 'cache'])
    assert.deepEqual(stats.users, { total: 2, active: 2, online: 2, pending: 0 })
    assert.equal(stats.projects.total, 1)
    assert.deepEqual(Object.keys(stats.projects.by_status), ['NONE', 'PENDING', 'PROCESSING', 'COMPLETED'])
    assert.deepEqual(stats.messages, { total: 0, last_24h: 0 })
    assert.deepEqual(Object.keys(stats.system), ['version', 'environment', 'server_time'])
    assert.match(stats.system.server_time, isTime)
    assert.deepEqual(Object.keys(stats.cache), ['total_keys', 'hit_rate', 'memory_usage_mb'])

    const viewer = await user('viewer')
    const { success, data } = (await as(viewer.token)('GET', '/api/admin/stats')).json()
    assert.deepEqual([success, data.users.total], [true, 3])
  })

  test('somebody who has not come back for the life of an access token is not online, and active all the same', async () => {
    const { admin, user, clock, login } = await startApp()
    await user('user')
    clock.advance(60 * 60_000)
    await login('admin', 'a long enough phrase')
    const { tokens } = (await login('admin', 'a long enough phrase')).json()
    const { users } = (
      await admin('GET', '/api/v1/admin/stats', undefined, { authorization: `Bearer ${tokens.access_token}` })
    ).json()
    assert.deepEqual([users.active, users.online], [2, 1])
  })

  test('401 for a stranger, 403 for whoever may not see the overview', async () => {
    const { anonymous, user } = await startApp()
    assert.equal((await anonymous('GET', '/api/v1/admin/stats')).statusCode, 401)
    const { call } = await user('user')
    assert.equal((await call('GET', '/api/v1/admin/stats')).statusCode, 403)
  })
})

describe('GET /system/info', () => {
  test('200 with services and resources for a viewer', async () => {
    const { user } = await startApp()
    const { call } = await user('viewer')
    const info = (await call('GET', '/api/v1/system/info')).json()
    assert.deepEqual(Object.keys(info), ['version', 'environment', 'uptime_seconds', 'services', 'resources'])
    assert.deepEqual(info.services, {
      api: 'healthy',
      database: 'healthy',
      cache: 'healthy',
      search: 'healthy',
      metrics: 'healthy',
      notifications: 'healthy',
      websocket: 'healthy',
    })
    assert.deepEqual(Object.keys(info.resources), [
      'total_cpu_cores',
      'total_memory_gb',
      'total_disk_gb',
      'used_cpu_percent',
      'used_memory_gb',
      'used_disk_gb',
    ])
    assert.ok(info.resources.used_memory_gb > 0 && info.resources.used_memory_gb < info.resources.total_memory_gb)
    assert.ok(info.resources.used_disk_gb < info.resources.total_disk_gb)
  })

  test('403 for somebody who sees only what is their own', async () => {
    const { user } = await startApp()
    const { call } = await user('user')
    assert.equal((await call('GET', '/api/system/info')).statusCode, 403)
  })
})

describe('GET /admin', () => {
  test('302 to the console for a browser, links for a program that may see them', async () => {
    const { anonymous, admin, user } = await startApp()
    const reply = await anonymous('GET', '/api/v1/admin', undefined, { accept: 'text/html,application/xhtml+xml' })
    assert.deepEqual([reply.statusCode, reply.headers.location], [302, '/'])
    assert.equal((await admin('GET', '/api/v1/admin')).json().links.stats, '/api/v1/admin/stats')
    assert.equal((await anonymous('GET', '/api/v1/admin')).statusCode, 401)
    const { call } = await user('user')
    assert.equal((await call('GET', '/api/admin')).statusCode, 403)
  })
})

describe('GET /metrics of the API', () => {
  test('200 with samples of one type, newest first, at most as many as asked for', async () => {
    const { admin, app, clock } = await startApp()
    const { history } = app.platform.metrics
    for (let index = 0; index < 5; index++) history.push(clock.now() + index, { cpu_usage: 10 + index, ws_clients: 1 })
    const { metrics, types, total } = (await admin('GET', '/api/v1/metrics?limit=2&type=cpu_usage')).json()
    assert.deepEqual(
      metrics.map(({ value }: { value: number }) => value),
      [14, 13],
    )
    assert.deepEqual(Object.keys(metrics[0]), ['type', 'value', 'unit', 'timestamp'])
    assert.deepEqual([metrics[0].type, metrics[0].unit], ['cpu_usage', 'percent'])
    assert.match(metrics[0].timestamp, isTime)
    assert.ok(total >= 5)
    assert.ok(types.includes('response_time_p95'))
    const { success, data } = (
      await admin('GET', `/api/metrics?type=cpu_usage,ws_clients&since=${clock.now() + 4}`)
    ).json()
    assert.deepEqual([success, data.total], [true, 2])
  })

  test('the machine is sampled by itself', async () => {
    const { admin } = await startApp()
    const types = async (): Promise<Set<string>> =>
      new Set(
        (await admin('GET', '/api/v1/metrics?limit=1000')).json().metrics.map(({ type }: { type: string }) => type),
      )
    await until('there is a sample', async () => (await types()).has('memory_usage'))
    const sampled = await types()
    for (const type of [
      'cpu_usage',
      'disk_usage',
      'process_memory',
      'event_loop_delay',
      'requests_per_second',
      'active_sessions',
    ]) {
      assert.ok(sampled.has(type), type)
    }
  })

  test('400 for a type that does not exist, with those that do; 401; 403', async () => {
    const { admin, anonymous, user } = await startApp()
    const reply = await admin('GET', '/api/v1/metrics?type=happiness')
    assert.equal(reply.statusCode, 400)
    assert.match(reply.json().error.message, /cpu_usage/)
    assert.equal((await anonymous('GET', '/api/metrics')).statusCode, 401)
    const { call } = await user('user')
    assert.equal((await call('GET', '/api/v1/metrics')).statusCode, 403)
  })
})

describe('GET /metrics and /metrics/prometheus as Prometheus text', () => {
  const paths = ['/metrics', '/api/v1/metrics/prometheus', '/api/metrics/prometheus']
  const closed = { metrics_open_to: [] }

  test('200 for an address on the list, never in an envelope', async () => {
    const { anonymous } = await startApp()
    for (const path of paths) {
      const reply = await anonymous('GET', path)
      assert.equal(reply.statusCode, 200, path)
      assert.equal(reply.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
      assert.match(reply.body, /^miktos_build_info\{version=/m)
    }
  })

  test('the names that dashboards ask for, with route templates instead of paths', async () => {
    const { admin, anonymous } = await startApp()
    await admin('GET', '/api/v1/admin/users/no-such-user')
    await anonymous('GET', '/no/such/path')
    const { body } = await anonymous('GET', '/metrics')
    assert.match(
      body,
      /http_server_request_duration_seconds_count\{http_request_method="GET",http_route="\/api\/v1\/admin\/users\/\{id\}",http_response_status_code="404"\} 1/,
    )
    assert.doesNotMatch(body, /no-such-user|no\/such/)
    for (const name of [
      'system_cpu_utilization_ratio',
      'system_memory_usage_bytes{state="used"}',
      'system_network_io_bytes_total{network_io_direction="receive"',
      'system_disk_io_bytes_total{disk_io_direction="write"',
      'process_resident_memory_bytes',
      'nodejs_eventloop_delay_max_seconds',
      'miktos_ws_clients',
      'miktos_cache_hits_total',
      'miktos_cache_misses_total',
      'miktos_active_sessions 1',
      'miktos_active_users 1',
      'miktos_component_up{component="database"} 1',
      'db_client_operation_duration_seconds_count{db_system_name="sqlite",db_operation_name="SELECT"}',
    ]) {
      assert.ok(body.includes(`\n${name}`), name)
    }
  })

  test('OpenMetrics for whoever accepts it', async () => {
    const { anonymous } = await startApp()
    const reply = await anonymous('GET', '/metrics', undefined, {
      accept: 'application/openmetrics-text; version=1.0.0',
    })
    assert.match(String(reply.headers['content-type']), /^application\/openmetrics-text/)
    assert.match(reply.body, /# EOF\n$/)
  })

  test('401 from elsewhere without a key, 403 without the permission, 200 with it', async () => {
    const { anonymous, user } = await startApp(closed)
    const viewer = await user('viewer')
    const nobody = await user('user')
    for (const path of paths) {
      assert.equal((await anonymous('GET', path)).statusCode, 401)
      assert.equal((await nobody.call('GET', path)).statusCode, 403)
      assert.equal((await viewer.call('GET', path)).statusCode, 200)
    }
  })

  test('401 through a proxy that nobody told Miktos of: its address stands for everybody', async () => {
    const { anonymous } = await startApp()
    assert.equal((await anonymous('GET', '/metrics', undefined, { 'x-forwarded-for': '203.0.113.9' })).statusCode, 401)
    const behind = await startApp({ trusted_proxies: ['127.0.0.1'] })
    const scrape = (address: string) => behind.anonymous('GET', '/metrics', undefined, { 'x-forwarded-for': address })
    assert.equal((await scrape('203.0.113.9')).statusCode, 401)
    assert.equal((await scrape('127.0.0.9')).statusCode, 200)
  })
})

const fill = async ({ app }: Awaited<ReturnType<typeof startApp>>): Promise<void> => {
  for (const key of ['openai/gpt-4:a', 'openai/gpt-4:b', 'openai/gpt-4o:a', 'openai:a']) {
    const [model = '', hash] = key.split(':')
    await app.platform.cache.set(`${modelCachePrefix(model)}${hash}`, 'answer', { ttlMs: 60_000 })
  }
}

describe('POST /admin/cache/invalidate/{model_id}', () => {
  test('200 and only that model is forgotten, its slash encoded or not', async () => {
    for (const path of ['openai/gpt-4', 'openai%2Fgpt-4']) {
      const started = await startApp()
      await fill(started)
      const reply = await started.admin('POST', `/api/v1/admin/cache/invalidate/${path}`)
      const { success, model_id, entries_removed, timestamp } = reply.json()
      assert.deepEqual([reply.statusCode, success, model_id, entries_removed], [200, true, 'openai/gpt-4', 2])
      assert.match(timestamp, isTime)
      assert.equal((await started.app.platform.cache.stats()).total_keys, 2)
      const again = await started.admin('POST', `/api/admin/cache/invalidate/${path}`)
      assert.deepEqual(again.json().data.entries_removed, 0)
    }
  })

  test('no id reaches the answers of another, whatever it is made of', async () => {
    const started = await startApp()
    await fill(started)
    for (const id of ['openai/gpt', 'openai%252Fgpt-4', '%25', '*', 'openai/gpt-4:a', 'openai%2Fgpt-4%3A']) {
      assert.equal((await started.admin('POST', `/api/v1/admin/cache/invalidate/${id}`)).json().entries_removed, 0, id)
    }
    assert.equal((await started.app.platform.cache.stats()).total_keys, 4)
  })

  test('401, 403, and 404 without an id', async () => {
    const { anonymous, user, admin } = await startApp()
    const { call } = await user('viewer')
    assert.equal((await anonymous('POST', '/api/v1/admin/cache/invalidate/a')).statusCode, 401)
    assert.equal((await call('POST', '/api/v1/admin/cache/invalidate/a/b')).statusCode, 403)
    assert.ok([400, 404].includes((await admin('POST', '/api/v1/admin/cache/invalidate/')).statusCode))
  })
})

describe('POST /system/clear-cache and GET /admin/cache', () => {
  test('200 with how many there were, and the audit log has it', async () => {
    const { admin, app } = await startApp()
    await app.platform.cache.set('a', 1, { ttlMs: 60_000 })
    await app.platform.cache.get('a')
    const before = (await admin('GET', '/api/v1/admin/cache')).json()
    assert.deepEqual([before.total_keys, before.hits, before.misses, before.hit_rate], [1, 1, 0, 1])
    assert.ok(before.memory_usage_bytes > 0 && before.memory_usage_bytes < before.memory_usage_bytes_max)
    const { success, data } = (await admin('POST', '/api/system/clear-cache')).json()
    assert.deepEqual([success, data.success, data.entries_removed], [true, true, 1])
    assert.equal((await admin('GET', '/api/v1/admin/cache')).json().total_keys, 0)
    const record = await app.platform.database.read
      .selectFrom('audit_records')
      .select(['actor_label', 'target_kind'])
      .where('action', '=', 'cache.clear')
      .executeTakeFirst()
    assert.deepEqual(record, { actor_label: 'admin', target_kind: 'cache' })
  })

  test('403 for a viewer', async () => {
    const { user } = await startApp()
    const { call } = await user('viewer')
    assert.equal((await call('POST', '/api/v1/system/clear-cache')).statusCode, 403)
    assert.equal((await call('GET', '/api/v1/admin/cache')).statusCode, 403)
  })
})

eachEngine('GET /admin/database and its maintenance', (engine) => {
  test('size, rows of every table and speed; maintenance keeps them', async () => {
    const { admin } = await startApp({ database_url: await engine.freshUrl() })
    const described = (await admin('GET', '/api/v1/admin/database')).json()
    assert.ok(described.size_bytes > 10_000)
    assert.ok(described.latency_ms >= 0)
    assert.ok(described.queries.p95_ms > 0)
    const rows = Object.fromEntries(
      described.tables.map(({ name, rows }: { name: string; rows: number }) => [name, rows]),
    )
    assert.deepEqual([rows.users, rows.projects], [1, 0])
    assert.doesNotMatch(described.description, /:[^/@]*@/)

    const maintained = (await admin('POST', '/api/v1/admin/database/maintenance')).json()
    assert.deepEqual([maintained.success, maintained.steps.includes('statistics renewed')], [true, true])
    assert.ok(maintained.size_bytes > 10_000)
  })

  test('403 for an operator, who configures nothing', async () => {
    const { user } = await startApp({ database_url: await engine.freshUrl() })
    const { call } = await user('operator')
    assert.equal((await call('GET', '/api/v1/admin/database')).statusCode, 200)
    assert.equal((await call('POST', '/api/v1/admin/database/maintenance')).statusCode, 403)
  })
})
