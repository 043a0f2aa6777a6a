import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hourMs, minuteMs, secondMs } from '#kernel/time.ts'
import { startApp } from '../../../../test/support/app.ts'
import { hook } from '../../../../test/support/hook.ts'
import { mailServer } from '../../../../test/support/mailServer.ts'
import { heard, tellingApp, told } from '../../../../test/support/told.ts'
import { until } from '../../../../test/support/until.ts'

const start = async () => {
  const started = await startApp({ outbound_allow: ['127.0.0.0/8'] })
  const telling = tellingApp(started)
  await telling.routeAtOnce()
  return { ...started, ...telling }
}
const soon = 20_000

test('what fires and resolves is told once each, with its history, attempts and figures', async () => {
  const { fires, resolves, webhook, delivery, call, admin, app } = await start()
  const receiver = await hook()
  const channel = await webhook('Receiver', receiver)
  const alert = await fires('disk')
  await until('it was told', () => told(receiver).length === 1, soon)
  await resolves('disk')
  await until('its end was told', () => told(receiver).length === 2, soon)
  assert.deepEqual(told(receiver), ['+disk', '-disk'])
  await until('both are written down', async () => (await call('GET', '/deliveries?state=sent')).total === 2, soon)
  const { deliveries } = await call('GET', `/deliveries?alert_id=${alert}&channel_id=${channel}`)
  assert.deepEqual(
    deliveries.map(({ status, reason, title, last_status }: Record<string, unknown>) => [
      status,
      reason,
      title,
      last_status,
    ]),
    [
      ['resolved', 'resolved', 'disk', 200],
      ['firing', 'new alerts', 'disk', 200],
    ],
  )
  const { id } = await delivery('sent', channel)
  const detail = await call('GET', `/deliveries/${id}`)
  assert.deepEqual(
    detail.attempts.map(({ number, outcome, detail }: Record<string, unknown>) => [number, outcome, detail]),
    [[1, 'sent', 'ok']],
  )
  assert.equal(detail.notification.id, id)
  assert.equal(heard(receiver)[1]!.id, id)
  const history = await app.platform.database.read
    .selectFrom('alert_history')
    .selectAll()
    .where('alert_id', '=', alert)
    .execute()
  assert.deepEqual(
    history.map(({ what }) => what),
    ['notified', 'notified'],
  )
  // An attempt is counted when the disk has it, which is later than others can read it.
  const counted = /miktos_alert_notifications_total\{channel="Receiver",outcome="sent"\} 2/
  await until('both are counted', async () => counted.test((await admin('GET', '/metrics')).body), soon)
})

test('a receiver that fails is tried again with the same id, and the end does not overtake the beginning', async () => {
  const { fires, resolves, webhook, delivery, clock, wake } = await start()
  const receiver = await hook()
  receiver.answer({ status: 500, body: 'broken' })
  const channel = await webhook('Receiver', receiver)
  await fires('disk')
  await until('it was tried', () => told(receiver).length === 1, soon)
  await resolves('disk')
  const { last_detail } = await delivery('waiting', channel)
  assert.ok(['broken', ''].includes(last_detail))
  await wake()
  assert.deepEqual(told(receiver), ['+disk'])
  receiver.answer({ status: 200, body: 'ok' })
  clock.advance(10 * secondMs)
  await wake()
  await until('both were told', () => told(receiver).length === 3, soon)
  assert.deepEqual(told(receiver), ['+disk', '+disk', '-disk'])
  const ids = heard(receiver).map(({ id }) => id)
  assert.equal(ids[0], ids[1])
  assert.notEqual(ids[1], ids[2])
})

test('a receiver that asks to wait is given the time it asks for', async () => {
  const { fires, webhook, clock, wake, call } = await start()
  const receiver = await hook()
  receiver.answer({ status: 429, body: 'slow down', headers: { 'retry-after': '120' } })
  await webhook('Receiver', receiver)
  await fires('disk')
  await until('it is to wait', async () => (await call('GET', '/deliveries')).deliveries[0]?.last_status === 429, soon)
  receiver.answer({ status: 200, body: 'ok' })
  clock.advance(110 * secondMs)
  await wake()
  await until('it was looked at', async () => true)
  assert.equal(told(receiver).length, 1)
  clock.advance(15 * secondMs)
  await wake()
  await until('it was told', () => told(receiver).length === 2, soon)
})

test('a receiver that is gone is not called again, and the channel says why', async () => {
  const { fires, webhook, delivery, admin } = await start()
  const receiver = await hook()
  receiver.answer({ status: 410, body: 'moved to the sea' })
  const channel = await webhook('Receiver', receiver)
  await fires('disk')
  assert.match((await delivery('dead', channel)).last_detail, /moved to the sea/)
  const channelNow = async () => (await admin('GET', `/api/v1/notifications/channels/${channel}`)).json()
  await until('it is switched off', async () => (await channelNow()).enabled === false, soon)
  assert.deepEqual((await channelNow()).last_delivery.outcome, 'gone')
  await fires('memory')
  assert.equal(told(receiver).length, 1)
})

