import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { iso, minuteMs } from '#kernel/time.ts'
import { startApp } from '../../../test/support/app.ts'
import { until } from '../../../test/support/until.ts'

const app = await startApp({ sockets_per_user_max: 50 })
await app.app.http.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.app.http.server.address() as AddressInfo

type Frame = Record<string, unknown>

function open(path: string, token?: string) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
  after(() => socket.terminate())
  const frames: Frame[] = []
  let status: number | undefined
  let closed: number | undefined
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as Frame))
  socket.on('unexpected-response', (_request, response) => (status = response.statusCode))
  socket.on('close', (code) => (closed = code))
  socket.on('error', () => undefined)
  return { socket, frames, status: () => status, closed: () => closed }
}

let pushes = 0
async function push(service: string, line: string): Promise<void> {
  // Each push is another: what has the same bytes is stored once.
  const timestamp = `${app.clock.now()}${String(pushes++).padStart(6, '0')}`
  const streams = [{ stream: { service }, values: [[timestamp, line]] }]
  assert.equal((await app.admin('POST', '/loki/api/v1/push', { streams })).statusCode, 204)
}

/** Pushes until the socket hears of it: only what comes after a tail has begun is told. */
async function heard(
  frames: Frame[],
  service: string,
  line: string,
  matches: (frame: Frame) => boolean,
): Promise<void> {
  await until(`${line} is heard`, async () => {
    await push(service, line)
    return frames.some(matches)
  })
}

const messageIn = ({ data }: Frame): unknown => (data as { message?: string } | undefined)?.message

describe('/ws/logs/{service_id}', () => {
  test('sends each line of the service as it comes, and no other', async () => {
    const { frames } = open('/ws/logs/api', app.adminToken)
    await heard(frames, 'api', 'level=error msg="gone" request_id=r1', (frame) => messageIn(frame) === 'gone')
    await push('worker', 'not for this socket')
    await push('api', 'the last one')
    await until('the last one', () => frames.some((frame) => messageIn(frame) === 'the last one'))
    assert.ok(frames.every(({ type }) => type === 'log'))
    const { timestamp, level, service, metadata } = frames[0]!['data'] as Record<string, unknown>
    assert.equal(Date.parse(String(timestamp)), app.clock.now())
    assert.deepEqual({ level, service, metadata }, { level: 'ERROR', service: 'api', metadata: { request_id: 'r1' } })
    assert.ok(!frames.some((frame) => messageIn(frame) === 'not for this socket'))
  })

  test('takes names of any kind, a level and a search, and `all`', async () => {
    const hostile = 'a "b" OR c/%\\\u001b\n'
    const one = open(`/ws/logs/${encodeURIComponent(hostile)}?level=error&search=disk`, app.adminToken)
    await heard(one.frames, hostile, 'ERROR disk full', (frame) => messageIn(frame) === 'ERROR disk full')
    await push(hostile, 'ERROR network down')
    await push(hostile, 'INFO disk fine')
    const all = open('/ws/logs/all', app.adminToken)
    await heard(all.frames, 'anybody', 'hello', (frame) => messageIn(frame) === 'hello')
    assert.ok(one.frames.every((frame) => messageIn(frame) === 'ERROR disk full'))
  })

  test('says from when on lines come, and sends them with their ids, to who wants rows', async () => {
    const { frames } = open('/ws/logs/rows?form=rows', app.adminToken)
    await until('it is ready', () => frames.some(({ type }) => type === 'ready'))
    await push('rows', 'the only one')
    await until('the line', () => frames.length > 1)
    const { rows } = (
      await app.admin('POST', '/api/v1/logs/search', { query: 'service:rows', from: iso(app.clock.now() - minuteMs) })
    ).json() as { rows: unknown[] }
    assert.deepEqual(frames.slice(1), [{ type: 'log', data: rows[0] }])
  })

  test('takes LogQL alone, and refuses it beside a service', async () => {
    const alone = open(`/ws/logs/all?search=${encodeURIComponent('{service="logql"}')}`, app.adminToken)
    await heard(alone.frames, 'logql', 'found', (frame) => messageIn(frame) === 'found')
    const beside = open(`/ws/logs/logql?search=${encodeURIComponent('{service="logql"}')}`, app.adminToken)
    await until('it is closed', () => beside.closed() === 4400)
  })

  test('says what is not understood, and closes', async () => {
    const { frames, closed } = open(`/ws/logs/api?search=${encodeURIComponent('"open')}`, app.adminToken)
    await until('it is closed', () => closed() !== undefined)
    assert.equal(frames[0]!['type'], 'error')
    assert.equal(closed(), 4400)
  })

  test('closes with a reason of as many characters as there is room for', async () => {
    const { closed } = open(`/ws/logs/api?level=${encodeURIComponent('€'.repeat(300))}`, app.adminToken)
    await until('it is closed', () => closed() === 4400)
  })

  test('lets in who may read logs, and nobody longer than they may', async () => {
    const stranger = open('/ws/logs/api')
    const viewer = open('/ws/logs/api', (await app.user('viewer')).token)
    await until('both are refused', () => stranger.status() === 401 && viewer.status() === 403)
    const developer = await app.user('developer')
    const { frames, closed } = open('/ws/logs/api', developer.token)
    await heard(frames, 'api', 'for the developer', (frame) => messageIn(frame) === 'for the developer')
    assert.equal((await app.admin('PUT', `/api/v1/admin/users/${developer.id}`, { role: 'viewer' })).statusCode, 200)
    await until('the socket ends with the right to it', () => closed() === 4401, 2_000)
  })
})

