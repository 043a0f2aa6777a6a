import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bandsOf, endsOf, runsOf } from './plotBands.ts'

const line = (values: (number | null)[], lows?: (number | null)[], highs?: (number | null)[]) => ({
  line: { key: 'a', label: 'a', values, ...(lows && highs && { lows, highs }) },
  order: 0,
})

describe('bands', () => {
  const bands = bandsOf([line([1, 2]), line([1, null, 3], [0, -4, 3], [1, 7, 9])])
  test('are of the lines that were more than their values', () => {
    assert.equal(bands.length, 1)
  })
  test('end where the least and the most of what is shown are', () => {
    assert.deepEqual(endsOf(bands, 0, 2), { low: -4, high: 9 })
    assert.deepEqual(endsOf(bands, 0, 0), { low: 0, high: 1 })
    assert.deepEqual(endsOf([], 0, 2), { low: Infinity, high: -Infinity })
    assert.deepEqual(endsOf(bandsOf([line([null], [null], [null])]), 0, 0), { low: Infinity, high: -Infinity })
  })
  test('are drawn from gap to gap', () => {
    const there = [null, 1, 1, null, 1]
    assert.deepEqual(runsOf({ lows: there, highs: there }), [
      [1, 2],
      [4, 4],
    ])
    assert.deepEqual(runsOf({ lows: [], highs: [] }), [])
  })
})
