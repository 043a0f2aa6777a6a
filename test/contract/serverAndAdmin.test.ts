import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startApp } from '../support/app.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { miktos } from './programs.ts'
import { assertShape, type Shape } from './shape.ts'

interface Setting {
  key: string
  value: unknown
  default: unknown
  source: { kind: string; name: string }
  locked: boolean
  locked_reason: string | null
}

const folder = temporaryFolder()
const logFile = join(folder, 'logs', 'server.log')
writeFileSync(join(folder, 'miktos.yaml'), 'password_min_length: 12\nrate_limit_logs: 25\nenvironment: staging\n')
writeFileSync(join(folder, '.env'), 'MIKTOS_LOCKOUT_ATTEMPTS=7\n')
const server = await startServer({
  dataDir: folder,
  env: {
    MIKTOS_DEBUG_MODE: 'true',
    MIKTOS_LOG_LEVEL: 'DEBUG',
    MIKTOS_LOG_FORMAT: 'json',
    MIKTOS_LOG_FILE: logFile,
    MIKTOS_RATE_LIMIT_LOGS: '40',
    MIKTOS_DRAIN_SECONDS: '20',
  },
})
const token = await server.login()
const get = async (path: string) =>
  JSON.parse(await (await fetch(server.url + path, { headers: { authorization: `Bearer ${token}` } })).text())
const settings = new Map(((await get('/api/v1/config')).settings as Setting[]).map((setting) => [setting.key, setting]))
const setting = (key: string): Setting => settings.get(key)!

describe('configuration of the server', () => {
  test('every setting of the documents exists with the default they give, or the safer one', () => {
    const defaults: Record<string, unknown> = {
      server_host: '127.0.0.1',
      server_port: 8000,
      server_workers: 1,
      debug_mode: false,
      reload: false,
      api_prefix: '/api/v1',
      cors_origins: [],
      auth_token_expire_minutes: 10_080,
      password_min_length: 8,
      registration: 'approval',
      rate_limit: 100,
      rate_limit_logs: 20,
      rate_limit_metrics: 30,
      sockets_per_user_max: 10,
      access_token_minutes: 15,
      log_file: null,
      health_cpu_percent_max: 85,
      health_memory_percent_max: 90,
      llm_provider: 'anthropic',
      temperature: 0.7,
      max_tokens: 2000,
      agent_port: 8510,
      db_name: 'user_auth_db',
      docker_image: 'gpu-dev-env-test',
      docker_tag: 'latest',
      docker_cpu: 4,
      docker_mem_lmt: '4g',
    }
    for (const [key, value] of Object.entries(defaults)) assert.deepEqual(setting(key)?.default, value, key)
  })

  test('a central file sets values without touching the source', () => {
    assert.equal(setting('password_min_length').value, 12)
    assert.deepEqual(setting('password_min_length').source, { kind: 'file', name: 'miktos.yaml:1' })
    assert.equal(setting('environment').value, 'staging')
  })

  test('the environment wins over the file', () => {
    assert.equal(setting('rate_limit_logs').value, 40)
    assert.deepEqual(setting('rate_limit_logs').source, { kind: 'env', name: 'MIKTOS_RATE_LIMIT_LOGS' })
  })

  test('a .env file is read', () => {
    assert.equal(setting('lockout_attempts').value, 7)
    assert.equal(setting('lockout_attempts').source.kind, 'dotenv')
  })

  test('a flag wins over all', () => {
    assert.equal(setting('server_port').value, server.port)
    assert.equal(setting('server_port').source.kind, 'flag')
  })

  test('MIKTOS_DEBUG_MODE=true is a boolean', () => assert.equal(setting('debug_mode').value, true))

  test('what flag, environment or file own is locked with the reason, and an edit is refused, not saved', async () => {
    for (const key of ['rate_limit_logs', 'lockout_attempts', 'log_level']) {
      assert.equal(setting(key).locked, true, key)
      assert.ok(setting(key).locked_reason, key)
    }
    const reply = await fetch(`${server.url}/api/config`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ rate_limit_logs: 50 }),
    })
    assert.equal(reply.status, 409)
    const { success, error } = (await reply.json()) as {
      success: boolean
      error: { code: string; details: Record<string, unknown> }
    }
    assert.deepEqual([success, error.code], [false, 'SETTING_LOCKED'])
    assert.equal((await get('/api/v1/config')).config.rate_limit_logs, 40)
  })

  test('`miktos config print --sources` names where each value comes from', async () => {
    const { code, stdout } = await miktos(['config', 'print', '--sources'], {
      cwd: folder,
      env: { MIKTOS_SERVER_PORT: '9000' },
    })
    assert.equal(code, 0)
    assert.match(stdout, /server_port.*9000.*MIKTOS_SERVER_PORT/)
    assert.match(stdout, /password_min_length.*12.*miktos\.yaml:1/)
  })
})

