import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { until } from '../../../test/support/until.ts'

interface Frame {
  type: string
  topic?: string
  code?: string
  data?: Record<string, unknown>
}

/** A real socket that is about to open, ended with the test at the latest. */
async function connect({ app }: TestApp, token: string): Promise<WebSocket> {
  if (!app.http.server.listening) await app.http.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.http.server.address() as AddressInfo
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/stream`, {
    headers: { authorization: `Bearer ${token}` },
  })
  after(() => socket.terminate())
  return socket
}

/** Follows the topics on a real socket; what arrives is collected. */
async function follow(started: TestApp, token: string, topics: string[]): Promise<Frame[]> {
  const socket = await connect(started, token)
  const frames: Frame[] = []
  socket.on('message', (bytes: Buffer) => frames.push(JSON.parse(bytes.toString()) as Frame))
  socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', topics })))
  await until(
    'every topic is answered',
    () => frames.filter(({ type }) => type === 'subscribed' || type === 'error').length === topics.length,
  )
  return frames
}

const of = (frames: Frame[], topic: string): Record<string, unknown>[] =>
  frames.filter((frame) => frame.type === 'event' && frame.topic === topic).map(({ data }) => data!)

describe('live topics of the system', () => {
  test('metrics bring samples and the figures of the last minutes, health its components', async () => {
    const started = await startApp()
    const { token } = await started.user('viewer')
    const frames = await follow(started, token, ['metrics', 'health'])
    await until('both have come', () => of(frames, 'metrics').length > 0 && of(frames, 'health').length > 0)
    const [sample] = of(frames, 'metrics')
    assert.equal(typeof sample?.['at'], 'string')
    const { values, last_minute, last_5_minutes } = sample as Record<string, Record<string, number>>
    assert.equal(typeof values!['cpu_usage'], 'number')
    assert.equal(values!['ws_clients'], 1)
    assert.deepEqual(Object.keys(last_minute!), ['count', 'per_second', 'failed_ratio', 'p50_ms', 'p95_ms'])
    assert.ok(last_5_minutes!['count']! > 0)
    const [{ components }] = of(frames, 'health') as [{ components: Record<string, Record<string, unknown>> }]
    assert.equal(components['websocket']?.['connected_clients'], 1)
    assert.doesNotMatch(JSON.stringify(components), /SQLite|\/tmp/)
  })

  test('health counts a socket as soon as it is there, and no more when it is gone', async () => {
    const started = await startApp()
    const { token } = await started.user('viewer')
    const frames = await follow(started, token, ['health'])
    const counted = (): unknown =>
      (of(frames, 'health').at(-1)?.['components'] as Record<string, Record<string, unknown>> | undefined)?.[
        'websocket'
      ]?.['connected_clients']
    const aMomentMs = 2_500
    await until('the first is counted', () => counted() === 1, aMomentMs)
    const second = await connect(started, token)
    await until('the second is counted', () => counted() === 2, aMomentMs)
    second.terminate()
    await until('the second is gone', () => counted() === 1, aMomentMs)
  })

  test('events say who did what to whom, and nothing of what it was', async () => {
    const started = await startApp()
    const frames = await follow(started, started.adminToken, ['events'])
    await started.admin('POST', '/api/v1/admin/users', { email: 'mara@example.com', password: 'a very secret phrase' })
    await until('the event has come', () => of(frames, 'events').length > 0)
    const [{ topic, actor, target }] = of(frames, 'events') as [Record<string, Record<string, unknown>>]
    assert.equal(topic, 'user.create')
    assert.deepEqual([actor!['label'], target!['kind']], ['admin', 'user'])
    assert.doesNotMatch(JSON.stringify(frames), /secret/)
  })

  test('a viewer may not follow events or processes, and one without rights nothing', async () => {
    const started = await startApp()
    const viewer = await started.user('viewer')
    const nobody = await started.user('user')
    const refused = (frames: Frame[]) =>
      frames.filter(({ code }) => code === 'PERMISSION_DENIED').map(({ topic }) => topic)
    const topics = ['metrics', 'health', 'events', 'processes']
    assert.deepEqual(refused(await follow(started, viewer.token, topics)), ['events', 'processes'])
    assert.deepEqual(refused(await follow(started, nobody.token, topics)), topics)
  })
})
