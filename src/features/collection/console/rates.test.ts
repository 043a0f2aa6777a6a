import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ratesBetween } from './rates.ts'

test('lines per second of what was there at both looks', () => {
  const before = {
    at: 1_000,
    lines: new Map([
      ['a', 100],
      ['b', 50],
      ['c', 7],
    ]),
  }
  const now = {
    at: 6_000,
    lines: new Map([
      ['a', 150],
      ['b', 3],
      ['c', 7],
      ['new', 9],
    ]),
  }
  assert.deepEqual(
    [...ratesBetween(before, now)],
    [
      ['a', 10],
      ['c', 0],
    ],
  )
})

test('one look tells no rate', () => {
  const now = { at: 1_000, lines: new Map([['a', 1]]) }
  assert.deepEqual([...ratesBetween(undefined, now)], [])
  assert.deepEqual([...ratesBetween(now, now)], [])
})
