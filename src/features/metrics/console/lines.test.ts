import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Matrix } from './asked.ts'
import { labelText, linesOf, seriesRows, type Labels } from './lines.ts'

const matrix = (startMs: number, series: [Labels, (number | string | null)[]][]): Matrix => ({
  type: 'matrix',
  start_ms: startMs,
  step_ms: 10,
  series: series.map(([metric, values]) => ({ metric, values })),
  warnings: [],
  samples: 1,
  took_ms: 1,
})
const answer = (result: Matrix, letter?: string) => ({ letter, expression: 'the_query', result })
const labelsOf = (result: Matrix): string[] => linesOf([answer(result)]).lines.map(({ label }) => label)

describe('names of lines', () => {
  test('leave out what all have alike', () => {
    assert.deepEqual(
      labelsOf(
        matrix(0, [
          [{ __name__: 'up', job: 'a', instance: '1' }, [1]],
          [{ __name__: 'up', job: 'a', instance: '2' }, [1]],
        ]),
      ),
      ['{instance="1"}', '{instance="2"}'],
    )
  })
  test('keep names that differ', () => {
    assert.deepEqual(
      labelsOf(
        matrix(0, [
          [{ __name__: 'up', job: 'a' }, [1]],
          [{ __name__: 'down', job: 'a' }, [1]],
        ]),
      ),
      ['up', 'down'],
    )
  })
  test('of one series are its name, and without one the expression', () => {
    assert.deepEqual(labelsOf(matrix(0, [[{ __name__: 'up', job: 'a' }, [1]]])), ['up'])
    assert.deepEqual(labelsOf(matrix(0, [[{}, [1]]])), ['the_query'])
  })
  test('are written as PromQL writes them', () => {
    assert.equal(labelText({ __name__: 'up', path: 'C:\\ "x"' }), 'up{path="C:\\\\ \\"x\\""}')
    assert.equal(labelText({}), '{}')
  })
})

test('answers of several queries share one grid, and what cannot be drawn is a gap', () => {
  const { times, lines } = linesOf([
    answer(matrix(0, [[{ a: '1' }, [1, 'NaN', 3]]]), 'A'),
    answer(matrix(10, [[{ a: '1' }, [20, '+Inf', 40]]]), 'B'),
  ])
  assert.deepEqual(times, [0, 10, 20, 30])
  assert.deepEqual(
    lines.map(({ key, values }) => [key, values]),
    [
      ['A{a="1"}', [1, null, 3, null]],
      ['B{a="1"}', [null, 20, null, 40]],
    ],
  )
})

test('what lies between the points stands on the same grid', () => {
  const between = matrix(10, [[{ a: '1' }, [1, null]]])
  Object.assign(between.series[0]!, { lows: [1, '-Inf'], highs: [5, 9] })
  const { lines } = linesOf([answer(matrix(0, [[{}, [1, 1, 1]]]), 'A'), answer(between, 'B')])
  assert.deepEqual(lines[1], {
    key: 'B{a="1"}',
    label: 'B the_query',
    values: [null, 1, null],
    lows: [null, 1, null],
    highs: [null, 5, 9],
  })
})

test('nothing answered is no line', () => {
  assert.deepEqual(linesOf([]), { times: [], lines: [] })
})

test('rows have the newest value that is there', () => {
  assert.deepEqual(seriesRows([answer(matrix(0, [[{ a: '1' }, [1, 2, null]]]))])[0]?.value, 2)
})
