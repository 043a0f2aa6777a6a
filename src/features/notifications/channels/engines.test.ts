import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../../../test/support/app.ts'
import { eachEngine } from '../../../../test/support/engines.ts'
import { hook } from '../../../../test/support/hook.ts'
import { notificationOf } from '../../../../test/support/notification.ts'
import { openChannel } from './send.ts'

const path = '/api/v1/notifications/channels'
const slack = (name: string) => ({ name, kind: 'slack', config: { url: 'https://hooks.slack.example/x' } })

eachEngine('channels', (engine) => {
  const start = async () => startApp({ database_url: await engine.freshUrl(), outbound_allow: ['127.0.0.0/8'] })

  test('eight saves at once of the same version leave one winner and seven conflicts', async () => {
    const { admin } = await start()
    const { id } = (await admin('POST', path, slack('contended'))).json()
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        admin('PUT', `${path}/${id}`, { name: `name ${index}`, config: {}, version: 1 }),
      ),
    )
    const codes = replies.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)
    assert.deepEqual(codes, [200, ...Array.from({ length: 7 }, () => 409)])
    assert.equal((await admin('GET', `${path}/${id}`)).json().version, 2)
  })

  test('four of the same name at once are one and three conflicts', async () => {
    const { admin } = await start()
    const replies = await Promise.all(Array.from({ length: 4 }, () => admin('POST', path, slack('same'))))
    assert.deepEqual(
      replies.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b),
      [201, 409, 409, 409],
    )
  })

  test('hostile names come back as they were written, and are told apart', async () => {
    const { admin } = await start()
    const names = [`'"\\;-- %_! <b>`, 'مشروع 👩🏽‍🚀', 'name', 'NAME', 'näme', '<script>alert(1)</script>', '../../x']
    for (const name of names) assert.equal((await admin('POST', path, slack(name))).json().name, name)
    const { channels } = (await admin('GET', path)).json()
    assert.deepEqual(channels.map(({ name }: { name: string }) => name).toSorted(), names.toSorted())
  })

  test('an open channel tells, and what was answered is kept with it', async () => {
    const { admin, app } = await start()
    const receiver = await hook()
    receiver.answer({ status: 429, body: 'slow down', headers: { 'retry-after': '5' } })
    const config = { url: receiver.url }
    const { id } = (await admin('POST', path, { ...slack('open'), config })).json()
    const channel = await openChannel(app.platform, id)
    assert.deepEqual([channel?.name, channel?.perMinuteMax], ['open', 60])
    const answer = await channel!.send(notificationOf())
    assert.deepEqual([answer.outcome, answer.retryAfterMs], ['retry', 5_000])
    const { last_delivery, version } = (await admin('GET', `${path}/${id}`)).json()
    assert.deepEqual([last_delivery.outcome, last_delivery.status, last_delivery.detail], ['retry', 429, 'slow down'])
    await admin('PUT', `${path}/${id}`, { name: 'open', enabled: false, config: {}, version })
    assert.equal(await openChannel(app.platform, id), undefined)
    assert.equal(await openChannel(app.platform, 'nobody'), undefined)
  })
})
