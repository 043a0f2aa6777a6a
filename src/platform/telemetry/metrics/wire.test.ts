import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gridJson, momentJson, prometheusData, sampleText } from './wire.ts'

test('numbers are written as Prometheus writes them', () => {
  for (const [value, text] of [
    [0, '0'],
    [-0, '-0'],
    [1.5, '1.5'],
    [1e-7, '1e-07'],
    [1.25e21, '1.25e+21'],
    [123456789012345680000, '123456789012345680000'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ] as const)
    assert.equal(sampleText(value), text)
})

const timestamps = Float64Array.of(1_000, 2_500)
const result = {
  value: {
    type: 'matrix' as const,
    series: [
      { labels: { b: '2', a: '"1"', empty: '' }, timestamps, values: Float64Array.of(1, Number.NaN) },
      { labels: { a: 'x' }, timestamps, values: Float64Array.of(2, 3) },
      { labels: {}, timestamps: Float64Array.of(2_500), values: Float64Array.of(4) },
    ],
  },
  warnings: [],
  stats: { samples: 5, series: 3, tookMs: 1.23 },
}

test('series are sent as Prometheus sends them, at most as many as are wanted', () => {
  assert.deepEqual(JSON.parse(prometheusData(result.value)), {
    resultType: 'matrix',
    result: [
      {
        metric: { a: '"1"', b: '2' },
        values: [
          [1, '1'],
          [2.5, 'NaN'],
        ],
      },
      {
        metric: { a: 'x' },
        values: [
          [1, '2'],
          [2.5, '3'],
        ],
      },
      { metric: {}, values: [[2.5, '4']] },
    ],
  })
  assert.equal(JSON.parse(prometheusData(result.value, 1)).result.length, 1)
})

test('charts get a grid with gaps', () => {
  assert.deepEqual(JSON.parse(gridJson(result, { fromMs: 1_000, toMs: 4_000, stepMs: 1_500 })), {
    type: 'matrix',
    start_ms: 1_000,
    step_ms: 1_500,
    series: [
      { metric: { a: '"1"', b: '2' }, values: [1, 'NaN', null] },
      { metric: { a: 'x' }, values: [2, 3, null] },
      { metric: {}, values: [null, 4, null] },
    ],
    warnings: [],
    samples: 5,
    took_ms: 1.2,
  })
  assert.equal(JSON.parse(momentJson(result, 2_500)).series[1].value, 3)
})
