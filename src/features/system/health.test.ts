import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'

/** A machine that runs tests is busy; whether that is too busy is not what these tests ask. */
const calm = { health_cpu_percent_max: 100, health_memory_percent_max: 100, health_disk_percent_max: 100 }

describe('GET /health outside the API', () => {
  test('200 with one word and nothing else, for anybody, however often', async () => {
    const { anonymous } = await startApp({ ...calm, rate_limit: 1 })
    for (let count = 0; count < 5; count++) {
      const reply = await anonymous('GET', '/health')
      assert.deepEqual([reply.statusCode, reply.json()], [200, { status: 'ok' }])
    }
  })

  test('200 and degraded when a resource runs short', async () => {
    const { anonymous } = await startApp({ ...calm, health_memory_percent_max: 1 })
    assert.deepEqual((await anonymous('GET', '/health')).json(), { status: 'degraded' })
  })

  test('503 and down when the database is gone', async () => {
    const { anonymous, app } = await startApp(calm)
    await app.platform.database.close()
    const reply = await anonymous('GET', '/health')
    assert.deepEqual([reply.statusCode, reply.json()], [503, { status: 'down' }])
  })
})

describe('GET /readyz, /healthz and /livez', () => {
  test('200 while it takes requests, by both names', async () => {
    const { anonymous } = await startApp(calm)
    for (const path of ['/readyz', '/healthz']) {
      const reply = await anonymous('GET', path)
      assert.deepEqual([reply.statusCode, reply.json()], [200, { status: 'ok' }])
    }
    assert.deepEqual((await anonymous('GET', '/livez')).json(), { status: 'ok' })
  })

  test('503 from the first moment of a shutdown, while the process still lives', async () => {
    const { anonymous, app } = await startApp(calm)
    app.platform.lifecycle.requestStop('test')
    const reply = await anonymous('GET', '/readyz')
    assert.deepEqual([reply.statusCode, reply.json()], [503, { status: 'draining' }])
    assert.equal((await anonymous('GET', '/livez')).statusCode, 200)
  })

  test('503 without a database, 200 when something merely runs short', async () => {
    const short = await startApp({ ...calm, health_disk_percent_max: 1 })
    assert.deepEqual([(await short.anonymous('GET', '/readyz')).statusCode], [200])
    const { anonymous, app } = await startApp(calm)
    await app.platform.database.close()
    assert.deepEqual([(await anonymous('GET', '/readyz')).statusCode], [503])
  })

  test('?verbose lists the components for an administrator, not for a stranger or a viewer', async () => {
    const { anonymous, admin, user } = await startApp(calm)
    const { status, components } = (await admin('GET', '/readyz?verbose')).json()
    assert.equal(status, 'ok')
    assert.match(components.database.details, /^Connected to SQLite/)
    const viewer = await user('viewer')
    for (const call of [anonymous, viewer.call]) {
      assert.deepEqual((await call('GET', '/readyz?verbose')).json(), { status: 'ok' })
    }
  })
})

describe('GET /api/health', () => {
  test('the minimum without credentials, on both faces', async () => {
    const { anonymous, as } = await startApp(calm)
    assert.deepEqual((await anonymous('GET', '/api/v1/health')).json(), { status: 'healthy' })
    const wrong = await as('no-such-token')('GET', '/api/health')
    assert.deepEqual(wrong.json(), { success: true, data: { status: 'healthy' } })
  })

  test('components and figures with a token; only components that exist', async () => {
    const { user } = await startApp(calm)
    const { call } = await user('viewer')
    const { success, data } = (await call('GET', '/api/health')).json()
    assert.equal(success, true)
    assert.equal(data.status, 'healthy')
    assert.deepEqual(Object.keys(data.components).toSorted(), [
      'cache',
      'cpu',
      'database',
      'disk',
      'event_loop',
      'logs_store',
      'memory',
      'metrics_store',
      'notifications',
      'websocket',
    ])
    for (const name of ['database', 'cache']) {
      assert.equal(data.components[name].status, 'healthy')
      assert.equal(typeof data.components[name].latency, 'number')
    }
    assert.equal(data.components.websocket.connected_clients, 0)
    assert.deepEqual(Object.keys(data.metrics), ['cpu_usage', 'memory_usage', 'active_sessions'])
    assert.equal(data.metrics.active_sessions, 2)
    assert.ok(data.metrics.memory_usage > 0 && data.metrics.memory_usage < 100)
    assert.doesNotMatch(JSON.stringify(data), /SQLite|\/tmp/)
  })

  test('unhealthy when the database is gone, and it says so without a token too', async () => {
    const { anonymous, app } = await startApp(calm)
    await app.platform.database.close()
    assert.deepEqual((await anonymous('GET', '/api/v1/health')).json(), { status: 'unhealthy' })
  })
})

describe('GET /admin/system/health', () => {
  test('200 with components in words and this process in figures', async () => {
    const { admin } = await startApp(calm)
    const { status, timestamp, components, process_info, version } = (
      await admin('GET', '/api/v1/admin/system/health')
    ).json()
    assert.equal(status, 'ok')
    assert.match(timestamp, /Z$/)
    assert.match(version, /^\d+\.\d+\.\d+/)
    assert.match(components.database.details, /^Connected to SQLite at /)
    assert.equal(components.cache.status, 'ok')
    assert.deepEqual(Object.keys(process_info).toSorted(), [
      'connections',
      'cpu_percent',
      'create_time',
      'memory_percent',
      'open_files',
      'pid',
      'threads',
    ])
    assert.equal(process_info.pid, process.pid)
    assert.ok(process_info.threads > 1 && process_info.open_files > 3)
    assert.ok(Math.abs(process_info.create_time - performance.timeOrigin / 1_000) < 0.01)
  })

  test('says by how much a resource is short', async () => {
    const { admin } = await startApp({ ...calm, health_disk_percent_max: 1 })
    const { status, components } = (await admin('GET', '/api/v1/admin/system/health')).json()
    assert.deepEqual([status, components.disk.status], ['degraded', 'degraded'])
    assert.match(components.disk.details, /^\d+ % of the disk of .+ in use, more than 1 %$/)
  })

  test('401 for a stranger, 403 for a viewer', async () => {
    const { anonymous, user } = await startApp(calm)
    assert.equal((await anonymous('GET', '/api/v1/admin/system/health')).statusCode, 401)
    const { call } = await user('viewer')
    assert.equal((await call('GET', '/api/admin/system/health')).statusCode, 403)
  })
})
