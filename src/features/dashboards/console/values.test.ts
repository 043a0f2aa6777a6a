import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Panel } from './queries.ts'
import { levelFor, reduced, seriesName, seriesOf, shareOf, worstLevel } from './values.ts'

const panel: Panel = {
  id: 'a',
  type: 'timeseries',
  title: '',
  description: '',
  x: 0,
  y: 0,
  w: 6,
  h: 6,
  unit: 'number',
  decimals: null,
  min: null,
  max: null,
  thresholds: [],
  stacked: false,
  filled: false,
  reduce: 'last',
  content: '',
  queries: [
    { expr: 'up', legend: '{{ job }} on {{host}}' },
    { expr: 'sum(up)', legend: '' },
  ],
}
const told = { warnings: [], samples: 0, took_ms: 1 }

it('names come of the legend, else of the labels, else of the expression', () => {
  assert.equal(seriesName('{{ job }} on {{host}}', { job: 'a' }, 'up'), 'a on')
  assert.equal(seriesName('', { __name__: 'up', job: 'a' }, 'up'), 'up{job="a"}')
  assert.equal(seriesName('', {}, 'sum(up)'), 'sum(up)')
})

it('queries of a panel stand on one grid; gaps, NaN and errors are no numbers', () => {
  const { times, series } = seriesOf(panel, [
    {
      type: 'matrix',
      start_ms: 1_000,
      step_ms: 500,
      series: [{ metric: { job: 'x', host: 'y' }, values: [1, null, 'NaN'] }],
      ...told,
    },
    { type: 'error', code: 'QUERY_FAILED', message: 'no', position: null },
  ])
  assert.deepEqual(times, [1_000, 1_500, 2_000])
  assert.deepEqual(
    series.map(({ name, values }) => [name, values]),
    [['x on y', [1, null, null]]],
  )
})

it('a line is reduced to one value, gaps left out', () => {
  const values = [null, 3, 1, null]
  assert.deepEqual(
    (['last', 'min', 'max', 'mean', 'sum'] as const).map((by) => reduced({ values }, by)),
    [1, 1, 3, 2, 4],
  )
  assert.equal(reduced({ values: [null] }, 'sum'), null)
  const between = { values, lows: [null, -5, 1, null], highs: [null, 3, 80, null] }
  assert.deepEqual(
    (['last', 'min', 'max', 'mean', 'sum'] as const).map((by) => reduced(between, by)),
    [1, -5, 80, 2, 4],
  )
})

it('the level is that of the highest threshold reached', () => {
  const thresholds: Panel['thresholds'] = [
    { value: 90, level: 'error' },
    { value: 80, level: 'warn' },
  ]
  assert.deepEqual(
    [79, 80, 95, null].map((value) => levelFor(value, thresholds)),
    [undefined, 'warn', 'error', 'unknown'],
  )
})

it('of a stretch the worst counts, wherever between its ends it was', () => {
  const thresholds: Panel['thresholds'] = [
    { value: -1, level: 'error' },
    { value: 1, level: 'ok' },
    { value: 90, level: 'warn' },
  ]
  const series = { values: [1, 1, 1, null, null], lows: [1, 0, 1, 1, null], highs: [1, 1, 95, 1, null] }
  const levels = series.values.map((_value, index) => worstLevel(series, index, thresholds))
  assert.deepEqual(levels, ['ok', 'error', 'warn', 'ok', 'unknown'])
  assert.equal(worstLevel({ values: [0] }, 0, thresholds), 'error')
})

it('the share along a scale stays between its ends', () => {
  assert.deepEqual(
    [-1, 5, 20].map((value) => shareOf(value, { min: 0, max: 10 }, 99)),
    [0, 0.5, 1],
  )
  assert.equal(shareOf(5, { min: null, max: null }, 0), 0)
})
