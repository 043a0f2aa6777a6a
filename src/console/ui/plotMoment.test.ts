import assert from 'node:assert/strict'
import { test } from 'node:test'
import { momentOf } from './plotMoment.ts'

const at = (minute: number): number => Date.UTC(2026, 0, 1, 8, minute)
const times = [at(0), at(1), at(2)]
const line = (key: string, values: (number | null)[], order: number) => ({ line: { key, label: key, values }, order })
const drawn = [line('low', [1, 2, 3], 0), line('high', [10, 20, 30], 1), line('gap', [5, null, 5], 2)]
const annotations = [
  { at: at(1), label: 'restart' },
  { at: at(0), to: at(1), label: 'over' },
  { at: at(2), to: Infinity, label: 'goes on' },
  { at: at(1), label: '' },
]
const moment = (index: number, valuesMax = 12, marked = { at: times[index]!, nearMs: 1_000 }) =>
  momentOf({ times, drawn, annotations }, index, valuesMax, marked)!

test('values come highest first, and gaps last', () => {
  assert.deepEqual(
    moment(1).values.map(({ line: { key }, value }) => [key, value]),
    [
      ['high', 20],
      ['low', 2],
      ['gap', null],
    ],
  )
})

test('what a line was between the times is told where it was more than its value', () => {
  const spiky = line('spiky', [1, 2, null], 0)
  const between = { ...spiky, line: { ...spiky.line, lows: [1, -2, 7], highs: [1, 50, 7] } }
  const told = times.map((_at, index) =>
    momentOf({ times, drawn: [drawn[1]!, between] }, index, 12, { at: 0, nearMs: 0 })!,
  )
  assert.deepEqual(
    told.map(({ values }) => values.map(({ line: { key }, value, between: ends }) => [key, value, ends])),
    [
      [
        ['high', 10, undefined],
        ['spiky', 1, undefined],
      ],
      [
        ['spiky', 2, { low: -2, high: 50 }],
        ['high', 20, undefined],
      ],
      [
        ['high', 30, undefined],
        ['spiky', null, { low: 7, high: 7 }],
      ],
    ],
  )
})

test('of more lines than there is room for the highest are told, without gaps, and how many are left', () => {
  const { values, left } = moment(1, 1)
  assert.deepEqual([values.map(({ line: { key } }) => key), left], [['high'], 2])
})

test('marks are those near the pointer and those that last there; what has no word is none', () => {
  const labels = (atMs: number): string[] => moment(1, 12, { at: atMs, nearMs: 1_000 }).marks.map(({ label }) => label)
  assert.deepEqual(labels(at(1)), ['restart', 'over'])
  assert.deepEqual(labels(at(1) - 2_000), ['over'])
  assert.deepEqual(labels(at(1) + 2_000), [])
  assert.deepEqual(labels(at(59)), ['goes on'])
})

test('where there is no time there is nothing', () => {
  assert.equal(momentOf({ times, drawn }, 3, 12, { at: 0, nearMs: 0 }), undefined)
})
