import assert from 'node:assert/strict'
import { test } from 'node:test'
import { soonestOf, untilNext, type Escalation } from './escalations.ts'

const nowMs = Date.parse('2026-01-05T10:00:00Z')

const escalation = (alertId: string, policy: string, inMs: number | null): Escalation => ({
  alert_id: alertId,
  policy_id: policy,
  policy_name: policy,
  state: inMs === null ? 'over' : 'coming',
  step_count: 2,
  next:
    inMs === null
      ? null
      : {
          at: new Date(nowMs + inMs).toISOString(),
          step: 2,
          held: false,
          channels: [{ id: 'c', name: 'c', kind: 'sms' }],
        },
})

test('of an alert under several policies the soonest counts', () => {
  const found = soonestOf([
    escalation('a', 'first', 5_000),
    escalation('b', 'other', 6_000),
    escalation('a', 'later', null),
  ])
  assert.deepEqual([found.get('a')?.policy_name, found.get('b')?.policy_name, found.size], ['first', 'other', 2])
})

test('what comes is looked at again after the next step, and never oftener than every second', () => {
  assert.equal(untilNext([escalation('a', 'p', 4_000), escalation('b', 'p', 9_000)], nowMs), 5_000)
  assert.equal(untilNext([escalation('a', 'p', -60_000)], nowMs), 1_000)
  assert.equal(untilNext([escalation('a', 'p', 3_600_000), escalation('b', 'p', null)], nowMs), 15_000)
})