describe('logging', () => {
  const lines = () =>
    readFileSync(logFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)

  test('JSON lines go to the file named and to the console', async () => {
    await until('a line of level DEBUG', () => lines().some(({ level }) => level === 'DEBUG'))
    assert.ok(lines().some(({ level }) => level === 'INFO'))
    assert.match(server.output(), /"level":"INFO"/)
  })

  test('lines can be found by the component that wrote them', () => {
    const components = new Set(lines().map(({ component }) => component))
    for (const component of ['http', 'lifecycle'])
      assert.ok(components.has(component), `${component} of ${[...components].join(', ')}`)
  })

  test('no line holds the password or a token', () => {
    const text = readFileSync(logFile, 'utf8')
    assert.ok(!text.includes('a phrase of this server') && !text.includes(token))
  })

  test('the five levels are accepted under every name', async () => {
    const { admin, app } = await startApp()
    const spellings = {
      DEBUG: 'DEBUG',
      info: 'INFO',
      WARN: 'WARNING',
      WARNING: 'WARNING',
      error: 'ERROR',
      CRITICAL: 'CRITICAL',
      fatal: 'CRITICAL',
    }
    for (const [given, level] of Object.entries(spellings)) {
      assert.equal((await admin('PUT', '/api/v1/config', { log_level: given })).json().config.log_level, level, given)
    }
    await app.stop()
  })
})

