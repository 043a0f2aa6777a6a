import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bucketOf, quantileMs, tookNothing } from './histogram.ts'

const tookOf = (...durationsMs: number[]) => {
  const took = tookNothing()
  for (const duration of durationsMs) took[bucketOf(duration)]++
  return took
}

describe('quantileMs', () => {
  test('is null for nothing', () => assert.equal(quantileMs(tookNothing(), 0.95, 0), null))

  test('lies in the bucket that holds the quantile', () => {
    const durations = [...Array.from({ length: 90 }, () => 3), ...Array.from({ length: 10 }, () => 400)]
    const p95 = quantileMs(tookOf(...durations), 0.95, 400)!
    assert.ok(p95 > 250 && p95 <= 400, String(p95))
    assert.ok(quantileMs(tookOf(...durations), 0.5, 400)! <= 5)
  })

  test('never says more than the longest that was measured, also beyond the last bound', () => {
    assert.equal(quantileMs(tookOf(60_000), 1, 60_000), 60_000)
    assert.equal(quantileMs(tookOf(2, 2, 2), 0.99, 2)! <= 2, true)
  })

  test('a bound belongs to the bucket below it', () => {
    assert.equal(bucketOf(5), 'took_0')
    assert.equal(bucketOf(5.01), 'took_1')
    assert.equal(bucketOf(5_001), 'took_10')
  })
})
