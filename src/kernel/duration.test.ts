import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationMs, durationNs } from './duration.ts'

test('a duration of Prometheus has whole numbers and its largest unit first', () => {
  assert.deepEqual(
    ['1h30m', '90s', '1y1w1d1h1m1s1ms', '0s', '15', '1m1h', '1.5h', '-1h', '1h 30m', '', 'ms', '1M'].map(durationMs),
    [5_400_000, 90_000, 32_230_861_001, 0, ...Array.from({ length: 8 }, () => undefined)],
  )
})

test('a duration of Go has decimals, a sign, and its units in any order', () => {
  assert.deepEqual(
    ['1h30m', '-1.5s', '+.5ms', '3µs', '3μs', '7us', '1ns', '0', '1m1h', '1d', '5', '', '-', '1h?', '1e3s'].map(
      durationNs,
    ),
    [5.4e12, -1.5e9, 5e5, 3e3, 3e3, 7e3, 1, 0, 3.66e12, 8.64e13, ...Array.from({ length: 5 }, () => Number.NaN)],
  )
  assert.equal(durationNs(`${'1'.repeat(64)}s`), Number.NaN)
})