test('what was refused is given up with the reason, and may be sent again under its id', async () => {
  const { fires, webhook, delivery, call, admin } = await start()
  const receiver = await hook()
  receiver.answer({ status: 400, body: 'no such room' })
  const channel = await webhook('Receiver', receiver)
  await fires('disk')
  const { id, last_detail } = await delivery('dead', channel)
  assert.equal(last_detail, 'Refused: no such room')
  receiver.answer({ status: 200, body: 'ok' })
  assert.equal((await call('POST', `/deliveries/${id}/replay`)).state, 'waiting')
  await delivery('sent', channel)
  assert.deepEqual(
    heard(receiver).map((message) => message.id),
    [id, id],
  )
  const unknown = await admin('POST', '/api/v1/notifications/deliveries/nothing/replay')
  assert.equal(unknown.statusCode, 404)
})

test('a receiver that hangs, resets or half-closes delays no other, and is told in the end', async () => {
  const { fires, webhook, clock, wake } = await start()
  const [slow, resets, halfCloses, good] = [await hook(), await hook(), await hook(), await hook()]
  slow.answer(() => undefined)
  resets.answer((_response, { socket }) => socket.resetAndDestroy())
  halfCloses.answer((response, { socket }) => {
    response.writeHead(200, { 'content-length': '100' }).write('half')
    socket.end()
  })
  for (const [name, receiver] of Object.entries({ slow, resets, halfCloses, good })) await webhook(name, receiver)
  const startedAt = performance.now()
  await fires('disk')
  await until('the good one was told', () => told(good).length === 1, 8_000)
  assert.ok(performance.now() - startedAt < 8_000)
  await until(
    'the others were called',
    () => [slow, resets, halfCloses].every(({ received }) => received.length === 1),
    soon,
  )
  for (const receiver of [slow, resets, halfCloses]) receiver.answer({ status: 200, body: 'ok' })
  await until(
    'the others were told',
    async () => {
      clock.advance(10 * secondMs)
      await wake()
      return [resets, halfCloses, slow].every((receiver) => told(receiver).length >= 2)
    },
    40_000,
  )
  for (const receiver of [slow, resets, halfCloses]) assert.equal(new Set(heard(receiver).map(({ id }) => id)).size, 1)
  assert.equal(told(good).length, 1)
})

test('what cannot be told for more than a day is given up', async () => {
  const { app, fires, webhook, clock, wake, delivery } = await start()
  const receiver = await hook()
  receiver.answer({ status: 503, body: 'closed' })
  const channel = await webhook('Receiver', receiver)
  await fires('disk')
  const attempts = async (): Promise<number> => {
    const rows = await app.platform.database.read.selectFrom('notification_attempts').select('number').execute()
    return rows.length
  }
  for (let attempt = 1; attempt <= 11; attempt++) {
    await wake()
    await until(`attempt ${attempt} is written down`, async () => (await attempts()) === attempt, soon)
    clock.advance(14 * hourMs)
  }
  assert.match((await delivery('dead', channel)).last_detail, /^Tried for more than a day: closed$/)
  assert.equal(new Set(heard(receiver).map(({ id }) => id)).size, 1)
  assert.equal(told(receiver).length, 11)
})

test('a mail reaches a mail server', async () => {
  const { fires, call, delivery } = await start()
  const mail = await mailServer()
  const { id } = await call('POST', '/channels', {
    name: 'Mail',
    kind: 'email',
    config: {
      host: '127.0.0.1',
      port: mail.port,
      security: 'none',
      from: 'miktos@example.com',
      to: ['ops@example.com'],
    },
  })
  await fires('disk', 'critical')
  await delivery('sent', id)
  assert.match(mail.mails[0]!.raw, /disk/)
})

test('a channel that was called as often as it bears in a minute waits, and others do not', async () => {
  const { fires, webhook, app, call } = await start()
  const [full, free] = [await hook(), await hook()]
  const channel = await webhook('full', full)
  await webhook('free', free)
  await app.platform.limits.consume('notifications', channel, 600, minuteMs, 600)
  for (let index = 0; index < 20; index++) await fires(`alert ${index}`)
  await until('the other was told', () => told(free).length === 20, 40_000)
  assert.equal(new Set(heard(free).map(({ id }) => id)).size, 20)
  assert.equal(told(full).length, 0)
  assert.equal((await call('GET', `/deliveries?state=waiting&channel_id=${channel}`)).total, 20)
})
