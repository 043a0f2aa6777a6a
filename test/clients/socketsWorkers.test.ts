import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { databaseEngines } from '../support/engines.ts'
import { redisUrl, withoutRedis } from '../support/redis.ts'
import { startServer } from '../support/server.ts'
import { socketIoClient } from '../support/sockets.ts'
import { until } from '../support/until.ts'

const postgres = databaseEngines().find(({ name }) => name === 'PostgreSQL')!
const skip = withoutRedis() || (postgres.url ? false : 'set MIKTOS_TEST_POSTGRES_URL')

test('workers behind one port serve long polling, and its upgrade, whichever gets the request', { skip }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'miktos-test-'))
  after(() => rmSync(dataDir, { recursive: true, force: true }))
  const server = await startServer({
    dataDir,
    env: { MIKTOS_SERVER_WORKERS: '2', MIKTOS_DATABASE_URL: await postgres.freshUrl(), MIKTOS_REDIS_URL: redisUrl()! },
  })
  const token = await server.login()
  const both = async (): Promise<boolean> => {
    const reply = await fetch(`${server.url}/api/v1/admin/server/processes`, {
      headers: { authorization: `Bearer ${token}` },
    })
    return ((await reply.json()) as { count: number }).count === 2
  }
  await until('both workers run', both, 30_000)
  // A connection for each request, so that they go to the workers in turn.
  const agent = new Agent({ keepAlive: false }) as never
  for (let index = 0; index < 3; index++) {
    const polling = socketIoClient(server.url, { transports: ['polling'], auth: { token }, agent })
    await polling.hears('connection_established')
    for (let ping = 0; ping < 5; ping++)
      assert.deepEqual(await polling.socket.emitWithAck('ping', {}), { ok: true, data: 'pong' })
    polling.socket.close()
    const upgrading = socketIoClient(server.url, { auth: { token }, agent })
    await upgrading.hears('connection_established')
    await until('upgraded', () => upgrading.socket.io.engine.transport.name === 'websocket')
    assert.deepEqual(await upgrading.socket.emitWithAck('ping', {}), { ok: true, data: 'pong' })
    upgrading.socket.close()
  }
})
