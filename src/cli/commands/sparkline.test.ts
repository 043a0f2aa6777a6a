import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sparkline } from './sparkline.ts'

test('a line of numbers goes from the least to the most, with blanks where there is none', () => {
  assert.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8), '▁▂▃▄▅▆▇█')
  assert.equal(sparkline([1, undefined, Number.NaN, Infinity, 2], 10), '▁   █')
  assert.deepEqual([sparkline([5, 5], 10), sparkline([], 10), sparkline([undefined], 10)], ['▁▁', '', ' '])
  assert.equal(sparkline([0, 1, 9, 0, 0, 0], 3), '▂█▁')
})