describe('/loki/api/v1/tail', () => {
  const lines = ({ streams }: Frame): string[] =>
    (streams as { values: [string, string][] }[]).flatMap(({ values }) => values.map(([, line]) => line))

  test('sends what is there, then what comes, as Loki does', async () => {
    await push('tailed', 'before')
    const query = encodeURIComponent('{service="tailed"}')
    const { frames } = open(`/loki/api/v1/tail?query=${query}&limit=5`, app.adminToken)
    await until('the past', () => frames.length > 0)
    assert.deepEqual(lines(frames[0]!), ['before'])
    await heard(frames, 'tailed', 'after', (frame) => lines(frame).includes('after'))
    const { streams, dropped_entries } = frames.at(-1)! as { streams: { stream: Record<string, string> }[] } & Frame
    assert.equal(streams[0]!.stream['service'], 'tailed')
    assert.equal(dropped_entries, null)
  })

  test('closes on what is no query', async () => {
    const { closed } = open('/loki/api/v1/tail?query=%7B', app.adminToken)
    await until('it is closed', () => closed() === 4400)
  })
})

describe('the live topic logs.tail', () => {
  test('publishes rows to who watches, and refuses others', async () => {
    const { socket, frames } = open('/api/v1/stream', app.adminToken)
    await until('hello', () => frames.length > 0)
    const topic = `logs.tail:${JSON.stringify({ query: 'service:live level:warn' })}`
    socket.send(JSON.stringify({ type: 'subscribe', topics: [topic, 'logs.tail:nonsense'] }))
    await until('the second is refused', () => frames.some(({ type }) => type === 'error'))
    await heard(frames, 'live', 'WARN slowly', ({ type }) => type === 'event')
    const { data } = frames.find(({ type }) => type === 'event')!
    assert.equal((data as { rows: { line: string }[] }).rows[0]!.line, 'WARN slowly')
    const viewer = open('/api/v1/stream', (await app.user('viewer', 'looks-on')).token)
    await until('hello', () => viewer.frames.length > 0)
    viewer.socket.send(JSON.stringify({ type: 'subscribe', topics: [topic] }))
    await until('refused', () => viewer.frames.some(({ code }) => code === 'PERMISSION_DENIED'))
  })
})
