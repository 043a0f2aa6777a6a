import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { miktos, type Ended } from '../../../test/support/cli.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { freePort } from '../../../test/support/port.ts'
import { startServer } from '../../../test/support/server.ts'
import type { Finding } from './finding.ts'

const dataDir = temporaryFolder()
const server = await startServer({ dataDir })
const here = ['--data-dir', dataDir, '--server-port', String(server.port)]
const doctor = (args: string[], env: Record<string, string> = {}): Promise<Ended> =>
  miktos(['doctor', '--json', ...args], { env })
const findingsOf = (ended: Ended): Finding[] => (ended.json() as { checks: Finding[] }).checks
const found = (ended: Ended, check: string): Finding | undefined =>
  findingsOf(ended).find((finding) => finding.check === check)

/** A proxy that passes requests on, without their upgrade and with another host name. */
async function carelessProxy(): Promise<string> {
  const proxy = createServer((request, response) => {
    const headers = {
      ...(request.headers.cookie && { cookie: request.headers.cookie }),
      ...(request.headers.origin && { origin: request.headers.origin }),
    }
    fetch(server.url + request.url!, { method: request.method!, headers }).then(
      async (answer) =>
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text()),
      () => response.destroy(),
    )
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  after(() => proxy.close())
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
}

describe('miktos doctor', () => {
  test('0 where all is well, each check with a line', async () => {
    const ended = await miktos(['doctor', ...here])
    assert.equal(ended.code, 0, ended.stdout)
    for (const check of [
      'node',
      'data folder',
      'secret key',
      'database',
      'schema',
      'audit log',
      'clock',
      'redis',
      'exposure',
      'websocket',
    ]) {
      assert.match(ended.stdout, new RegExp(`^ok {4}${check} `, 'm'), check)
    }
  })

  test('1 for a secret that others can read, with the command that mends it', async () => {
    const file = join(dataDir, 'secret.key')
    chmodSync(file, 0o644)
    const ended = await doctor(here)
    chmodSync(file, 0o600)
    assert.equal(ended.code, 1)
    assert.deepEqual(
      [found(ended, 'secret key')?.status, found(ended, 'secret key')?.fix],
      ['fail', `chmod 600 ${file}`],
    )
  })

  test('78 for a configuration that cannot be used', async () => {
    const ended = await doctor(['--server-port', 'many'])
    assert.equal(ended.code, 78)
    assert.equal(found(ended, 'configuration')?.status, 'fail')
  })

  test('tells a free port from one that somebody else has', async () => {
    const stranger = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    const taken = await doctor([
      '--data-dir',
      dataDir,
      '--server-port',
      String((stranger.address() as AddressInfo).port),
    ])
    stranger.close()
    assert.deepEqual([taken.code, found(taken, 'server')?.status], [1, 'fail'])
    const free = await doctor(['--data-dir', dataDir, '--server-port', String(await freePort())])
    assert.deepEqual([free.code, found(free, 'server')?.status], [0, 'warn'])
  })

  test('finds a proxy that drops upgrades and changes the host', async () => {
    const url = await carelessProxy()
    const ended = await doctor([...here, '--public-url', url])
    assert.deepEqual([found(ended, 'public websocket')?.status, found(ended, 'origin')?.status], ['fail', 'fail'])
    assert.match(found(ended, 'public websocket')?.fix ?? '', /Upgrade/)
  })

  test('looks at a server elsewhere with --url', async () => {
    const ended = await doctor(['--url', server.url])
    assert.deepEqual(
      [ended.code, ['public websocket', 'origin'].map((check) => found(ended, check)?.status)],
      [0, ['ok', 'ok']],
    )
  })

  test('warns of what others can reach, of open origins and of a token that is still set', async () => {
    const ended = await doctor(
      [
        ...here,
        '--server-host',
        '0.0.0.0',
        '--trusted-proxies',
        '0.0.0.0/0',
        '--public-url',
        'https://127.0.0.1:1',
        '--cors-origins',
        'http://example.org',
      ],
      {
        MIKTOS_ADMIN_TOKEN: 'q8Zr2Lw5Xn7Vb4Tk9Yc3Hd6Jf1Gs0Pm',
      },
    )
    const statuses = ['proxies', 'origins', 'admin token', 'public url'].map((check) => found(ended, check)?.status)
    assert.deepEqual(statuses, ['fail', 'warn', 'warn', 'fail'])
  })

  test('says so when database or Redis cannot be reached', async () => {
    const port = await freePort()
    const ended = await doctor([
      '--data-dir',
      temporaryFolder(),
      '--database-url',
      `postgresql://u:p@127.0.0.1:${port}/x`,
      '--redis-url',
      `redis://127.0.0.1:${port}`,
    ])
    assert.equal(ended.code, 1)
    assert.deepEqual([found(ended, 'database')?.status, found(ended, 'redis')?.status], ['fail', 'fail'])
  })

  test('makes nothing where there is nothing', async () => {
    const ended = await doctor([
      '--data-dir',
      join(temporaryFolder(), 'none'),
      '--server-port',
      String(await freePort()),
    ])
    assert.deepEqual(
      [ended.code, found(ended, 'data folder')?.status, found(ended, 'database')?.status],
      [0, 'warn', 'warn'],
    )
  })

  test('1 for a database that is damaged', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'miktos.db'), 'this was a database once')
    const ended = await doctor(['--data-dir', folder])
    assert.deepEqual([ended.code, found(ended, 'database')?.status], [1, 'fail'])
  })
})
