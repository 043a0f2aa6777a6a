import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zoneOf } from './zoneOf.ts'

test('the address counts before the preference, and what is no zone counts as nothing', () => {
  assert.equal(zoneOf(undefined, 'browser'), undefined)
  assert.equal(zoneOf(undefined, 'utc'), 'UTC')
  assert.equal(zoneOf('utc', 'browser'), 'UTC')
  assert.equal(zoneOf('browser', 'utc'), undefined)
  assert.equal(zoneOf('Asia/Tokyo', 'utc'), 'Asia/Tokyo')
  assert.equal(zoneOf('Nowhere/<script>', 'utc'), 'UTC')
  assert.equal(zoneOf('Nowhere', 'browser'), undefined)
})
