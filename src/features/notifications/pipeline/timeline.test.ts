import { test } from 'node:test'
import { iso } from '#kernel/time.ts'
import { alertTimeline } from '../../../../test/support/alertTimeline.ts'

/** Push at a time, and want messages between two others; whatever else comes is a fault. Times are seconds. */
const hour = 3_600
const quick = { group_wait_seconds: 10, group_interval_seconds: 60, repeat_interval_seconds: hour }

test('alerts of a group that come together are told together, once, and so is their end', async () => {
  const line = await alertTimeline(['ops'])
  await line.route({ channels: 'all', group_by: ['team'], ...quick })
  line.at(0, () => line.fires('disk', { labels: { team: 'db' } }))
  line.at(4, () => line.fires('memory', { labels: { team: 'db' } }))
  line.at(4, () => line.fires('latency', { labels: { team: 'web' } }))
  line.at(100, () => line.resolves('disk'))
  line.at(105, () => line.resolves('memory'))
  line.at(200, () => line.resolves('latency'))
  await line.wants(2_000, [
    { channel: 'ops', between: [10, 10.1], alerts: '+disk +memory', reason: 'new alerts' },
    { channel: 'ops', between: [14, 14.1], alerts: '+latency' },
    { channel: 'ops', between: [110, 110.1], alerts: '-disk -memory', reason: 'resolved' },
    { channel: 'ops', between: [210, 210.1], alerts: '-latency' },
  ])
})

test('what resolves before anybody was told is told to nobody', async () => {
  const line = await alertTimeline(['ops'])
  await line.route({ channels: 'all', ...quick })
  line.at(0, () => line.fires('blip'))
  line.at(9, () => line.resolves('blip'))
  await line.wants(200, [])
})

test('further alerts of a group wait for the interval, and what fires is repeated', async () => {
  const line = await alertTimeline(['ops'])
  await line.route({ channels: 'all', group_by: [], ...quick })
  line.at(0, () => line.fires('a'))
  line.at(20, () => line.fires('b'))
  line.at(25, () => line.resolves('a'))
  await line.wants(2 * hour, [
    { channel: 'ops', between: [10, 10.1], alerts: '+a' },
    { channel: 'ops', between: [70, 70.1], alerts: '+b -a' },
    { channel: 'ops', between: [hour + 70, hour + 70.1], alerts: '+b', reason: 'repeated' },
  ])
})

test('an alert that ends and begins anew before the interval is over is told as the new one', async () => {
  const line = await alertTimeline(['ops'])
  await line.route({ channels: 'all', ...quick })
  line.at(0, () => line.fires('flaps'))
  line.at(20, () => line.resolves('flaps'))
  line.at(30, () => line.fires('flaps'))
  line.at(300, () => line.resolves('flaps'))
  await line.wants(400, [
    { channel: 'ops', between: [10, 10.1], alerts: '+flaps' },
    { channel: 'ops', between: [70, 70.1], alerts: '+flaps' },
    { channel: 'ops', between: [310, 310.1], alerts: '-flaps' },
  ])
})

test('routes lead to their channels, and one that goes on to several', async () => {
  const line = await alertTimeline(['ops', 'db', 'audit'])
  const { ops, db, audit } = line.channels
  await line.route({
    ...quick,
    channels: [ops],
    routes: [
      { matchers: [{ name: 'severity', op: '=~', value: 'error|critical' }], channels: [audit], continue: true },
      { matchers: [{ name: 'team', op: '=', value: 'db' }], channels: [db], group_wait_seconds: 0 },
    ],
  })
  line.at(0, () => line.fires('disk', { severity: 'critical', labels: { team: 'db' } }))
  line.at(0, () => line.fires('other'))
  await line.wants(100, [
    { channel: 'db', between: [0, 0.1], alerts: '+disk' },
    { channel: 'audit', between: [10, 10.1], alerts: '+disk' },
    { channel: 'ops', between: [10, 10.1], alerts: '+other' },
  ])
})

test('a silence keeps quiet until it ends; what was told before is told to have resolved all the same', async () => {
  const line = await alertTimeline(['ops'])
  await line.route({ channels: 'all', group_by: ['...'], ...quick })
  const silence = (seconds: number) =>
    line.silence({
      matchers: [{ name: 'team', op: '=', value: 'db' }],
      ends_at: iso(line.startedAt + seconds * 1_000),
      reason: 'The disk is being replaced',
    })
  line.at(0, () => line.fires('told', { labels: { team: 'db' } }))
  line.at(20, () => silence(500))
  line.at(30, () => line.fires('silent', { labels: { team: 'db' } }))
  line.at(40, () => line.fires('never', { labels: { team: 'db' } }))
  line.at(100, () => line.resolves('told'))
  line.at(120, () => line.resolves('never'))
  line.at(500, async () => undefined)
  await line.wants(600, [
    { channel: 'ops', between: [10, 10.1], alerts: '+told' },
    { channel: 'ops', between: [110, 110.1], alerts: '-told' },
    { channel: 'ops', between: [500, 501], alerts: '+silent' },
  ])
})

test('an alert inhibits others of the same place while it fires, not itself', async () => {
  const line = await alertTimeline(['ops'])
  const inhibit_rules = [
    {
      source_matchers: [{ name: 'alertname', op: '=', value: 'host down' }],
      target_matchers: [{ name: 'host', op: '!=', value: '' }],
      equal: ['host'],
    },
  ]
  await line.route({ channels: 'all', group_by: ['...'], ...quick }, { inhibit_rules })
  line.at(0, () => line.fires('host down', { severity: 'critical', labels: { host: 'a' } }))
  line.at(0, () => line.fires('slow', { labels: { host: 'a' } }))
  line.at(0, () => line.fires('full', { labels: { host: 'b' } }))
  line.at(100, () => line.resolves('host down'))
  await line.wants(200, [
    { channel: 'ops', between: [10, 10.1], alerts: '+host down' },
    { channel: 'ops', between: [10, 10.1], alerts: '+full' },
    { channel: 'ops', between: [100, 100.1], alerts: '+slow' },
    { channel: 'ops', between: [110, 110.1], alerts: '-host down' },
  ])
})

