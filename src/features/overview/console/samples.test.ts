import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { acrossSpan, appended, lineOf, rowsOf, withGaps, type SampleRow } from './samples.ts'

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
    assert.deepEqual(lineOf(withGaps([row(0, 1), row(16_000, 2)]), 'cpu'), [1, null, null, 2])
  })

  test('fill the whole span that was chosen, empty before the first of them', () => {
    const drawn = acrossSpan([row(890_000, 1), row(895_000, 2), row(900_000, 3)], 900_000, 0)
    assert.deepEqual([drawn[0]?.at, drawn.at(-1)?.at], [0, 900_000])
    assert.deepEqual(lineOf(drawn, 'cpu'), [null, null, null, 1, 2, 3])
  })

  test('leave out what is older than the span', () => {
    const drawn = acrossSpan([row(0, 1), row(895_000, 2), row(905_000, 3)], 15_000, 0)
    assert.deepEqual(drawn, [row(895_000, 2), row(905_000, 3)])
  })

  test('are an empty span up to now while there is none', () => {
    assert.deepEqual(acrossSpan([], 60_000, 100_000), [
      { at: 40_000, values: {} },
      { at: 100_000, values: {} },
    ])
  })
})
