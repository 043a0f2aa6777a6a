import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { Settings } from '#platform/config/config.ts'
import { restartExitCode } from '#platform/lifecycle.ts'
import { adminPassword, startApp, type TestApp } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'
import { startServer, type ServerProcess } from '../../../test/support/server.ts'
import { until } from '../../../test/support/until.ts'

interface Listed {
  pid: number
  port: string
  state: string
  current: boolean
}

/** An application that listens, on a folder that other servers may share. */
async function listening(settings: Partial<Settings> = {}): Promise<Watching> {
  const watching = await onSharedFolder(settings)
  await watching.app.http.listen({ port: 0, host: '127.0.0.1' })
  await until('it is listed', async () => (await watching.servers()).length === 1)
  return watching
}

type Watching = TestApp & {
  dataDir: string
  servers: () => Promise<Listed[]>
  audited: (action: string) => Promise<string[]>
}

async function onSharedFolder(settings: Partial<Settings> = {}): Promise<Watching> {
  const dataDir = mkdtempSync(join(tmpdir(), 'miktos-test-'))
  after(() => rmSync(dataDir, { recursive: true, force: true }))
  const started = await startApp({ data_dir: dataDir, ...settings })
  return {
    ...started,
    dataDir,
    servers: async () => (await started.admin('GET', '/api/v1/admin/server/processes')).json().servers,
    audited: async (action) => {
      const { read } = started.app.platform.database
      const records = await read
        .selectFrom('audit_records')
        .select('actor_label')
        .where('action', '=', action)
        .execute()
      return records.map(({ actor_label }) => actor_label)
    },
  }
}

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** A real server process on the folder, under a supervisor. */
const anotherServer = (dataDir: string, port?: number): Promise<ServerProcess> =>
  startServer({ dataDir, ...(port && { port }), env: { INVOCATION_ID: 'supervised', MIKTOS_LOG_LEVEL: 'error' } })

describe('GET /admin/server/processes', () => {
  test('200 with every field; the port is text', async () => {
    const { admin, app } = await listening()
    const { count, servers, timestamp } = (await admin('GET', '/api/v1/admin/server/processes')).json()
    assert.equal(count, 1)
    assert.match(timestamp, /Z$/)
    const [server] = servers
    const { port } = app.http.server.address() as AddressInfo
    assert.deepEqual(
      [server.host, server.port, server.pid, server.current],
      ['127.0.0.1', String(port), process.pid, true],
    )
    assert.match(server.uptime, /^(\d+[dhm] )*\d+s$/)
    for (const key of ['uptime_seconds', 'cpu_percent', 'memory_percent', 'threads'])
      assert.equal(typeof server[key], 'number', key)
    const enveloped = (await admin('GET', '/api/admin/server/processes')).json()
    assert.deepEqual([enveloped.success, enveloped.data.count], [true, 1])
  })

  test('only servers that listen are listed, and one that stops is not', async () => {
    const silent = await startApp()
    assert.equal((await silent.admin('GET', '/api/v1/admin/server/processes')).json().count, 0)
    const shared = await onSharedFolder()
    const server = await anotherServer(shared.dataDir)
    await until('it is listed', async () => (await shared.servers()).length === 1)
    server.process.kill('SIGTERM')
    await server.exited
    assert.deepEqual(await shared.app.platform.database.read.selectFrom('server_instances').selectAll().execute(), [])
  })

  test('401 for a stranger, 403 for a viewer', async () => {
    const { anonymous, user } = await startApp()
    assert.equal((await anonymous('GET', '/api/v1/admin/server/processes')).statusCode, 401)
    const { call } = await user('viewer')
    assert.equal((await call('GET', '/api/v1/admin/server/processes')).statusCode, 403)
  })

  test('one that was killed vanishes', async () => {
    const { servers, dataDir } = await listening()
    const server = await anotherServer(dataDir)
    await until('both are listed', async () => (await servers()).length === 2)
    server.process.kill('SIGKILL')
    await server.exited
    assert.deepEqual(
      (await servers()).map(({ pid }) => pid),
      [process.pid],
    )
  })

  test('one that others took for dead is listed again', async () => {
    const { servers, app } = await listening()
    await app.platform.database.write.deleteFrom('server_instances').execute()
    assert.equal((await servers()).length, 0)
    await until('it is listed again', async () => (await servers()).length === 1)
  })
})

