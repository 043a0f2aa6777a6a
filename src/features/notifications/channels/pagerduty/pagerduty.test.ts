import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hook } from '../../../../../test/support/hook.ts'
import {
  alertOf,
  channelIo as io,
  hostileNotification,
  hostileTexts,
  notificationOf,
} from '../../../../../test/support/notification.ts'
import type { Notification } from '../../notification.ts'
import { PagerdutyConfig } from './config.ts'
import { pagerduty } from './pagerduty.ts'

const routing_key = 'R0123456789abcdef0123456789abcde'

async function sent(...notifications: Notification[]) {
  const receiver = await hook()
  receiver.answer({ status: 202, body: '{"status":"success","message":"Event processed"}' })
  const config = PagerdutyConfig.parse({ routing_key, base_url: receiver.url })
  const answers = []
  for (const notification of notifications) answers.push(await pagerduty.send(config, notification, io))
  assert.ok(receiver.received.every(({ method, path }) => method === 'POST' && path === '/v2/enqueue'))
  assert.ok(answers.every(({ outcome }) => outcome === 'sent'))
  return receiver.received.map(({ body }) => JSON.parse(body))
}

const resolved = notificationOf({ status: 'resolved', alerts: [alertOf({ status: 'resolved' })] })
const takenUp = notificationOf({ alerts: [alertOf({ acknowledgedBy: 'mara' })] })

test('an incident of the group opens, is taken up and ends under one key', async () => {
  const events = await sent(notificationOf(), takenUp, resolved)
  assert.deepEqual(
    events.map(({ event_action }) => event_action),
    ['trigger', 'acknowledge', 'resolve'],
  )
  assert.equal(new Set(events.map(({ dedup_key }) => dedup_key)).size, 1)
  assert.ok(events.every((event) => event.routing_key === routing_key))
  assert.deepEqual(Object.keys(events[2]).toSorted(), ['dedup_key', 'event_action', 'routing_key'])
})

test('what opens says what is wrong, how bad it is and where', async () => {
  const alerts = [alertOf({ severity: 'warning' }), alertOf({ severity: 'error' }), alertOf({ status: 'resolved' })]
  const [event] = await sent(notificationOf({ alerts }))
  const { custom_details, ...payload } = event.payload
  assert.deepEqual(payload, {
    summary: '[FIRING:2] DiskFull',
    source: 'gpu-1',
    severity: 'error',
    timestamp: '2026-01-31T08:00:00.000Z',
    group: 'alertname=DiskFull',
    class: 'DiskFull',
  })
  assert.equal(custom_details.alerts.length, 3)
  assert.deepEqual(event.links[0], { href: 'https://miktos.example.org/alerts/a1', text: 'DiskFull' })
  assert.deepEqual([event.client, event.client_url], ['Miktos', 'https://miktos.example.org'])
})

test('an incident that only some have taken up stays open', async () => {
  const [event] = await sent(notificationOf({ alerts: [alertOf({ acknowledgedBy: 'mara' }), alertOf()] }))
  assert.equal(event.event_action, 'trigger')
})

test('a test leaves no incident open', async () => {
  const events = await sent(notificationOf({ test: true }))
  assert.deepEqual(
    events.map(({ event_action, dedup_key }) => [event_action, dedup_key === events[0].dedup_key]),
    [
      ['trigger', true],
      ['resolve', true],
    ],
  )
})

describe('Limits', () => {
  test('hold whatever the text', async () => {
    for (const text of hostileTexts) {
      const hostile = hostileNotification(text)
      const alerts = hostile.alerts.map((alert) => ({ ...alert, acknowledgedBy: null }))
      const [event] = await sent({ ...hostile, alerts })
      assert.ok(event.dedup_key.length <= 255)
      assert.ok(event.payload.summary.length <= 1_024)
      assert.doesNotMatch(event.payload.summary, /[\r\n]/)
      assert.ok(event.payload.source.length > 0)
    }
  })

  test('leave the details out rather than the alert', async () => {
    const alerts = Array.from({ length: 200 }, () => alertOf({ annotations: { summary: 'é'.repeat(2_000) } }))
    const [event] = await sent(notificationOf({ alerts }))
    assert.deepEqual(event.payload.custom_details, { left_out: 'too large' })
    assert.equal(event.links.length, 10)
    assert.ok(JSON.stringify(event).length < 512_000)
  })
})

test('a key that PagerDuty does not know is refused for good, and not repeated', async () => {
  const receiver = await hook()
  receiver.answer({ status: 400, body: `{"status":"invalid event","errors":["bad key ${routing_key}"]}` })
  const config = PagerdutyConfig.parse({ routing_key, base_url: receiver.url })
  const answer = await pagerduty.send(config, notificationOf(), io)
  assert.equal(answer.outcome, 'refused')
  assert.match(answer.detail, /invalid event/)
  assert.doesNotMatch(answer.detail, new RegExp(routing_key))
})
