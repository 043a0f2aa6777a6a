import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bandsOf, edgesOf, endsOf } from './plotBands.ts'

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
  test('are drawn from gap to gap, once for each column of pixels', () => {
    const scaling = { xOf: (index: number) => 10 + index / 2, yOf: (value: number) => 100 - value }
    assert.deepEqual(edgesOf({ lows: [null, 1, 2, 0, null, 4], highs: [null, 5, 3, 2, 9, 4] }, scaling), [
      [
        { x: 11, top: 95, bottom: 99 },
        { x: 12, top: 98, bottom: 100 },
      ],
      [{ x: 13, top: 96, bottom: 96 }],
    ])
    assert.deepEqual(edgesOf({ lows: [], highs: [] }, scaling), [])
  })
})
