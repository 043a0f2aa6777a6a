import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { databaseEngines, eachEngine, type Engine } from '../support/engines.ts'
import { temporaryFolder } from '../support/folder.ts'
import { ownRedis, withoutOwnRedis } from '../support/redis.ts'
import { startServer, type ServerProcess } from '../support/server.ts'
import { twoServers } from '../support/twoServers.ts'
import { until } from '../support/until.ts'

const engine = (name: Engine['name']): Engine => databaseEngines().find((one) => one.name === name)!
const without = (name: Engine['name']): string | false => (engine(name).url === undefined ? `no ${name}` : false)

async function worksOn(server: ServerProcess, database: RegExp): Promise<void> {
  const headers = { authorization: `Bearer ${await server.login()}` }
  const get = async (path: string) => JSON.parse(await (await fetch(`${server.url}/api/v1${path}`, { headers })).text())
  assert.match((await get('/admin/system/health')).components.database.details, database)
  assert.equal((await get('/admin/stats')).users.total, 1)
}

describe('the database', () => {
  test('is PostgreSQL by MIKTOS_DATABASE_URL', { skip: without('PostgreSQL') }, async () => {
    const server = await startServer({
      dataDir: temporaryFolder(),
      env: { MIKTOS_DATABASE_URL: await engine('PostgreSQL').freshUrl() },
    })
    await worksOn(server, /PostgreSQL/)
  })

  test(
    'is MySQL or MariaDB by DB_HOST, DB_USER, DB_PASSWORD and DB_NAME, its tables made at the first start',
    { skip: without('MariaDB') },
    async () => {
      const { hostname, port, username, password, pathname } = new URL(await engine('MariaDB').freshUrl())
      const env = {
        DB_HOST: hostname,
        MIKTOS_DB_PORT: port,
        DB_USER: username,
        DB_NAME: pathname.slice(1),
        ...(password && { DB_PASSWORD: decodeURIComponent(password) }),
      }
      const server = await startServer({ dataDir: temporaryFolder(), env })
      await worksOn(server, /M(ySQL|ariaDB)/)
    },
  )
})

describe('workers', () => {
  const skip = without('PostgreSQL') || withoutOwnRedis()
  test('stand behind one port and are listed each by itself', { skip }, async () => {
    const redis = await ownRedis()
    after(() => redis.kill())
    const server = await startServer({
      dataDir: temporaryFolder(),
      env: {
        SERVER_WORKERS: '2',
        DATABASE_URL: await engine('PostgreSQL').freshUrl(),
        REDIS_URL: redis.url,
        MIKTOS_SECRET_KEY: 'k7'.repeat(20),
      },
    })
    const headers = { authorization: `Bearer ${await server.login()}` }
    const listed = async (): Promise<{ pid: number; port: string }[]> =>
      JSON.parse(await (await fetch(`${server.url}/api/v1/admin/server/processes`, { headers })).text()).servers
    await until('both are listed', async () => (await listed()).length === 2)
    const servers = await listed()
    assert.deepEqual(
      servers.map(({ port }) => port),
      [String(server.port), String(server.port)],
    )
    assert.equal(new Set(servers.map(({ pid }) => pid)).size, 2)
    server.process.kill('SIGTERM')
    assert.equal(await server.exited, 0)
  })
})

eachEngine('two servers with one Redis', (engineOfBoth) => {
  const skip = withoutOwnRedis()

  const servers = async (settings: Parameters<typeof twoServers>[1] = {}) => {
    const redis = await ownRedis()
    after(() => redis.kill())
    return twoServers(engineOfBoth, { redis_url: redis.url, ...settings })
  }

  test('share one budget of requests', { skip }, async () => {
    const [a, b] = await servers({ rate_limit: 100 })
    const { token } = await a.user('viewer')
    const statuses: number[] = []
    for (let n = 0; n < 130; n++) statuses.push((await (n % 2 ? a : b).as(token)('GET', '/api/v1/me')).statusCode)
    assert.deepEqual(
      [statuses.filter((status) => status === 200).length, new Set(statuses.slice(100))],
      [100, new Set([429])],
    )
  })

  test('share what is cached, and forget it together', { skip }, async () => {
    const [a, b] = await servers()
    await a.app.platform.cache.set('model-response:openai%2Fgpt-4:1', 'answer', { ttlMs: 60_000 })
    const { entries_removed } = (await b.admin('POST', '/api/v1/admin/cache/invalidate/openai/gpt-4')).json()
    assert.deepEqual(
      [entries_removed, await a.app.platform.cache.get('model-response:openai%2Fgpt-4:1')],
      [1, undefined],
    )
    assert.match((await a.admin('GET', '/api/v1/admin/system/health')).json().components.cache.details, /Redis/)
  })

  test(
    'a right taken away at one reaches requests and open sockets of the other within two seconds',
    { skip },
    async () => {
      const [a, b] = await servers()
      await b.app.http.listen({ host: '127.0.0.1', port: 0 })
      const { port } = b.app.http.server.address() as AddressInfo
      b.app.platform.live.declare('weather', { access: 'dashboard:read' })
      const { id, token } = await a.user('viewer')
      const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/stream`, {
        headers: { authorization: `Bearer ${token}` },
      })
      after(() => socket.terminate())
      const frames: { type: string; topic?: string }[] = []
      socket.on('message', (data) => frames.push(JSON.parse(String(data))))
      await once(socket, 'open')
      socket.send(JSON.stringify({ type: 'subscribe', topics: ['weather'] }))
      await until('subscribed', () => frames.some(({ type }) => type === 'subscribed'))

      await a.admin('PUT', `/api/v1/admin/users/${id}`, { role: 'user' })
      await until(
        'the other server refuses',
        async () => (await b.as(token)('GET', '/api/v1/admin/stats')).statusCode === 403,
        2_000,
      )
      await until('the topic is gone', () => b.app.platform.live.watchers('weather') === 0, 2_000)

      const closed = once(socket, 'close')
      const since = performance.now()
      await a.admin('PUT', `/api/v1/admin/users/${id}`, { is_active: false })
      assert.equal((await closed)[0], 4401)
      assert.ok(performance.now() - since < 2_000)
      assert.equal((await b.as(token)('GET', '/api/v1/me')).statusCode, 401)
    },
  )
})
