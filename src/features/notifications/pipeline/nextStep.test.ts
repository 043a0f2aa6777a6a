import assert from 'node:assert/strict'
import { test } from 'node:test'
import { iso } from '#kernel/time.ts'
import { alertTimeline, type Timeline } from '../../../../test/support/alertTimeline.ts'

/** What is said to come, against what is then told. Times are seconds. */
const quick = { group_wait_seconds: 10, group_interval_seconds: 60 }

async function onCall(names = ['chat', 'sms', 'mail'], more: object = {}): Promise<Timeline> {
  const line = await alertTimeline(names)
  const { chat, sms, mail } = line.channels
  const steps = [
    { delay_seconds: 0, channels: [chat] },
    { delay_seconds: 600, channels: [sms] },
    { delay_seconds: 1_800, channels: [mail, chat] },
  ]
  await line.route({ ...quick, policy_id: await line.policy({ name: 'On call', steps, ...more }) })
  return line
}

/** Asks at a moment, before anything is decided then. */
function asks(line: Timeline, second: number, name: string, wanted: string): void {
  line.at(second, async () => assert.equal(await line.goesOn(name), wanted, `at ${second}`))
}

test('each step is announced before it is told, the first too, and the end of them', async () => {
  const line = await onCall()
  line.at(0, () => line.fires('disk'))
  asks(line, 0, 'disk', 'coming: step 1, chat at 10')
  asks(line, 9, 'disk', 'coming: step 1, chat at 10')
  asks(line, 11, 'disk', 'coming: step 2, sms at 610')
  asks(line, 609, 'disk', 'coming: step 2, sms at 610')
  asks(line, 611, 'disk', 'coming: step 3, mail chat at 1810')
  asks(line, 1_811, 'disk', 'over')
  await line.wants(2_000, [
    { channel: 'chat', between: [10, 10.1], alerts: '+disk' },
    { channel: 'sms', between: [610, 610.1], alerts: '+disk' },
    { channel: 'mail', between: [1_810, 1_810.1], alerts: '+disk' },
    { channel: 'chat', between: [1_810, 1_810.1], alerts: '+disk' },
  ])
})

test('after the last step of a policy that repeats comes the first', async () => {
  const line = await onCall(undefined, { repeat_seconds: 600 })
  line.at(0, () => line.fires('disk'))
  asks(line, 1_811, 'disk', 'coming: step 1, chat at 2410')
  line.at(2_000, () => line.acknowledges('disk'))
  asks(line, 2_001, 'disk', 'acknowledged')
  await line.wants(2_500, [
    { channel: 'chat', between: [10, 10.1], alerts: '+disk' },
    { channel: 'sms', between: [610, 610.1], alerts: '+disk' },
    { channel: 'mail', between: [1_810, 1_810.1], alerts: '+disk' },
    { channel: 'chat', between: [1_810, 1_810.1], alerts: '+disk' },
  ])
})

test('what a silence or another alert holds back is said to be, and what goes to channels alone has no steps', async () => {
  const line = await onCall()
  const source = { name: 'alertname', op: '=', value: 'host down' }
  const target = { name: 'alertname', op: '=', value: 'slow' }
  const { chat } = line.channels
  const routes = [{ matchers: [{ name: 'team', op: '=', value: 'web' }], channels: [chat] }]
  await line.route(
    { ...quick, policy_id: await line.policy({ name: 'p', steps: [{ delay_seconds: 0, channels: [chat] }] }), routes },
    { inhibit_rules: [{ source_matchers: [source], target_matchers: [target] }] },
  )
  line.at(0, () => line.fires('host down', { labels: { team: 'web' } }))
  line.at(0, () => line.fires('slow'))
  line.at(0, () => line.fires('quiet'))
  line.at(0, () =>
    line.silence({
      matchers: [{ name: 'alertname', op: '=', value: 'quiet' }],
      ends_at: iso(line.startedAt + 3_600_000),
      reason: 'known',
    }),
  )
  asks(line, 1, 'host down', 'no policy')
  asks(line, 1, 'slow', 'inhibited')
  asks(line, 1, 'quiet', 'silenced')
  await line.wants(2, [])
})

test('a step that quiet hours hold back is announced for when they end, as the first', async () => {
  // It begins at 10:00, and 10:20 is second 1,200.
  const line = await onCall(undefined, {
    quiet_hours: [{ window: { from: '10:20', to: '10:50' }, exempt: ['critical'] }],
  })
  line.at(0, () => line.fires('disk'))
  asks(line, 611, 'disk', 'coming: step 1, chat at 3000, held')
  asks(line, 1_300, 'disk', 'quiet: step 1, chat at 3000, held')
  line.at(3_000, async () => undefined)
  line.at(3_100, () => line.resolves('disk'))
  await line.wants(3_200, [
    { channel: 'chat', between: [10, 10.1], alerts: '+disk' },
    { channel: 'sms', between: [610, 610.1], alerts: '+disk' },
    { channel: 'chat', between: [3_000, 3_001], alerts: '+disk' },
    { channel: 'chat', between: [3_110, 3_110.1], alerts: '-disk' },
    { channel: 'sms', between: [3_110, 3_110.1], alerts: '-disk' },
  ])
})

test('something worse in the group brings the first step forward', async () => {
  const line = await onCall()
  line.at(0, () => line.fires('disk'))
  line.at(700, () => line.fires('worse', { severity: 'critical', labels: { alertname: 'disk' } }))
  asks(line, 701, 'disk', 'coming: step 1, chat at 710')
  asks(line, 711, 'worse', 'coming: step 2, sms at 1310')
  await line.wants(720, [
    { channel: 'chat', between: [10, 10.1], alerts: '+disk' },
    { channel: 'sms', between: [610, 610.1], alerts: '+disk' },
    { channel: 'chat', between: [710, 710.1], alerts: '+disk +worse' },
  ])
})