const onCall = async (line: Awaited<ReturnType<typeof alertTimeline>>, more: object = {}): Promise<void> => {
  const { chat, sms, mail } = line.channels
  const id = await line.policy({
    name: 'On call',
    steps: [
      { delay_seconds: 0, channels: [chat] },
      { delay_seconds: 600, channels: [sms] },
      { delay_seconds: 1_800, channels: [mail] },
    ],
    ...more,
  })
  await line.route({ ...quick, policy_id: id })
}

test('steps of a policy follow until somebody acknowledges, and all who were told hear of the end', async () => {
  const line = await alertTimeline(['chat', 'sms', 'mail'])
  await onCall(line)
  line.at(0, () => line.fires('disk'))
  line.at(1_000, () => line.acknowledges('disk'))
  line.at(5_000, () => line.resolves('disk'))
  await line.wants(6_000, [
    { channel: 'chat', between: [10, 10.1], alerts: '+disk' },
    { channel: 'sms', between: [610, 610.1], alerts: '+disk', reason: 'escalated: step 2' },
    { channel: 'chat', between: [5_010, 5_010.1], alerts: '-disk' },
    { channel: 'sms', between: [5_010, 5_010.1], alerts: '-disk' },
  ])
})

test('steps begin anew when nobody has acknowledged in time', async () => {
  const line = await alertTimeline(['chat', 'sms', 'mail'])
  await onCall(line, { repeat_seconds: 1_800 })
  line.at(0, () => line.fires('disk'))
  line.at(4_300, () => line.resolves('disk'))
  await line.wants(4_400, [
    { channel: 'chat', between: [10, 10.1], alerts: '+disk' },
    { channel: 'sms', between: [610, 610.1], alerts: '+disk' },
    { channel: 'mail', between: [1_810, 1_810.1], alerts: '+disk', reason: 'escalated: step 3' },
    { channel: 'chat', between: [3_610, 3_610.1], alerts: '+disk', reason: 'repeated' },
    { channel: 'sms', between: [4_210, 4_210.1], alerts: '+disk', reason: 'repeated' },
    { channel: 'chat', between: [4_310, 4_310.1], alerts: '-disk' },
    { channel: 'sms', between: [4_310, 4_310.1], alerts: '-disk' },
    { channel: 'mail', between: [4_310, 4_310.1], alerts: '-disk' },
  ])
})

test('something worse in the same group lets the steps begin anew at once', async () => {
  const line = await alertTimeline(['chat', 'sms', 'mail'])
  await onCall(line)
  line.at(0, () => line.fires('disk'))
  line.at(30, () => line.acknowledges('disk'))
  line.at(700, () => line.fires('worse', { severity: 'critical', labels: { alertname: 'disk' } }))
  await line.wants(1_400, [
    { channel: 'chat', between: [10, 10.1], alerts: '+disk' },
    { channel: 'chat', between: [710, 710.1], alerts: '+disk +worse' },
    { channel: 'sms', between: [1_310, 1_310.1], alerts: '+disk +worse' },
  ])
})

test('quiet hours hold back what is not exempt until they end, its end too', async () => {
  const line = await alertTimeline(['chat', 'sms', 'mail'])
  // It begins at 10:00.
  await onCall(line, { quiet_hours: [{ window: { from: '10:30', to: '11:00' }, exempt: ['critical'] }] })
  line.at(0, () => line.fires('before'))
  line.at(20, () => line.acknowledges('before'))
  line.at(1_900, () => line.fires('during'))
  line.at(1_900, () => line.fires('grave', { severity: 'critical' }))
  line.at(2_000, () => line.resolves('before'))
  line.at(2_000, () => line.acknowledges('grave'))
  line.at(3_600, async () => undefined)
  line.at(3_700, () => line.acknowledges('during'))
  await line.wants(4_000, [
    { channel: 'chat', between: [10, 10.1], alerts: '+before' },
    { channel: 'chat', between: [1_910, 1_910.1], alerts: '+grave' },
    { channel: 'chat', between: [3_600, 3_601], alerts: '+during +grave -before' },
  ])
})

test('what was told is told to have resolved, also where routes lead elsewhere by now', async () => {
  const line = await alertTimeline(['old', 'new'])
  await line.route({ channels: [line.channels['old']], ...quick })
  line.at(0, () => line.fires('disk'))
  line.at(100, () => line.route({ channels: [], routes: [{ channels: [line.channels['new']] }], ...quick }))
  line.at(200, () => line.resolves('disk'))
  await line.wants(400, [
    { channel: 'old', between: [10, 10.1], alerts: '+disk' },
    { channel: 'new', between: [100, 110.1], alerts: '+disk' },
    { channel: 'old', between: [200, 210.1], alerts: '-disk' },
    { channel: 'new', between: [210, 210.1], alerts: '-disk' },
  ])
})

test('asked a hundred times it tells the same once', async () => {
  const line = await alertTimeline(['ops'])
  await line.route({ channels: 'all', ...quick })
  line.at(0, () => line.fires('disk'))
  for (let second = 11; second < 111; second++) line.at(second, async () => undefined)
  await line.wants(200, [{ channel: 'ops', between: [10, 10.1], alerts: '+disk' }])
})
