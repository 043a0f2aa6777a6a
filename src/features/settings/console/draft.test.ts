import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesOf, problemOf, wantedValue, withValue } from './draft.ts'
import type { Setting } from './queries.ts'

const minutes: Setting = {
  key: 'lockout_minutes',
  group: 'sign-in',
  description: 'How long it stays locked',
  value: 15,
  set: true,
  default: 15,
  default_text: null,
  source: { kind: 'default', name: 'default' },
  env: 'MIKTOS_LOCKOUT_MINUTES',
  aliases: [],
  flag: '--lockout-minutes',
  editable: true,
  locked: false,
  locked_reason: null,
  secret: false,
  type: 'integer',
  options: null,
  minimum: 1,
  maximum: 10_080,
  problem: null,
  updated_at: null,
  updated_by: null,
}
const stored: Setting = { ...minutes, value: 30, source: { kind: 'database', name: 'set at run time' } }

test('a value typed back to what is in force is no change any more', () => {
  const draft = withValue({}, minutes, 20)
  assert.deepEqual(draft, { lockout_minutes: 20 })
  assert.deepEqual(withValue(draft, minutes, 15), {})
})

test('the default can be asked for only where something else was stored', () => {
  assert.deepEqual(withValue({}, minutes, null), {})
  assert.deepEqual(withValue({}, stored, null), { lockout_minutes: null })
  assert.equal(wantedValue(stored, { lockout_minutes: null }), 15)
})

test('what is to be saved is shown as it is and as it would be', () => {
  const [change] = changesOf({ lockout_minutes: null }, [minutes, stored].slice(1))
  assert.deepEqual([change?.before, change?.after], [30, 15])
})

test('numbers outside the limits are told before they are sent', () => {
  assert.equal(problemOf(minutes, 15), undefined)
  assert.equal(problemOf(minutes, 0), 'At least 1')
  assert.equal(problemOf(minutes, 20_000), 'At most 10080')
  assert.equal(problemOf(minutes, 1.5), 'Write a whole number')
  assert.equal(problemOf(minutes, Number.NaN), 'Write a number')
})