describe('administration', async () => {
  const app = await startApp()
  const { admin, user } = app
  const mara = await user('user', 'mara')
  const project = (await mara.call('POST', '/api/v1/projects', { name: 'one', status: 'PENDING' })).json().id
  await mara.call('POST', `/api/v1/projects/${project}/messages`, { content: 'hello' })
  await mara.call('GET', `/api/v1/projects/${project}/messages`)
  await app.login('mara', 'not the password')
  const cached = (model: string) =>
    app.app.platform.cache.set(`model-response:${encodeURIComponent(model)}:1`, 'answer', { ttlMs: 60_000 })

  /** The same resource on both faces: bare, and in the envelope. */
  const both = async (path: string, shape: Shape) => {
    const bare = await admin('GET', `/api/v1${path}`)
    assert.equal(bare.statusCode, 200, bare.body)
    assertShape(bare.json(), shape)
    const enveloped = (await admin('GET', `/api${path}`)).json()
    assert.deepEqual(Object.keys(enveloped), ['success', 'data'])
    assert.equal(enveloped.success, true)
    assertShape(enveloped.data, shape)
    return bare.json()
  }

  test('statistics count users, projects by status, messages, system and cache', async () => {
    const stats = await both('/admin/stats', {
      users: { total: 'integer', active: 'integer', online: 'integer' },
      projects: {
        total: 'integer',
        by_status: { NONE: 'integer', PENDING: 'integer', PROCESSING: 'integer', COMPLETED: 'integer' },
      },
      messages: { total: 'integer', last_24h: 'integer' },
      system: { version: 'text', environment: 'text', server_time: 'time' },
      cache: { total_keys: 'integer', hit_rate: 'number', memory_usage_mb: 'number' },
    })
    assert.deepEqual(
      [stats.users.total, stats.users.active, stats.projects.by_status.PENDING, stats.messages.last_24h],
      [2, 2, 1, 1],
    )
    assert.ok(stats.cache.hit_rate >= 0 && stats.cache.hit_rate <= 1)
  })

  test('users are a bare array with the fields documented', async () => {
    const users = await both('/admin/users', [
      {
        id: 'text',
        email: 'text',
        is_active: 'boolean',
        is_admin: 'boolean',
        created_at: 'time',
        project_count: 'integer',
      },
    ])
    const byName = Object.fromEntries(users.map((one: Record<string, unknown>) => [one['username'], one]))
    assert.deepEqual([byName.mara.project_count, byName.mara.is_admin, byName.admin.is_admin], [1, false, true])
  })

  test('the cached answers of one model are dropped, its id with a slash written either way', async () => {
    for (const path of ['openai/gpt-4', 'openai%2Fgpt-4', 'openai%2fgpt-4']) {
      await cached('openai/gpt-4')
      await cached('openai/gpt-4o')
      const { success, model_id, entries_removed, timestamp } = (
        await admin('POST', `/api/v1/admin/cache/invalidate/${path}`)
      ).json()
      assert.deepEqual([success, model_id, entries_removed], [true, 'openai/gpt-4', 1], path)
      assertShape(timestamp, 'time')
    }
    assert.equal((await app.app.platform.cache.stats()).total_keys, 1)
  })

  test('system health names components with details, and this process', async () => {
    const health = await both('/admin/system/health', {
      status: 'text',
      timestamp: 'time',
      components: { database: { status: 'text', details: 'text' }, cache: { status: 'text', details: 'text' } },
      process_info: {
        pid: 'integer',
        cpu_percent: 'number',
        memory_percent: 'number',
        threads: 'integer',
        open_files: 'integer',
        connections: 'integer',
        create_time: 'number',
      },
      version: 'text',
    })
    assert.equal(health.components.database.status, 'ok')
    assert.match(health.components.database.details, /^Connected to SQLite/)
    assert.equal(health.process_info.pid, process.pid)
    assert.ok(Math.abs(health.process_info.create_time - (Date.now() / 1000 - process.uptime())) < 5)
  })

  test('activity of users: by type, most active, most used endpoints', async () => {
    const activity = await both('/admin/users/activity?days=7', {
      activity_by_type: { login: 'integer', api_call: 'integer', logout: 'integer' },
      active_users: [{ user_id: 'text', activity_count: 'integer' }],
      popular_endpoints: [{ endpoint: 'text', access_count: 'integer' }],
      timeframe_days: 'integer',
      timestamp: 'time',
    })
    assert.equal(activity.timeframe_days, 7)
    assert.ok(
      activity.popular_endpoints.some(
        ({ endpoint }: { endpoint: string }) => endpoint === '/api/v1/projects/{project_id}/messages',
      ),
    )
    assert.equal((await admin('GET', '/api/v1/admin/users/activity')).json().timeframe_days, 7)
    assert.equal((await admin('GET', '/api/v1/admin/users/activity?days=30')).json().timeframe_days, 30)
  })

  test('a browser that opens the administration gets the console, anybody else what is there', async () => {
    const page = await admin('GET', '/api/v1/admin', undefined, { accept: 'text/html' })
    assert.deepEqual([page.statusCode, page.headers.location], [302, '/'])
    assert.deepEqual(Object.values((await admin('GET', '/api/v1/admin')).json().links).slice(0, 2), [
      '/api/v1/admin/stats',
      '/api/v1/admin/users',
    ])
    assert.equal((await app.anonymous('GET', '/api/v1/admin')).statusCode, 401)
  })

  test('nobody but an administrator gets in', async () => {
    for (const path of [
      '/admin/users',
      '/admin/system/health',
      '/admin/server/processes',
      '/admin/users/activity',
      '/admin/logs',
    ]) {
      assert.equal((await app.anonymous('GET', `/api/v1${path}`)).statusCode, 401, path)
      assert.equal((await mara.call('GET', `/api/v1${path}`)).statusCode, 403, path)
    }
    assert.equal((await mara.call('POST', '/api/v1/admin/cache/invalidate/a')).statusCode, 403)
    assert.equal((await mara.call('POST', '/api/v1/admin/server/stop/1')).statusCode, 403)
  })

  test('who is active now, since when', async () => {
    const { active } = (await admin('GET', '/api/v1/admin/activity/active')).json()
    assertShape(active, [{ user_id: 'text', started_at: 'time', duration_seconds: 'integer', last_action_at: 'time' }])
  })

  test('most active users over a period that can be chosen', async () => {
    const { users } = (await admin('GET', '/api/v1/admin/activity/users?days=30&sort=calls')).json()
    assertShape(users, [
      { user_id: 'text', calls: 'integer', errors: 'integer', logins: 'integer', last_seen_at: 'time' },
    ])
  })

  test('when and how often users log in, good and bad', async () => {
    const logins = (await admin('GET', '/api/v1/admin/activity/logins')).json()
    assert.deepEqual([logins.logins >= 2, logins.failed], [true, 1])
    assert.equal(logins.by_weekday_and_hour.length, 7)
    assertShape(logins.by_user, [{ user_id: 'text', logins: 'integer', failed: 'integer', last_at: 'time' }])
    assert.ok(logins.latest.some(({ outcome }: { outcome: string }) => outcome === 'login_failed'))
  })

  test('endpoints by use, over time, with durations and errors', async () => {
    const { endpoints, starts } = (await admin('GET', '/api/v1/admin/activity/endpoints')).json()
    assertShape(starts, ['time'])
    assertShape(endpoints, [
      {
        method: 'text',
        endpoint: 'text',
        access_count: 'integer',
        error_rate: 'number',
        avg_ms: 'number',
        max_ms: 'number',
      },
    ])
    assert.ok(Array.isArray(endpoints[0].series.count))
  })

  test('what users and projects consume', async () => {
    for (const by of ['user', 'project']) {
      const { consumers } = (await admin('GET', `/api/v1/admin/activity/resources?by=${by}`)).json()
      assertShape(consumers, [
        { id: 'text', calls: 'integer', time_ms: 'number', bytes: 'integer', messages: 'integer' },
      ])
    }
  })

  test('trends by day, week and month', async () => {
    for (const granularity of ['day', 'week', 'month']) {
      const { periods } = (await admin('GET', `/api/v1/admin/activity/trends?granularity=${granularity}`)).json()
      assertShape(periods, [{ start: 'time', errors: 'integer', unique_users: 'integer' }])
    }
  })

  test('a timeline of one user: logins, calls with endpoint, status and duration', async () => {
    const { events } = (await admin('GET', `/api/v1/admin/users/${mara.id}/activity`)).json()
    const kinds = new Set(events.map(({ kind }: { kind: string }) => kind))
    assert.ok(kinds.has('login') && kinds.has('api_call') && kinds.has('login_failed'), [...kinds].join())
    const call = events.find(({ kind }: { kind: string }) => kind === 'api_call')
    assertShape(call, { at: 'time', method: 'text', endpoint: 'text', status: 'integer', duration_ms: 'number' })
  })

  test('administrative actions are in the activity and in the audit log', async () => {
    await admin('PUT', `/api/v1/admin/users/${mara.id}`, { role: 'viewer' })
    const [entry] = (await admin('GET', '/api/v1/admin/logs?action=user.update')).json().logs
    assert.deepEqual([entry.actor.label, entry.target.id, entry.result], ['admin', mara.id, 'ok'])
    assert.deepEqual(entry.changes, [{ field: 'role', before: 'user', after: 'viewer' }])
    const { events } = (await admin('GET', '/api/v1/me/activity?kind=admin_action')).json()
    assert.ok(events.some(({ detail }: { detail: string }) => detail.includes('user.update')))
  })

  test('projects go through their states and messages belong to them', async () => {
    for (const status of ['PROCESSING', 'COMPLETED']) {
      assert.equal((await admin('PUT', `/api/v1/projects/${project}`, { status })).json().status, status)
    }
    assert.equal((await admin('PUT', `/api/v1/projects/${project}`, { status: 'PROCESSING' })).statusCode, 409)
    assertShape((await admin('GET', `/api/v1/projects/${project}/messages`)).json().messages, [
      { id: 'text', project_id: 'text', content: 'text', created_at: 'time' },
    ])
  })

  test('database size and speed, and maintenance', async () => {
    assertShape((await admin('GET', '/api/v1/admin/database')).json(), {
      size_bytes: 'integer',
      tables: [{ name: 'text', rows: 'integer' }],
      latency_ms: 'number',
    })
    assert.equal((await admin('POST', '/api/v1/admin/database/maintenance')).json().success, true)
  })
})

