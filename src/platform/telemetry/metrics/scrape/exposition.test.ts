import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { staleNan } from '../metrics.ts'
import { readExposition, readSeries } from './exposition.ts'
import { Targets } from './targets.ts'

describe('an exposition', () => {
  test('is read with times, escapes, odd names and special numbers', () => {
    const { samples, metadata } = readExposition(
      String.raw`# HELP http_requests_total All requests,\nof everybody
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
# a comment

msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\" {x} # 1"} 1.458255915e9
metric_without_timestamp_and_labels 12.47
something_weird{problem="division by zero"} +Inf -3982045
{"an.odd name",zone="é"} NaN
`,
      null,
    )
    assert.deepEqual(metadata, [
      { metric: 'http_requests_total', type: 'counter', help: 'All requests,\nof everybody', unit: '' },
    ])
    assert.deepEqual(
      samples.map(({ value, timestampMs }) => [value, timestampMs]),
      [
        [1027, 1395066363000],
        [1.458255915e9, undefined],
        [12.47, undefined],
        [Number.POSITIVE_INFINITY, -3982045],
        [Number.NaN, undefined],
      ],
    )
    assert.deepEqual(
      samples.map(({ series }) => readSeries(series)),
      [
        { __name__: 'http_requests_total', method: 'post', code: '200' },
        {
          __name__: 'msdos_file_access_time_seconds',
          path: String.raw`C:\DIR\FILE.TXT`,
          error: 'Cannot find file:\n"FILE.TXT" {x} # 1',
        },
        { __name__: 'metric_without_timestamp_and_labels' },
        { __name__: 'something_weird', problem: 'division by zero' },
        { __name__: 'an.odd name', zone: 'é' },
      ],
    )
  })

  test('in OpenMetrics has seconds, units and exemplars', () => {
    const { samples, metadata } = readExposition(
      '# TYPE took_seconds histogram\n# UNIT took_seconds seconds\ntook_seconds_bucket{le="0.1"} 8 1395066363.123 # {trace_id="a b"} 0.067 1395066363\n# EOF\n',
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    )
    assert.deepEqual(samples, [{ series: 'took_seconds_bucket{le="0.1"}', value: 8, timestampMs: 1395066363123 }])
    assert.deepEqual(metadata, [{ metric: 'took_seconds', type: 'histogram', help: '', unit: 'seconds' }])
  })

  test('that is none is told by its line', () => {
    for (const line of ['<html>', 'a{b="c} 1', 'a one', 'a 1 2 3', 'a 1 soon', '{} '])
      assert.throws(() => readExposition(`ok 1\n${line}\n`, null), { code: 'MALFORMED_REQUEST', message: /^Line 2 / })
  })
})

const isStale = (values: Float64Array): boolean =>
  new BigUint64Array(values.buffer, values.byteOffset, 1)[0] === staleNan

describe('a target', () => {
  const labels = { job: 'api', instance: 'a:1' }
  const scrape = (atMs: number, text?: string) => ({
    labels,
    atMs,
    durationMs: 5,
    body: text === undefined ? undefined : { text, contentType: null },
  })

  test('keeps its labels, marks what is gone, and all of it when it does not answer', () => {
    const targets = new Targets()
    const first = targets.batchOf('t', scrape(1_000, 'a{job="own"} 1\nb 2\nc 3 500\n'))
    assert.deepEqual(
      first.series.map(({ labels: { __name__: name }, values }) => [name, values[0]]),
      [
        ['a', 1],
        ['b', 2],
        ['c', 3],
        ['up', 1],
        ['scrape_duration_seconds', 0.005],
        ['scrape_samples_scraped', 3],
        ['scrape_series_added', 3],
      ],
    )
    assert.deepEqual(first.series[0]!.labels, { ...labels, __name__: 'a', exported_job: 'own' })

    const second = targets.batchOf('t', scrape(2_000, 'a{job="own"} 4\n'))
    const stale = second.series.filter(({ values }) => isStale(values))
    assert.deepEqual(
      stale.map(({ labels: { __name__: name }, timestamps }) => [name, timestamps[0]]),
      [['b', 2_000]],
    )
    assert.equal(second.series[0]!.labels, first.series[0]!.labels)

    const third = targets.batchOf('t', scrape(3_000))
    assert.deepEqual(
      third.series.map(({ labels: { __name__: name }, values }) => [name, isStale(values) ? 'stale' : values[0]]),
      [
        ['a', 'stale'],
        ['up', 0],
        ['scrape_duration_seconds', 0.005],
        ['scrape_samples_scraped', 0],
        ['scrape_series_added', 0],
      ],
    )
  })

  test('that is given up ends at once', () => {
    const targets = new Targets()
    targets.batchOf('t', scrape(1_000, 'a 1\n'))
    const { series } = targets.forget('t', labels, 2_000)
    assert.ok(series.every(({ values }) => isStale(values)))
    assert.equal(series.length, 5)
  })
})