describe('POST /admin/server/stop/{pid}', () => {
  test('200 when the process has ended, its running request answered', async () => {
    const { admin, servers, dataDir, audited } = await listening()
    const server = await anotherServer(dataDir)
    const { pid } = server.process
    await until('both are listed', async () => (await servers()).length === 2)
    // Checking a password takes long enough to be running when the stop arrives.
    const slow = Promise.all(Array.from({ length: 6 }, () => logIn(server.url)))
    const reply = await admin('POST', `/api/v1/admin/server/stop/${pid}`)
    assert.equal(reply.statusCode, 200)
    const { success, pid: stopped, message, timestamp } = reply.json()
    assert.deepEqual([success, stopped, message], [true, pid, 'Server process gracefully stopped'])
    assert.match(timestamp, /Z$/)
    assert.deepEqual(await slow, [200, 200, 200, 200, 200, 200])
    assert.equal(await server.exited, 0)
    assert.deepEqual(
      (await servers()).map(({ pid }) => pid),
      [process.pid],
    )
    assert.deepEqual(await audited('server.stop'), ['admin'])
  })

  test('202 for the process that answers, which then drains', async () => {
    const { admin, app } = await listening()
    const reply = await admin('POST', `/api/v1/admin/server/stop/${process.pid}`)
    assert.deepEqual([reply.statusCode, reply.json().message], [202, 'This server process stops after this answer'])
    const { reason, restart } = await app.platform.lifecycle.stopRequested
    assert.deepEqual([reason, restart], ['stop asked for by admin', false])
    assert.equal((await admin('GET', '/readyz')).statusCode, 503)
  })

  test('202 while it still drains after the time for that; asked again there is one audit record', async () => {
    const { admin, servers, dataDir, audited } = await listening({ drain_seconds: 0 })
    const server = await anotherServer(dataDir)
    const { pid } = server.process
    await until('both are listed', async () => (await servers()).length === 2)
    server.process.kill('SIGSTOP')
    for (let attempt = 0; attempt < 2; attempt++) {
      const reply = await admin('POST', `/api/v1/admin/server/stop/${pid}`)
      assert.deepEqual([reply.statusCode, reply.json().success], [202, true])
    }
    assert.equal((await servers()).find((server) => server.pid === pid)?.state, 'stopping')
    server.process.kill('SIGCONT')
    assert.equal(await server.exited, 0)
    assert.deepEqual(await audited('server.stop'), ['admin'])
  })

  test('404 for every process that is not ours, and none of them is touched', async () => {
    const { admin, app } = await listening()
    const bystander = spawn('sleep', ['60'], { stdio: 'ignore' })
    after(() => bystander.kill('SIGKILL'))
    for (const pid of [
      1,
      process.ppid,
      bystander.pid,
      0,
      -1,
      999_999,
      99_999_999_999,
      '1;ls',
      '%00',
      '..%2F1',
      `0${process.pid}`,
      `${process.pid}.0`,
    ]) {
      const reply = await admin('POST', `/api/v1/admin/server/stop/${pid}`)
      assert.equal(reply.statusCode, 404, String(pid))
      assert.equal(reply.json().error.code, 'RESOURCE_NOT_FOUND')
    }
    assert.equal(ended(bystander), false)
    assert.equal(app.platform.lifecycle.draining, false)
  })

  test('404 for a pid that another process has now', async () => {
    const { admin, app } = await listening()
    const bystander = spawn('sleep', ['60'], { stdio: 'ignore' })
    after(() => bystander.kill('SIGKILL'))
    const { write } = app.platform.database
    const mine = await write.selectFrom('server_instances').selectAll().executeTakeFirstOrThrow()
    await write
      .insertInto('server_instances')
      .values({ ...mine, id: 'left-behind', pid: bystander.pid! })
      .execute()
    assert.equal((await admin('POST', `/api/v1/admin/server/stop/${bystander.pid}`)).statusCode, 404)
    assert.equal((await admin('POST', '/api/v1/admin/server/stop/left-behind')).statusCode, 404)
    assert.equal(ended(bystander), false)
  })

  test('409 naming the ids when servers on two machines have the pid', async () => {
    const { admin, app } = await listening()
    const { write } = app.platform.database
    const mine = await write.selectFrom('server_instances').selectAll().executeTakeFirstOrThrow()
    await write
      .insertInto('server_instances')
      .values({ ...mine, id: 'elsewhere', host_name: 'elsewhere', heartbeat_at: app.platform.now() })
      .execute()
    const reply = await admin('POST', `/api/v1/admin/server/stop/${process.pid}`)
    assert.equal(reply.statusCode, 409)
    assert.deepEqual(reply.json().error.details.ids.toSorted(), ['elsewhere', mine.id].toSorted())
  })

  test('401 for a stranger, 403 for a viewer, and a fresh login is asked for', async () => {
    const { anonymous, user, clock, login, as } = await startApp()
    assert.equal((await anonymous('POST', `/api/v1/admin/server/stop/${process.pid}`)).statusCode, 401)
    const { call } = await user('viewer')
    assert.equal((await call('POST', `/api/v1/admin/server/stop/${process.pid}`)).statusCode, 403)
    const { tokens } = (await login('admin', adminPassword)).json()
    clock.advance(14 * 60_000)
    const refreshed = (await anonymous('POST', '/api/v1/auth/refresh', { refresh_token: tokens.refresh_token })).json()
      .access_token
    clock.advance(2 * 60_000)
    const reply = await as(refreshed)('POST', `/api/v1/admin/server/stop/${process.pid}`)
    assert.equal(reply.json().error.code, 'REAUTHENTICATION_REQUIRED')
  })
})