describe('server processes and graceful shutdown', () => {
  const processes = () => get('/api/v1/admin/server/processes')

  test('all running servers are listed, on several ports, and one is stopped gracefully', async () => {
    const other = await startServer({ dataDir: folder })
    await until('both are listed', async () => (await processes()).count === 2)
    const { servers, timestamp } = await processes()
    assertShape(servers, [
      {
        host: 'text',
        port: 'text',
        pid: 'integer',
        uptime: 'text',
        uptime_seconds: 'integer',
        cpu_percent: 'number',
        memory_percent: 'number',
        threads: 'integer',
      },
    ])
    assertShape(timestamp, 'time')
    assert.deepEqual(
      new Set(servers.map(({ port }: { port: string }) => port)),
      new Set([String(server.port), String(other.port)]),
    )
    assert.match(servers[0].uptime, /^(\d+d )?(\d+h )?(\d+m )?\d+s$/)

    const { pid } = other.process
    const reply = await fetch(`${server.url}/api/v1/admin/server/stop/${pid}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    })
    const stopped = (await reply.json()) as Record<string, unknown>
    assert.equal(reply.status, 200)
    assertShape(stopped, { success: 'boolean', pid: 'integer', message: 'text', timestamp: 'time' })
    assert.deepEqual(
      [stopped['success'], stopped['pid'], stopped['message']],
      [true, pid, 'Server process gracefully stopped'],
    )
    assert.equal(await other.exited, 0)
    assert.equal((await processes()).count, 1)
  })

  test('no process that is not ours can be stopped', async () => {
    for (const pid of ['1', String(process.pid), '0', '-1', '1;ls', '%2e%2e']) {
      const reply = await fetch(`${server.url}/api/v1/admin/server/stop/${pid}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      })
      assert.equal(reply.status, 404, pid)
    }
  })

  test('SIGTERM ends it with 0 within the deadline, and nothing listens any more', async () => {
    server.process.kill('SIGTERM')
    assert.equal(await server.exited, 0)
    assert.match(server.output(), /shutting down[\s\S]*stopped/)
    await assert.rejects(fetch(`${server.url}/health`))
  })
})
