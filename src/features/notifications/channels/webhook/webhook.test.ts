import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { hook } from '../../../../../test/support/hook.ts'
import {
  alertOf,
  channelIo as io,
  hostileNotification,
  hostileTexts,
  notificationOf,
} from '../../../../../test/support/notification.ts'
import { WebhookConfig } from './config.ts'
import { signatureHeaders } from './sign.ts'
import { webhook } from './webhook.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

test('the body is what receivers of Alertmanager know', async () => {
  const receiver = await hook()
  await webhook.send(WebhookConfig.parse({ url: receiver.url }), notificationOf({ truncatedAlerts: 2 }), io)
  const [{ method, headers, body } = assert.fail()] = receiver.received
  assert.deepEqual([method, headers['content-type']], ['POST', 'application/json'])
  assert.deepEqual(JSON.parse(body), {
    version: '4',
    groupKey: '{}:{alertname="DiskFull"}',
    truncatedAlerts: 2,
    status: 'firing',
    receiver: 'Operations',
    groupLabels: { alertname: 'DiskFull' },
    commonLabels: { alertname: 'DiskFull', host: 'gpu-1', severity: 'critical' },
    commonAnnotations: { summary: 'The disk of gpu-1 is full' },
    externalURL: 'https://miktos.example.org',
    notification_reason: 'new alerts',
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'DiskFull', host: 'gpu-1', severity: 'critical' },
        annotations: { summary: 'The disk of gpu-1 is full' },
        startsAt: '2026-01-31T08:00:00.000Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'https://miktos.example.org/metrics?q=disk',
        fingerprint: 'f1f1',
      },
    ],
  })
})

test('an event of CloudEvents holds the same', async () => {
  const receiver = await hook()
  const notification = notificationOf({
    status: 'resolved',
    alerts: [alertOf({ status: 'resolved', endsAt: Date.UTC(2026, 0, 31, 9) })],
  })
  await webhook.send(WebhookConfig.parse({ url: receiver.url, format: 'cloudevents' }), notification, io)
  const [{ headers, body } = assert.fail()] = receiver.received
  assert.equal(headers['content-type'], 'application/cloudevents+json')
  const { data, ...event } = JSON.parse(body)
  assert.deepEqual(event, {
    specversion: '1.0',
    id: notification.id,
    source: 'https://miktos.example.org',
    type: 'dev.miktos.alert.resolved.v1',
    subject: notification.groupKey,
    time: '2026-01-31T08:01:00.000Z',
    datacontenttype: 'application/json',
  })
  assert.deepEqual([data.version, data.alerts[0].endsAt], ['4', '2026-01-31T09:00:00.000Z'])
})

describe('The signature', () => {
  test('is one that the library of Standard Webhooks verifies, over the bytes that were sent', async () => {
    const receiver = await hook()
    const config = WebhookConfig.parse({ url: receiver.url, signing_secret: secret, authorization: 'Bearer abc' })
    await webhook.send(config, notificationOf({ receiver: 'Überwachung 👩🏽‍🚀' }), io)
    const [{ headers, body } = assert.fail()] = receiver.received
    const signed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
    assert.equal(headers.authorization, 'Bearer abc')
    const verified = new Webhook(secret).verify(body, signed) as { receiver: string }
    assert.equal(verified.receiver, 'Überwachung 👩🏽‍🚀')
    assert.throws(() => new Webhook(secret).verify(body.replace('firing', 'resolved'), signed))
    assert.throws(() => new Webhook(`whsec_${Buffer.alloc(32, 8).toString('base64')}`).verify(body, signed))
  })

  test('has the same id and another time for each attempt', async () => {
    const receiver = await hook()
    const config = WebhookConfig.parse({ url: receiver.url, signing_secret: secret })
    for (const at of [1_000_000, 61_000_000]) await webhook.send(config, notificationOf(), { ...io, now: () => at })
    const [first, second] = receiver.received.map(({ headers }) => headers)
    assert.deepEqual([first!['webhook-id'], second!['webhook-id']], [notificationOf().id, notificationOf().id])
    assert.deepEqual([first!['webhook-timestamp'], second!['webhook-timestamp']], ['1000', '61000'])
    assert.notEqual(first!['webhook-signature'], second!['webhook-signature'])
  })

  test('is that of the specification', () => {
    // The example of the specification and of its libraries.
    const { 'webhook-signature': signature } = signatureHeaders(
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1_614_265_330_000,
      '{"test": 2432232314}',
    )
    assert.equal(signature, 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  test('is left out where there is no secret', async () => {
    const receiver = await hook()
    await webhook.send(WebhookConfig.parse({ url: receiver.url }), notificationOf(), io)
    assert.equal(receiver.received[0]!.headers['webhook-signature'], undefined)
  })
})

test('hostile text arrives as it is, and is JSON', async () => {
  const receiver = await hook()
  for (const format of ['alertmanager', 'cloudevents'] as const) {
    for (const text of hostileTexts) {
      const config = WebhookConfig.parse({ url: receiver.url, format, signing_secret: secret })
      assert.equal((await webhook.send(config, hostileNotification(text), io)).outcome, 'sent')
      const sent = JSON.parse(receiver.received.pop()!.body)
      assert.equal((sent.data ?? sent).alerts[0].annotations.summary.toWellFormed(), text.toWellFormed())
    }
  }
})

test('so many alerts as fit in 1 MB are told, and the others counted', async () => {
  const receiver = await hook()
  const alerts = Array.from({ length: 300 }, (_, index) =>
    alertOf({ fingerprint: `f${index}`, annotations: { summary: 'ü'.repeat(5_000) } }),
  )
  const answer = await webhook.send(WebhookConfig.parse({ url: receiver.url }), notificationOf({ alerts }), io)
  assert.equal(answer.outcome, 'sent', answer.detail)
  const body = JSON.parse(receiver.received[0]!.body)
  assert.ok(body.alerts.length > 50 && body.alerts.length < 300)
  assert.equal(body.alerts.length + body.truncatedAlerts, 300)
})

describe('Its settings', () => {
  const bad: [string, object][] = [
    ['another scheme', { url: 'ftp://example.com/' }],
    ['a file', { url: 'file:///etc/passwd' }],
    ['a password in the address', { url: 'https://user:password@example.com/' }],
    ['a line break in the address', { url: 'https://example.com/\r\nx' }],
    ['a line break in a header', { url: 'https://example.com/', authorization: 'a\r\nx: y' }],
    ['a short secret', { url: 'https://example.com/', signing_secret: 'whsec_abcd' }],
    [
      'a secret without its prefix',
      { url: 'https://example.com/', signing_secret: Buffer.alloc(32).toString('base64') },
    ],
  ]
  for (const [what, config] of bad) {
    test(`do not take ${what}`, () => assert.equal(WebhookConfig.safeParse(config).success, false))
  }
})