async function logIn(url: string): Promise<number> {
  const { status } = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ username: 'admin', password: adminPassword }),
  })
  return status
}

describe('POST /system/restart', () => {
  test('202, and the server ends with the wish to start again', async () => {
    const { admin, app } = await listening()
    const reply = await admin('POST', '/api/system/restart')
    assert.equal(reply.statusCode, 202)
    const { success, message, services, timestamp } = reply.json().data
    assert.deepEqual([success, message, services], [true, 'the server restarts', ['server']])
    assert.match(timestamp, /Z$/)
    assert.deepEqual(await app.platform.lifecycle.stopRequested, {
      reason: 'restart asked for by admin',
      restart: true,
    })
  })

  test('several restart one after the other: the next when the one before it is back', async () => {
    const { admin, servers, dataDir, audited } = await onSharedFolder()
    const first = await anotherServer(dataDir)
    const second = await anotherServer(dataDir)
    await until('both are listed', async () => (await servers()).length === 2)
    const reply = await admin('POST', '/api/v1/system/restart')
    assert.equal(reply.json().message, '2 servers restart one after the other')

    assert.equal(await first.exited, restartExitCode)
    assert.equal(ended(second.process), false)
    assert.equal((await fetch(`${second.url}/readyz`)).status, 200)
    await anotherServer(dataDir, first.port)
    assert.equal(await second.exited, restartExitCode)
    assert.equal((await fetch(`${first.url}/readyz`)).status, 200)
    assert.deepEqual(await audited('server.restart'), ['admin'])
  })

  test('202 for the cache alone, which empties it and leaves the server running', async () => {
    const { admin, app } = await startApp()
    await app.platform.cache.set('a', 1, { ttlMs: 60_000 })
    const reply = await admin('POST', '/api/v1/system/restart', { services: ['cache'] })
    assert.deepEqual([reply.statusCode, reply.json().message], [202, '1 cached entries removed'])
    assert.equal(app.platform.lifecycle.draining, false)
  })

  test('409 where no server runs, 400 for a service that does not exist, 401, 403', async () => {
    const { admin, anonymous, user } = await startApp()
    assert.equal((await admin('POST', '/api/v1/system/restart')).statusCode, 409)
    assert.equal((await admin('POST', '/api/v1/system/restart', { services: ['nginx'] })).statusCode, 400)
    assert.equal((await anonymous('POST', '/api/v1/system/restart')).statusCode, 401)
    const { call } = await user('viewer')
    assert.equal((await call('POST', '/api/v1/system/restart')).statusCode, 403)
  })
})

eachEngine('the list of servers', (engine) => {
  test('is kept, and read for the wish to end', async () => {
    const { admin, app, servers } = await listening({ database_url: await engine.freshUrl() })
    assert.equal((await servers())[0]?.pid, process.pid)
    assert.equal((await admin('POST', `/api/v1/admin/server/stop/${process.pid}`)).statusCode, 202)
    assert.equal((await app.platform.lifecycle.stopRequested).reason, 'stop asked for by admin')
    assert.equal((await servers())[0]?.state, 'stopping')
  })
})
