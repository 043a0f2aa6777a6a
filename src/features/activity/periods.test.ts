import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { iso } from '#kernel/time.ts'
import { weekdayHours } from './logins.ts'
import { periodsBetween, periodStart, periodsUpTo, shifted } from './periods.ts'

const at = (text: string): number => Date.parse(text)

describe('periods', () => {
  test('weeks begin on Monday in UTC, also over the turn of the year', () => {
    assert.equal(iso(periodStart('week', at('2026-11-22T23:59:59.999Z'))), '2026-11-16T00:00:00.000Z')
    assert.equal(iso(periodStart('week', at('2026-11-23T00:00:00Z'))), '2026-11-23T00:00:00.000Z')
    assert.equal(iso(periodStart('week', at('2027-01-02T12:00:00Z'))), '2026-12-28T00:00:00.000Z')
  })

  test('months have the length they have', () => {
    const february = periodStart('month', at('2028-02-29T08:00:00Z'))
    assert.equal(iso(february), '2028-02-01T00:00:00.000Z')
    assert.equal(iso(shifted('month', february, 1)), '2028-03-01T00:00:00.000Z')
    assert.equal(iso(shifted('month', february, -2)), '2027-12-01T00:00:00.000Z')
  })

  test('the last of so many periods holds now', () => {
    assert.deepEqual(periodsUpTo('day', at('2026-03-01T10:00:00Z'), 3).map(iso), [
      '2026-02-27T00:00:00.000Z',
      '2026-02-28T00:00:00.000Z',
      '2026-03-01T00:00:00.000Z',
    ])
  })

  test('periods between two times cover both ends', () => {
    assert.deepEqual(periodsBetween('hour', at('2026-01-01T22:30:00Z'), at('2026-01-02T00:10:00Z')).map(iso), [
      '2026-01-01T22:00:00.000Z',
      '2026-01-01T23:00:00.000Z',
      '2026-01-02T00:00:00.000Z',
    ])
  })

  test('a Sunday evening is the last row of the week, hour 20', () => {
    const matrix = weekdayHours([{ hour: at('2026-11-22T20:00:00Z'), count: 3 }])
    assert.equal(matrix[6]![20], 3)
    assert.equal(
      matrix.flat().reduce((sum, count) => sum + count, 0),
      3,
    )
  })
})
