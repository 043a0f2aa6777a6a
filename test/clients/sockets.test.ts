import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { startApp, type TestApp } from '../support/app.ts'
import { bearer, listen, oldClient, rawClient, socketIoClient } from '../support/sockets.ts'
import { until } from '../support/until.ts'

/** Topics as features declare them: one for everybody with the right, one on request, one that looks at the reader. */
async function started(settings: Parameters<typeof startApp>[0] = {}) {
  const app = await startApp(settings)
  const { live } = app.app.platform
  live.declare('weather_update', { access: 'dashboard:read', event: 'weather_update', room: 'weather_reports' })
  live.declare('whisper', { access: 'dashboard:read', event: 'whisper', broadcast: false })
  live.declare('verdict', {
    access: 'logs:read',
    event: 'verdict',
    visible: (data: { by: string }, ctx) => data.by === ctx.actor.id,
  })
  const address = await listen(app)
  return { ...app, http: `http${address}`, ws: `ws${address}` }
}

const ticketFor = async (app: TestApp, token: string): Promise<string> =>
  (await app.as(token)('POST', '/api/v1/auth/ticket')).json().ticket

describe('Socket.IO', () => {
  for (const transport of ['websocket', 'polling']) {
    test(`version 4 over ${transport}: greets, broadcasts, rooms, acknowledgements`, async () => {
      const app = await started()
      const { socket, hears, heard } = socketIoClient(app.http, {
        transports: [transport],
        auth: { token: app.adminToken },
      })
      const hello = await hears('connection_established')
      assert.equal(hello['user']['username'], 'admin')
      assert.ok((hello['rooms'] as string[]).includes('weather_reports'))
      const { live } = app.app.platform
      live.publish('weather_update', { id: 's1', status: 'running' })
      assert.deepEqual(await hears('weather_update'), { id: 's1', status: 'running' })
      live.publish('whisper', 'too early')
      const joined = await socket.emitWithAck('subscribe_room', { room: 'whisper' })
      assert.equal(joined.ok, true)
      live.publish('whisper', 'now')
      assert.equal(await hears('whisper'), 'now')
      assert.equal((await socket.emitWithAck('unsubscribe_room', { room: 'weather_reports' })).ok, true)
      live.publish('weather_update', { id: 's2' })
      const refused = await socket.emitWithAck('subscribe_room', { room: 'nowhere' })
      assert.deepEqual([refused.ok, refused.error.code], [false, 'RESOURCE_NOT_FOUND'])
      socket.emit('no such message', {})
      assert.equal((await hears('error_message'))['code'], 'RESOURCE_NOT_FOUND')
      assert.equal(heard.filter(({ event }) => event === 'weather_update').length, 1)
    })
  }

  test('upgrades from polling to WebSocket with a ticket, which is good once', async () => {
    const app = await started()
    const ticket = await ticketFor(app, app.adminToken)
    const first = socketIoClient(app.http, { query: { ticket } })
    await first.hears('connection_established')
    await until('upgraded', () => first.socket.io.engine.transport.name === 'websocket')
    app.app.platform.live.publish('weather_update', { id: 's1' })
    await first.hears('weather_update')
    const second = socketIoClient(app.http, { query: { ticket }, transports: ['websocket'] })
    await second.refusal()
    assert.equal(second.socket.connected, false)
  })

  for (const transport of ['websocket', 'polling']) {
    test(`version 2 over ${transport}: greets, broadcasts and takes a room`, async () => {
      const app = await started()
      // It takes the WebSocket of browsers where there is one, which sends no headers.
      const credentials =
        transport === 'polling'
          ? { transportOptions: { polling: { extraHeaders: bearer(app.adminToken) } } }
          : { query: { ticket: await ticketFor(app, app.adminToken) } }
      const { socket, hears } = oldClient(app.http, { transports: [transport], ...credentials }, [
        'connection_established',
        'weather_update',
        'whisper',
      ])
      await hears('connection_established')
      socket.emit('subscribe_room', { room: 'whisper' })
      await until('the room has a watcher', () => app.app.platform.live.watchers('whisper') === 1)
      app.app.platform.live.publish('whisper', 'old friend')
      app.app.platform.live.publish('weather_update', { id: 's1' })
      assert.equal(await hears('whisper'), 'old friend')
      assert.deepEqual(await hears('weather_update'), { id: 's1' })
    })
  }

  test('version 2 comes in with a ticket, not with a token in the URL unless the setting allows it', async () => {
    const app = await started()
    const events = ['connection_established']
    const withTicket = oldClient(app.http, { query: { ticket: await ticketFor(app, app.adminToken) } }, events)
    await withTicket.hears('connection_established')
    const withToken = { transports: ['websocket'], query: { token: app.adminToken } }
    const refused = oldClient(app.http, withToken, events)
    await refused.hears('connect_error')
    const nobody = oldClient(app.http, { transports: ['websocket'] }, events)
    assert.equal((await nobody.hears('error'))['code'], 'UNAUTHENTICATED')
    await nobody.hears('disconnect')

    const open = await started({ sockets_token_in_query: true })
    await oldClient(open.http, { ...withToken, query: { token: open.adminToken } }, events).hears(
      'connection_established',
    )
  })

  test('a plain WebSocket gets handshake, connection and events', async () => {
    const app = await started()
    const socket = new WebSocket(`${app.ws}/socket.io/?transport=websocket`, { headers: bearer(app.adminToken) })
    after(() => socket.terminate())
    const frames: string[] = []
    socket.on('message', (text) => frames.push(String(text)))
    await until('connected', () => frames.length >= 3)
    assert.match(frames[0]!, /^0\{"sid"/)
    assert.equal(frames[1], '40')
    assert.match(frames[2]!, /^42\["connection_established",\{/)
    socket.send('42["subscribe_room",{"room":"weather_reports"}]')
    app.app.platform.live.publish('weather_update', { id: 's1' })
    await until('the event', () => frames.includes('42["weather_update",{"id":"s1"}]'))
  })

  test('forged, foreign and missing credentials are refused on every transport', async () => {
    const app = await started()
    const { id, token, call } = await app.user('viewer')
    await call('POST', '/api/v1/auth/logout')
    const forged = [
      'nonsense',
      `${app.adminToken.slice(0, -3)}abc`,
      'eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJhZG1pbiJ9.',
      `mk_${'a'.repeat(40)}`,
      token,
      id,
    ]
    for (const transports of [['websocket'], ['polling']]) {
      for (const bad of forged) {
        await socketIoClient(app.http, { transports, auth: { token: bad } }).refusal()
        await socketIoClient(app.http, { transports, extraHeaders: bearer(bad) }).refusal()
        await socketIoClient(app.http, { transports, query: { ticket: bad } }).refusal()
      }
      await socketIoClient(app.http, { transports }).refusal()
      await socketIoClient(app.http, { transports, auth: { token: { $gt: '' } } }).refusal()
    }
    for (const bad of forged) {
      assert.equal(await rawClient(`${app.ws}/ws`, bearer(bad)).closed, 401)
      assert.equal(await rawClient(`${app.ws}/ws?ticket=${bad}`).closed, 401)
    }
    assert.equal(await rawClient(`${app.ws}/ws`).closed, 401)
    const cookies = (await app.login('admin', 'a long enough phrase', { cookie: true })).cookies
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    const foreign = { cookie: cookies, origin: 'http://evil.example' }
    assert.equal(await rawClient(`${app.ws}/ws`, foreign).closed, 403)
    for (const transports of [['websocket'], ['polling']])
      await socketIoClient(app.http, { transports, extraHeaders: foreign }).refusal()
    const own = { cookie: cookies, origin: app.http }
    await socketIoClient(app.http, { transports: ['websocket'], extraHeaders: own }).hears('connection_established')
    assert.equal(app.app.platform.live.watchers('weather_update'), 1)
  })
})

describe('/ws', () => {
  test('sends the load regularly and events by right, and answers every frame by its id', async () => {
    const app = await started()
    const { hears, send } = rawClient(`${app.ws}/ws`, bearer(app.adminToken))
    await hears('connection_established')
    app.app.platform.load.add('queue_size', async () => 3)
    const { timestamp, ...load } = (await hears('metrics_update')) as Record<string, unknown>
    assert.deepEqual(Object.keys(load), ['type', 'active_conversations', 'queue_size', 'response_time'])
    assert.equal(new Date(String(timestamp)).toISOString(), timestamp)
    assert.deepEqual([load['active_conversations'], load['queue_size']], [0, 3])
    send({ type: 'subscribe', id: 7, rooms: ['whisper'] })
    assert.deepEqual(((await hears('ack')) as { id: number; ok: boolean }).id, 7)
    app.app.platform.live.publish('whisper', 'hello')
    assert.equal(((await hears('whisper')) as { data: string }).data, 'hello')
    send({ type: 'subscribe', id: 'x', rooms: ['metrics'] })
    const refused = (await hears('ack', 2)) as { id: string; ok: boolean; error: { code: string } }
    assert.deepEqual([refused.id, refused.ok, refused.error.code], ['x', false, 'RESOURCE_NOT_FOUND'])
    send('nonsense')
    await hears('error')
  })

  test('takes a ticket once', async () => {
    const app = await started()
    const ticket = await ticketFor(app, app.adminToken)
    const sockets = [1, 2, 3].map(() => rawClient(`${app.ws}/ws?ticket=${ticket}`))
    await until('one is in', () => sockets.some(({ heard }) => heard.length > 0))
    const refused = sockets.filter(({ heard }) => heard.length === 0)
    assert.deepEqual(await Promise.all(refused.map(({ closed }) => closed)), [401, 401])
    app.clock.advance(31_000)
    const late = await ticketFor(app, app.adminToken)
    app.clock.advance(31_000)
    assert.equal(await rawClient(`${app.ws}/ws?ticket=${late}`).closed, 401)
  })
})

describe('on every door', () => {
  /** One client each, as the user. */
  const clientsOf = (app: Awaited<ReturnType<typeof started>>, token: string) => [
    rawClient(`${app.ws}/ws`, bearer(token)),
    socketIoClient(app.http, { transports: ['websocket'], auth: { token } }),
    socketIoClient(app.http, { transports: ['polling'], auth: { token } }),
  ]

  test('everybody gets what their rights cover, also within one topic, and no more', async () => {
    const app = await started()
    const [viewer, developer, plain] = [await app.user('viewer'), await app.user('developer'), await app.user('user')]
    const theirs = [viewer, developer, plain].map(({ token }) => clientsOf(app, token))
    for (const client of theirs.flat()) await client.hears('connection_established')
    const { live } = app.app.platform
    live.publish('verdict', { by: developer.id, output: 'secret of the developer' })
    live.publish('verdict', { by: viewer.id, output: 'the viewer may not read verdicts' })
    live.publish('weather_update', { last: true })
    for (const client of [...theirs[0]!, ...theirs[1]!]) await client.hears('weather_update')
    const events = theirs.map((clients) =>
      clients.map(({ heard }) => heard.map(({ event }) => event).filter((event) => /verdict|weather/.test(event))),
    )
    assert.deepEqual(
      events.map((byDoor) => byDoor.map(String)),
      [
        ['weather_update', 'weather_update', 'weather_update'],
        ['verdict,weather_update', 'verdict,weather_update', 'verdict,weather_update'],
        ['', '', ''],
      ],
    )
  })

  test('a demotion takes events away, a promotion brings them, the end of the session closes: within two seconds', async () => {
    const app = await started()
    const { live } = app.app.platform
    const { id, token } = await app.user('viewer')
    const clients = clientsOf(app, token)
    for (const client of clients) await client.hears('connection_established')
    assert.equal(live.watchers('weather_update'), 3)
    await app.admin('PUT', `/api/v1/admin/users/${id}`, { role: 'user' })
    await until('taken away', () => live.watchers('weather_update') === 0, 2_000)
    await app.admin('PUT', `/api/v1/admin/users/${id}`, { role: 'viewer' })
    await until('given back', () => live.watchers('weather_update') === 3, 2_000)
    await app.admin('DELETE', `/api/v1/admin/users/${id}/sessions`)
    const [raw, ...others] = clients
    const ended = Promise.all([
      (raw as { closed?: Promise<number> }).closed,
      ...others.map(({ hears }) => hears('disconnect')),
    ])
    await until('nobody watches', () => live.watchers('weather_update') === 0, 2_000)
    assert.equal((await ended)[0], 4401)
  })

  test('ten sockets a user, counted over all of them', async () => {
    const app = await started()
    const clients = Array.from({ length: 3 }, () => clientsOf(app, app.adminToken)).flat()
    for (const client of clients) await client.hears('connection_established')
    const last = rawClient(`${app.ws}/api/v1/stream`, bearer(app.adminToken))
    await last.hears('hello')
    assert.equal(await rawClient(`${app.ws}/ws`, bearer(app.adminToken)).closed, 4429)
    const refused = socketIoClient(app.http, { transports: ['websocket'], auth: { token: app.adminToken } })
    assert.equal((await refused.refusal()).data?.code, 'RATE_LIMITED')
    last.socket.close()
    await last.closed
    await until('a place is free', async () => {
      const again = rawClient(`${app.ws}/ws`, bearer(app.adminToken))
      return Promise.race([again.hears('connection_established').then(() => true), again.closed.then(() => false)])
    })
  })

  test('a shutdown closes all, and Socket.IO clients come back by themselves', async () => {
    const app = await started()
    const raw = rawClient(`${app.ws}/ws`, bearer(app.adminToken))
    const kept = socketIoClient(app.http, { transports: ['polling'], auth: { token: app.adminToken } })
    await raw.hears('connection_established')
    await kept.hears('connection_established')
    app.app.platform.lifecycle.requestStop('test')
    assert.equal(await raw.closed, 1012)
    assert.notEqual(await kept.hears('disconnect'), 'io server disconnect')
  })
})
