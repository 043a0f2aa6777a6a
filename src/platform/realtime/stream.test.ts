import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { until } from '../../../test/support/until.ts'

async function listening(settings: Parameters<typeof startApp>[0] = {}) {
  const app = await startApp(settings)
  await app.app.http.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.app.http.server.address() as AddressInfo
  app.app.platform.live.declare('weather', { access: 'dashboard:read' })
  const open = (token?: string, headers: Record<string, string> = {}) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/stream`, {
      headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
    })
    after(() => socket.terminate())
    const frames: Record<string, unknown>[] = []
    socket.on('message', (data) => frames.push(JSON.parse(String(data))))
    socket.on('error', () => undefined)
    const closed = new Promise<number>((resolve) => socket.once('close', resolve))
    const ready = new Promise<boolean>((resolve) => {
      socket.once('message', () => resolve(true))
      socket.once('close', () => resolve(false))
    })
    const send = (frame: object | string) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
    const received = (what: string, matches: (frame: Record<string, unknown>) => boolean) =>
      until(what, () => frames.some(matches))
    return { socket, frames, closed, ready, send, received }
  }
  return { ...app, open, port }
}

const publish = ({ app }: TestApp, data: unknown) => app.platform.live.publish('weather', data)

describe('GET /stream', () => {
  test('greets, follows topics in sequence, and stops when told', async () => {
    const app = await listening()
    const { ready, send, received, frames } = app.open(app.adminToken)
    assert.equal(await ready, true)
    assert.equal(frames[0]!['type'], 'hello')
    send({ type: 'subscribe', topics: ['weather'] })
    await received('subscribed', ({ type }) => type === 'subscribed')
    publish(app, { sky: 'clear' })
    publish(app, { sky: 'grey' })
    await received('the second', ({ seq }) => seq === 2)
    send({ type: 'unsubscribe', topics: ['weather'] })
    send({ type: 'ping' })
    await received('pong', ({ type }) => type === 'pong')
    publish(app, { sky: 'dark' })
    const events = frames.filter(({ type }) => type === 'event')
    assert.deepEqual(
      events.map(({ seq, data }) => [seq, data]),
      [
        [1, { sky: 'clear' }],
        [2, { sky: 'grey' }],
      ],
    )
  })

  test('sends again what was missed since a sequence number of the same server', async () => {
    const app = await listening()
    for (const sky of ['a', 'b', 'c']) publish(app, { sky })
    const { ready, send, received, frames } = app.open(app.adminToken)
    await ready
    send({ type: 'subscribe', topics: ['weather'], resume: { epoch: frames[0]!['epoch'], seq: { weather: 1 } } })
    await received('the third', ({ seq }) => seq === 3)
    assert.deepEqual(
      frames.filter(({ type }) => type === 'event').map(({ seq }) => seq),
      [2, 3],
    )
  })

  test('refuses strangers, wrong tokens, foreign origins and unknown paths before the upgrade', async () => {
    const app = await listening()
    const cookies = (await app.login('admin', 'a long enough phrase', { cookie: true })).cookies
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    assert.equal(await app.open().ready, false)
    assert.equal(await app.open('nonsense').ready, false)
    assert.equal(await app.open(undefined, { cookie: cookies, origin: 'http://evil.example' }).ready, false)
    assert.equal(await app.open(undefined, { cookie: cookies, origin: `http://127.0.0.1:${app.port}` }).ready, true)
    const elsewhere = new WebSocket(`ws://127.0.0.1:${app.port}/api/v1/nothing`, {
      headers: { authorization: `Bearer ${app.adminToken}` },
    })
    const [error] = (await once(elsewhere, 'error')) as [Error]
    assert.match(error.message, /404/)
  })

  test('refuses a topic that the role may not read, and an unknown one, and goes on', async () => {
    const app = await listening()
    const { token } = await app.user('user')
    const { ready, send, received } = app.open(token)
    await ready
    send({ type: 'subscribe', topics: ['weather', 'nothing'] })
    await received('refusal', ({ topic, code }) => topic === 'weather' && code === 'PERMISSION_DENIED')
    await received('refusal', ({ topic, code }) => topic === 'nothing' && code === 'RESOURCE_NOT_FOUND')
  })

  test('lives through malformed frames', async () => {
    const app = await listening()
    const { ready, send, received, socket } = app.open(app.adminToken)
    await ready
    for (const frame of [
      '',
      'x',
      '{',
      'null',
      '[]',
      '{"type":1}',
      '{"type":"subscribe"}',
      '{"type":"subscribe","topics":[1]}',
      '{"__proto__":{}}',
    ])
      send(frame)
    socket.send(Buffer.from([0, 255, 1]))
    send({ type: 'ping' })
    await received('pong', ({ type }) => type === 'pong')
    const tooLarge = app.open(app.adminToken)
    await tooLarge.ready
    tooLarge.send('x'.repeat(100_000))
    assert.equal(await tooLarge.closed, 1009)
  })

  test('the 11th socket of one user is refused', async () => {
    const app = await listening()
    const sockets = Array.from({ length: 10 }, () => app.open(app.adminToken))
    assert.deepEqual([...new Set(await Promise.all(sockets.map(({ ready }) => ready)))], [true])
    assert.equal(await app.open(app.adminToken).closed, 4429)
  })

  test('ends within two seconds of disabling the user, ending the session, a password reset or reuse of a token', async () => {
    const app = await listening()
    const ways: ((user: Awaited<ReturnType<TestApp['user']>>) => Promise<unknown>)[] = [
      ({ id }) => app.admin('PUT', `/api/v1/admin/users/${id}`, { state: 'disabled' }),
      ({ id }) => app.admin('DELETE', `/api/v1/admin/users/${id}/sessions`),
      ({ id }) => app.admin('POST', `/api/v1/admin/users/${id}/reset-password`, {}),
      ({ id }) => app.admin('DELETE', `/api/v1/admin/users/${id}`),
      ({ call }) => call('POST', '/api/v1/auth/logout'),
      async ({ refreshToken }) => {
        const refresh = (token: string) => app.anonymous('POST', '/api/v1/auth/refresh', { refresh_token: token })
        await refresh((await refresh(refreshToken)).json().refresh_token)
        await refresh(refreshToken)
      },
      // Another process, without a shared bus: only the database tells.
      ({ id }) =>
        app.app.platform.database.write.updateTable('users').set({ state: 'disabled' }).where('id', '=', id).execute(),
    ]
    for (const [index, end] of ways.entries()) {
      const user = await app.user('viewer')
      const { ready, closed } = app.open(user.token)
      assert.equal(await ready, true)
      const startedAt = performance.now()
      await end(user)
      assert.equal(await closed, 4401)
      assert.ok(
        performance.now() - startedAt < 2_000 + 500 * Number(index === 6),
        `way ${index}: ${performance.now() - startedAt} ms`,
      )
      app.clock.advance(5_000)
    }
  })

  test('a demotion takes the topic away and leaves the socket', async () => {
    const app = await listening()
    const { id, token } = await app.user('viewer')
    const { ready, send, received, socket, frames } = app.open(token)
    await ready
    send({ type: 'subscribe', topics: ['weather'] })
    await received('subscribed', ({ type }) => type === 'subscribed')
    await app.admin('PUT', `/api/v1/admin/users/${id}`, { role: 'user' })
    await until('unsubscribed', () => app.app.platform.live.watchers('weather') === 0)
    publish(app, { sky: 'secret' })
    send({ type: 'ping' })
    await received('pong', ({ type }) => type === 'pong')
    assert.equal(
      frames.some(({ type }) => type === 'event'),
      false,
    )
    assert.equal(socket.readyState, socket.OPEN)
  })

  test('a shutdown closes with 1012', async () => {
    const app = await listening()
    const { ready, closed } = app.open(app.adminToken)
    await ready
    app.app.platform.lifecycle.requestStop('test')
    assert.equal(await closed, 1012)
  })
})
