import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { coarserThan, joined, onGrid, stepFor, stepOf, stepText, tailFrom, type Matrix } from './asked.ts'

const hourMs = 3_600_000
const span = (lengthMs: number) => ({ fromMs: 0, toMs: lengthMs })

describe('the step', () => {
  test('is handy and makes at most 600 points', () => {
    assert.equal(stepFor(span(5 * 60_000)), 1_000)
    assert.equal(stepFor(span(hourMs)), 10_000)
    assert.equal(stepFor(span(24 * hourMs)), 180_000)
    assert.equal(stepFor(span(365 * 24 * hourMs)), 24 * hourMs)
  })
  test('is read and written as people do', () => {
    assert.equal(stepOf('30s'), 30_000)
    assert.equal(stepOf('15'), 15_000)
    assert.equal(stepOf('250ms'), 250)
    for (const wrong of ['', '0s', '1y', 'x', '-5s']) assert.equal(stepOf(wrong), undefined, wrong)
    assert.equal(stepText(90_000), '90s')
    assert.equal(stepText(300_000), '5m')
    assert.equal(stepText(250), '250ms')
  })
  test('that costs too much has a coarser one', () => {
    assert.equal(coarserThan(60_000, span(hourMs)), 300_000)
    assert.equal(coarserThan(1_000, span(24 * hourMs)), 180_000)
  })
})

test('a span stands on the grid of its step', () => {
  assert.deepEqual(onGrid({ fromMs: 12_345, toMs: 99_999 }, 10_000), { fromMs: 10_000, toMs: 90_000 })
})

describe('a tail', () => {
  const matrix = (startMs: number, series: Record<string, (number | null)[]>): Matrix => ({
    type: 'matrix',
    start_ms: startMs,
    step_ms: 10,
    series: Object.entries(series).map(([name, values]) => ({ metric: { name }, values })),
    warnings: [],
    samples: 1,
    took_ms: 1,
  })
  const valuesOf = ({ series }: Matrix) =>
    Object.fromEntries(series.map(({ metric, values }) => [metric['name'], values]))

  test('begins with the last point, which may have changed', () => {
    assert.equal(tailFrom({ fromMs: 0, toMs: 100 }, 10), 90)
  })
  test('takes the place of the last points and moves the start on', () => {
    const both = joined(matrix(0, { a: [1, 2, 3, 4] }), matrix(20, { a: [30, 40, 50] }), 10)
    assert.equal(both.start_ms, 10)
    assert.deepEqual(valuesOf(both), { a: [2, 30, 40, 50] })
  })
  test('brings new series and lets old ones end', () => {
    const both = joined(matrix(0, { a: [1, 2, 3] }), matrix(20, { b: [7, 8] }), 0)
    assert.deepEqual(valuesOf(both), { a: [1, 2, null, null], b: [null, null, 7, 8] })
  })
  test('a series that has left the span is gone', () => {
    const both = joined(matrix(0, { a: [1, null, null], b: [1, 1, 1] }), matrix(20, { b: [1, 1] }), 10)
    assert.deepEqual(valuesOf(both), { b: [1, 1, 1] })
  })
  test('keeps what was between the points, and takes points for it where there was nothing', () => {
    const [old, news] = [
      matrix(0, { a: [1, 2, 3], b: [5, 5, 5], c: [1, 1, 1] }),
      matrix(20, { a: [30, 40], b: [6, 7], d: [1, 8] }),
    ]
    Object.assign(old.series[0]!, { lows: [0, 1, 2], highs: [9, 2, 3] })
    Object.assign(news.series[1]!, { lows: [6, -7], highs: [6, 7] })
    Object.assign(news.series[2]!, { lows: [1, 2], highs: [3, 8] })
    const byName = Object.fromEntries(
      joined(old, news, 10).series.map(({ metric, ...points }) => [metric['name'], points]),
    )
    assert.deepEqual(byName, {
      a: { values: [2, 30, 40], lows: [1, 30, 40], highs: [2, 30, 40] },
      b: { values: [5, 6, 7], lows: [5, 6, -7], highs: [5, 6, 7] },
      c: { values: [1, null, null] },
      d: { values: [null, 1, 8], lows: [null, 1, 2], highs: [null, 3, 8] },
    })
  })
  test('that comes late leaves a gap between', () => {
    const both = joined(matrix(0, { a: [1, 2] }), matrix(40, { a: [5] }), 0)
    assert.deepEqual(valuesOf(both), { a: [1, 2, null, null, 5] })
  })
})
