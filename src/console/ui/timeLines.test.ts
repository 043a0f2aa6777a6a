import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { axisRange, soloed, stacked, statsOf, thinned, toggled } from './timeLines.ts'

describe('statistics of a line', () => {
  test('gaps count for nothing', () => {
    assert.deepEqual(statsOf({ values: [null, 2, null, 4, null] }), { last: 4, min: 2, max: 4, avg: 3 })
  })
  test('know of what lies between its times', () => {
    assert.deepEqual(statsOf({ values: [2, null, 4], lows: [-1, null, 3], highs: [2, 9, 4] }), {
      last: 4,
      min: -1,
      max: 9,
      avg: 3,
    })
  })
  test('nothing but gaps has none', () => {
    assert.deepEqual(statsOf({ values: [null, null] }), { last: null, min: null, max: null, avg: null })
  })
})

test('stacked lines stand on those before them; a gap lifts nothing', () => {
  assert.deepEqual(
    stacked([
      [1, null, 3],
      [1, 1, null],
      [2, 2, 2],
    ]),
    [
      [1, null, 3],
      [2, 1, null],
      [4, 3, 5],
    ],
  )
})

describe('choosing lines', () => {
  const keys = ['a', 'b', 'c']
  test('solo shows one, and all again the second time', () => {
    const one = soloed(undefined, 'a')
    assert.deepEqual(one, new Set(['a']))
    assert.equal(soloed(one, 'a'), undefined)
    assert.deepEqual(soloed(one, 'b'), new Set(['b']))
  })
  test('toggling takes one away and brings it back; the last one away brings back all', () => {
    const two = toggled(undefined, 'a', keys)
    assert.deepEqual(two, new Set(['b', 'c']))
    assert.equal(toggled(two, 'a', keys), undefined)
    assert.equal(toggled(new Set(['a']), 'a', keys), undefined)
  })
})

test('thinned keeps the last and spreads evenly', () => {
  assert.deepEqual(thinned(3, 5), [0, 1, 2])
  assert.deepEqual(thinned(10, 4), [0, 3, 6, 9])
  assert.deepEqual(thinned(0, 4), [])
})

describe('the value axis', () => {
  test('begins at 0 unless the values are far from it', () => {
    assert.deepEqual(axisRange(50, 100, false), [0, 110])
    assert.deepEqual(axisRange(0, 0, false), [0, 1])
    const [low, high] = axisRange(1_000, 1_010, false)
    assert.ok(low > 990 && low < 1_000 && high > 1_010 && high < 1_020)
    assert.equal(axisRange(1_000, 1_010, true)[0], 0)
  })
  test('holds negative values', () => {
    const [low, high] = axisRange(-10, 10, true)
    assert.ok(low < -10 && high > 10)
    assert.equal(axisRange(-10, -5, true)[1], 0)
  })
  test('without data it is still an axis', () => {
    assert.deepEqual(axisRange(Infinity, -Infinity, true), [0, 1])
  })
})
