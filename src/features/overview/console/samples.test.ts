import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { appended, lineOf, rowsOf, withGaps, type SampleRow } from './samples.ts'

const sample = (second: number, type: string, value: number) => ({
  type,
  value,
  unit: 'percent',
  timestamp: `2026-11-22T10:00:${String(second).padStart(2, '0')}.000Z`,
})
const row = (at: number, cpu: number): SampleRow => ({ at, values: { cpu } })

describe('samples for the charts', () => {
  test('become rows in the order of time, what is missing a gap', () => {
    const rows = rowsOf([sample(5, 'a', 2), sample(0, 'a', 1), sample(0, 'b', 9)])
    assert.deepEqual(lineOf(rows, 'a'), [1, 2])
    assert.deepEqual(lineOf(rows, 'b'), [9, null])
  })

  test('a new row pushes the oldest out; one that is known already changes nothing', () => {
    const rows = [row(1_000, 1), row(2_000, 2)]
    assert.deepEqual(appended(rows, row(3_500, 3), 2_000), [row(2_000, 2), row(3_500, 3)])
    assert.deepEqual(appended(rows, row(2_000, 2), 60_000), rows)
  })

  test('a long silence is a gap, a short one is not', () => {
    assert.equal(withGaps([row(0, 1), row(15_000, 2)]).length, 2)
    assert.deepEqual(lineOf(withGaps([row(0, 1), row(16_000, 2)]), 'cpu'), [1, null, 2])
  })
})
