import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Routing } from './contract.ts'
import { compileRouting, groupKey, groupLabels } from './match.ts'

const find = compileRouting(
  Routing.parse({
    route: {
      channels: ['default'],
      group_by: ['alertname'],
      repeat_interval_seconds: 3_600,
      routes: [
        { matchers: [{ name: 'audit', op: '=', value: 'yes' }], channels: ['audit'], continue: true },
        {
          matchers: [{ name: 'severity', op: '=~', value: 'critical|error' }],
          policy_id: 'on-call',
          group_wait_seconds: 0,
          routes: [
            { matchers: [{ name: 'team', op: '=', value: 'db' }], channels: ['db'], group_by: ['...'] },
            { matchers: [{ name: 'team', op: '!=', value: '' }], group_interval_seconds: 5 },
          ],
        },
        { matchers: [{ name: 'team', op: '!~', value: 'db|web|' }], channels: [] },
      ],
    },
  }),
)
const keys = (labels: Record<string, string>): string[] => find(labels).map(({ key }) => key)

test('labels that fit no route come to the root', () => {
  assert.deepEqual(keys({ alertname: 'a', severity: 'warning', team: 'db' }), ['{}'])
  assert.deepEqual(find({})[0]?.channels, ['default'])
})

test('the deepest route that fits is taken, and the first of several', () => {
  assert.deepEqual(keys({ severity: 'critical' }), ['{}/{severity=~"critical|error"}'])
  assert.deepEqual(keys({ severity: 'error', team: 'db' }), ['{}/{severity=~"critical|error"}/{team="db"}'])
  assert.deepEqual(keys({ severity: 'error', team: 'ops' }), ['{}/{severity=~"critical|error"}/{team!=""}'])
  assert.deepEqual(keys({ team: 'ops' }), ['{}/{team!~"db|web|"}'])
})

test('a route that goes on lets those after it be found too', () => {
  assert.deepEqual(keys({ audit: 'yes', severity: 'critical' }), [
    '{}/{audit="yes"}',
    '{}/{severity=~"critical|error"}',
  ])
})

test('what a route leaves out is as the one above says, and channels take the place of a policy', () => {
  const [critical] = find({ severity: 'critical' })
  assert.equal(critical?.policyId, 'on-call')
  assert.deepEqual([critical.groupWaitMs, critical.groupIntervalMs, critical.repeatMs], [0, 300_000, 3_600_000])
  const [db] = find({ severity: 'critical', team: 'db' })
  assert.deepEqual([db?.policyId, db?.channels], [null, ['db']])
  const [ops] = find({ severity: 'critical', team: 'ops' })
  assert.deepEqual([ops?.policyId, ops?.groupIntervalMs], ['on-call', 5_000])
})

test('alerts are grouped by the labels named, by all of them, or all together', () => {
  const labels = { alertname: 'DiskFull', severity: 'critical', team: 'db' }
  const [db] = find(labels)
  assert.deepEqual(groupLabels(db!, labels), labels)
  const [root] = find({ alertname: 'x' })
  assert.equal(groupKey(root!, { alertname: 'x', team: 'db' }), '{}:{alertname="x"}')
  assert.equal(groupKey(root!, {}), '{}:{}')
})

test('labels named like parts of every object are only labels', () => {
  assert.deepEqual(keys({ constructor: 'x', ['__proto__']: 'y' }), ['{}'])
})
