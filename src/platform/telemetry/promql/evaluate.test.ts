import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { memorySource } from '../../../../test/support/memorySource.ts'
import type { SampleSource, TimeSpan } from '../metrics/metrics.ts'
import { evaluateInstant } from './evaluate.ts'
import { parsePromql } from './parse.ts'
import { asking, askingSource, seriesOf } from '../../../../test/support/promql.ts'

const minute = 60

describe('which sample counts at a moment', () => {
  const { at, over } = asking({ 'a{}': '1 2 _ _ _ _ _ _ 9 stale _ 5' })

  test('the newest, for five minutes, both ends included', async () => {
    assert.deepEqual(await at('a', minute), ['a{} 2'])
    assert.deepEqual(await at('a', 6 * minute), ['a{} 2'])
    assert.deepEqual(await at('a', 6 * minute + 0.001), [])
  })

  test('as far back as is asked for', async () => {
    assert.deepEqual(await at('a', 3 * minute, { lookbackMs: 60_000 }), [])
  })

  test('none after a stale marker, until there is one again', async () => {
    assert.equal(await over('a', 8 * minute, 11 * minute, minute), '9 _ _ 5')
  })

  test('offset and @ move the moment, in any order', async () => {
    assert.deepEqual(await at('a offset 1m', 2 * minute), ['a{} 2'])
    assert.deepEqual(await at('a offset -1m', 0), ['a{} 2'])
    assert.deepEqual(await at('a @ 480 offset 7m', 99), ['a{} 2'])
    assert.deepEqual(await at('a offset 7m @ 480', 99), ['a{} 2'])
    assert.equal(await over('a @ end()', 0, 8 * minute, 4 * minute), '9 9 9')
  })
})

describe('windows', () => {
  const { at, over } = asking({ 'a{}': '0 10 20 _ 40 stale 60', 'n{}': '1 NaN 3' })

  test('have both ends', async () => {
    assert.deepEqual(await at('a[1m]', minute), ['a{} 0 10'])
    assert.deepEqual(await at('count_over_time(a[2m])', 2 * minute), ['{} 3'])
  })

  test('leave stale markers out', async () => {
    assert.deepEqual(await at('a[3m]', 6 * minute), ['a{} 40 60'])
  })

  test('slide over a range', async () => {
    assert.equal(await over('sum_over_time(a[2m])', 0, 6 * minute, minute), '0 10 30 30 60 40 100')
    assert.equal(await over('max_over_time(a[1m])', 0, 6 * minute, minute), '0 10 20 20 40 40 60')
    assert.equal(await over('min_over_time(n[2m])', 0, 4 * minute, minute), '1 1 1 3 3')
    assert.equal(await over('last_over_time(a[1m])', 0, 6 * minute, minute), '0 10 20 20 40 40 60')
  })

  test('of a subquery are aligned to its step, whenever the query is', async () => {
    assert.deepEqual(await at('(a * 1)[2m:1m]', 2 * minute + 30), ['{} 10 20'])
    assert.deepEqual(await at('sum_over_time(vector(1)[5m:2m])', 5 * minute), ['{} 3'])
    assert.deepEqual(await at('count_over_time((a + 0)[2m:])', 2 * minute), ['{} 3'])
  })
})

describe('counters', () => {
  test('are extrapolated to the ends of the window, where samples come near', async () => {
    const { at } = asking({ 'c{}': '0+10x10' }, 5 * minute * 1_000)
    assert.deepEqual(await at('rate(c[50m])', 50 * minute), [`{} ${100 / 3_000}`])
    assert.deepEqual(await at('increase(c[50m])', 50 * minute), ['{} 100'])
    assert.deepEqual(await at('increase(c[100m])', 50 * minute), ['{} 100'])
    assert.deepEqual(await at('delta(c[20m])', 50 * minute + 150), ['{} 40'])
  })

  test('are not extrapolated to below zero', async () => {
    const { at } = asking({ 'c{}': '_ 1+10x9' })
    assert.deepEqual(await at('increase(c[10m])', 10 * minute), ['{} 91'])
  })

  test('may begin again', async () => {
    const { at, over } = asking({ 'c{}': '0+10x5 0+10x5' })
    assert.deepEqual(await at('increase(c[11m])', 11 * minute), ['{} 100'])
    assert.deepEqual(await at('resets(c[11m])', 11 * minute), ['{} 1'])
    assert.deepEqual(await at('changes(c[11m])', 11 * minute), ['{} 11'])
    assert.equal(await over('irate(c[1m])', 5 * minute, 7 * minute, minute), `${10 / 60} 0 ${10 / 60}`)
    assert.equal(await over('idelta(c[1m])', 5 * minute, 7 * minute, minute), '10 -50 10')
  })

  test('need two samples', async () => {
    const { at } = asking({ 'c{}': '1 _ 3' })
    for (const name of ['rate', 'increase', 'delta', 'irate', 'idelta', 'deriv'])
      assert.deepEqual(await at(`${name}(c[1m])`, 2 * minute), [], name)
  })
})

describe('functions', () => {
  const { at } = asking({
    'a{}': '0+10x10',
    'b{le="0.1"}': '1',
    'b{le="0.5"}': '3',
    'b{le="1"}': '2',
    'b{le="+Inf"}': '4',
    'v{i="1"}': '-1.5',
    'v{i="2"}': 'NaN',
    'v{i="3"}': '2.5',
    'l{src="source-value-10"}': '1',
  })

  for (const [expression, expected] of [
    ['abs(v)', ['{i="1"} 1.5', '{i="2"} NaN', '{i="3"} 2.5']],
    ['round(v)', ['{i="1"} -1', '{i="2"} NaN', '{i="3"} 3']],
    ['clamp(v, 2, 1)', []],
    ['clamp_max(v, -Inf)', ['{i="1"} -Inf', '{i="2"} -Inf', '{i="3"} -Inf']],
    ['sort(v)', ['v{i="1"} -1.5', 'v{i="3"} 2.5', 'v{i="2"} NaN']],
    ['sort_desc(v)', ['v{i="3"} 2.5', 'v{i="1"} -1.5', 'v{i="2"} NaN']],
    ['scalar(v)', ['NaN']],
    ['scalar(a)', ['0']],
    ['absent(nothing{x="1", y=~"2", z="3"})', ['{x="1", z="3"} 1']],
    ['absent(v)', []],
    ['absent_over_time(nothing{x="1"}[5m])', ['{x="1"} 1']],
    ['histogram_quantile(0.5, b)', ['{} 0.30000000000000004']],
    ['histogram_quantile(0.9, b)', ['{} 1']],
    ['histogram_quantile(2, b)', ['{} +Inf']],
    ['label_replace(l, "dst", "$1-$2", "src", "(.*)-value-(\\\\d+)")', ['l{dst="source-10", src="source-value-10"} 1']],
    ['label_replace(l, "dst", "x", "src", "value")', ['l{src="source-value-10"} 1']],
    ['label_replace(l, "src", "", "src", ".*")', ['l{} 1']],
    [
      'label_join(l, "dst", "+", "src", "none", "src")',
      ['l{dst="source-value-10++source-value-10", src="source-value-10"} 1'],
    ],
    ['vector(1) ^ 2', ['{} 1']],
    ['time()', ['0']],
    ['day_of_week()', ['{} 4']],
    ['days_in_month(vector(951782400))', ['{} 29']],
    ['year(vector(-1))', ['{} 1969']],
    ['pi()', [String(Math.PI)]],
    ['timestamp(a)', ['{} 0']],
  ] as const) {
    test(expression, async () => assert.deepEqual(await at(expression, 0), expected))
  }

  test('of lines and smoothing', async () => {
    assert.deepEqual(await at('deriv(a[10m])', 10 * minute), [`{} ${10 / 60}`])
    assert.deepEqual(await at('predict_linear(a[10m], 600)', 10 * minute), ['{} 200'])
    assert.deepEqual(await at('holt_winters(a[10m], 0.01, 0.1)', 10 * minute), ['{} 100'])
    assert.deepEqual(await at('quantile_over_time(0.5, a[9m])', 10 * minute), ['{} 55'])
    assert.deepEqual(await at('stddev_over_time(a[2m])', 2 * minute), [`{} ${Math.sqrt(200 / 3)}`])
  })

  test('of native histograms are refused by name', async () => {
    await assert.rejects(at('histogram_count(a)', 0), /native histograms/)
  })
})

test('labels do not grow without end', async () => {
  const { at } = asking({ 'a{x="1"}': '1' })
  const nested = `${'label_replace('.repeat(30)}a${', "x", "$1$1", "x", "(.*)")'.repeat(30)}`
  await assert.rejects(at(nested, 0), /the value of label x would have \d+ characters/)
})

describe('aggregations', () => {
  const { at } = asking({
    'a{g="x", i="1"}': '1',
    'a{g="x", i="2"}': '3',
    'a{g="y", i="3"}': '5',
    'a{g="y", i="4"}': 'NaN',
    'a{constructor="c"}': '7',
  })

  for (const [expression, expected] of [
    ['sum by (g) (a)', ['{} 7', '{g="x"} 4', '{g="y"} NaN']],
    ['max without (i) (a)', ['{constructor="c"} 7', '{g="x"} 3', '{g="y"} 5']],
    ['count(a)', ['{} 5']],
    ['sum by (constructor) (a > 3)', ['{} 5', '{constructor="c"} 7']],
    ['avg by (g) (a{g="x"})', ['{g="x"} 2']],
    ['stddev(a{g="x"})', ['{} 1']],
    ['group by (__name__) (a)', ['a{} 1']],
    ['topk(2, a)', ['a{constructor="c"} 7', 'a{g="y", i="3"} 5']],
    ['bottomk by (g) (1, a{g!=""})', ['a{g="x", i="1"} 1', 'a{g="y", i="3"} 5']],
    ['topk(0, a)', []],
    ['quantile(0.5, a{g="x"})', ['{} 2']],
    ['quantile(0, a)', ['{} NaN']],
    [
      'count_values("value", a * 1e21)',
      [
        '1000000000000000000000',
        '3000000000000000000000',
        '5000000000000000000000',
        '7000000000000000000000',
        'NaN',
      ].map((value) => `{value="${value}"} 1`),
    ],
  ] as const) {
    test(expression, async () => assert.deepEqual(await at(expression, 0), expected))
  }

  test('refuse a number of series that is none', async () => {
    await assert.rejects(at('topk(NaN, a)', 0), /Scalar value NaN overflows int64/)
  })
})

describe('operators between vectors', () => {
  const { at, over } = asking({
    'a{i="1", j="x"}': '1 2 3',
    'a{i="2", j="x"}': '4 5 6',
    'b{i="1"}': '10 20 stale',
    'b{i="2"}': '0 0 0',
    'c{j="x", version="7"}': '100',
  })

  for (const [expression, expected] of [
    ['a + on(i) b', ['{i="1"} 11', '{i="2"} 4']],
    ['a + ignoring(j) b', ['{i="1"} 11', '{i="2"} 4']],
    ['a + b', []],
    ['a > on(i) b', ['{i="2"} 4']],
    ['b > bool ignoring(j) a', ['{i="1"} 1', '{i="2"} 0']],
    ['a * on(j) group_left(version) c', ['{i="1", j="x", version="7"} 100', '{i="2", j="x", version="7"} 400']],
    ['c - on(j) group_right a', ['{i="1", j="x"} 99', '{i="2", j="x"} 96']],
    ['2 < a', ['a{i="2", j="x"} 4']],
    ['a == bool 1', ['{i="1", j="x"} 1', '{i="2", j="x"} 0']],
    ['a and on(i) b > 5', ['a{i="1", j="x"} 1']],
    ['a unless on(i) b > 5', ['a{i="2", j="x"} 4']],
    ['b or c', ['b{i="1"} 10', 'b{i="2"} 0', 'c{j="x", version="7"} 100']],
    ['-a', ['{i="1", j="x"} -1', '{i="2", j="x"} -4']],
    ['b % 3 atan2 0', ['b{i="1"} ' + String(Math.PI / 2), 'b{i="2"} 0'].map((line) => line.slice(1))],
    ['1 ^ NaN', ['1']],
  ] as const) {
    test(expression, async () => assert.deepEqual(await at(expression, 0), expected))
  }

  test('follow staleness step by step', async () => {
    assert.equal(await over('a * on(i) b{i="1"}', 0, 2 * minute, minute), '10 40 _')
    assert.equal(await over('sum(a and on(i) b)', 0, 2 * minute, minute), '5 7 6')
  })

  for (const [expression, message] of [
    ['c * on(j) a', /found duplicate series for the match group \{j="x"\} on the right hand-side.*many-to-many/],
    ['a * on(j) c', /multiple matches for labels: many-to-one matching must be explicit/],
    ['a * on(j) group_left(i) c', /grouping labels must ensure unique matches/],
    [
      '{__name__=~"a|b", i="1"} + on(i) group_left(j) {__name__="a"}',
      /cannot contain metrics with the same labelset|unique/,
    ],
    ['label_replace(a, "i", "", "", "")', /same labelset/],
  ] as const) {
    test(`${expression} fails`, () => assert.rejects(at(expression, 0), message))
  }
})

describe('limits', () => {
  const written = { 'a{i="1"}': '0+1x100', 'a{i="2"}': '0+1x100' }
  const { at, over } = asking(written)

  test('on samples, series and points are said', async () => {
    const tooMany = /query processing would load too many samples into memory/
    await assert.rejects(at('count_over_time(a[100m])', 6_000, { limits: { samplesMax: 150 } }), tooMany)
    await assert.rejects(at('a', 6_000, { limits: { seriesMax: 1 } }), /too many series: the limit is 1/)
    await assert.rejects(
      over('a', 0, 6_000, 1, { limits: { pointsMax: 5_999 } }),
      /exceeded maximum resolution of 5,999/,
    )
    await assert.rejects(over('1', 10, 0, 1), /end timestamp must not be before start time/)
    await assert.rejects(over('1', 0, 10, 0), /zero or negative query resolution step widths/)
  })

  test('on what only an answer may be', async () => {
    await assert.rejects(over('a[5m]', 0, 10, 1), /invalid expression type "range vector" for range query/)
    await assert.rejects(over('"text"', 0, 10, 1), /invalid expression type "string"/)
  })

  test('on time end a query that its source keeps waiting', async () => {
    const slow: SampleSource = {
      select: async function* (_matchers, _span, signal) {
        while (!signal.aborted) await setImmediate()
        yield* []
      },
    }
    await assert.rejects(askingSource(slow).at('a', 0, { limits: { timeoutMs: 50 } }), {
      code: 'QUERY_TIMEOUT',
      message: 'query timed out in expression evaluation',
    })
  })

  test('a query that was given up ends, also within long windows', async () => {
    const long = seriesOf({ 'a{}': '0+1x200000' }, 1_000)
    const reason = new Error('The client left')
    const leaving = new AbortController()
    const timer = setTimeout(() => leaving.abort(reason), 50)
    const startedAt = performance.now()
    await assert.rejects(
      askingSource(memorySource(long)).over('stddev_over_time(a[50h])', 0, 200_000, 20, { signal: leaving.signal }),
      reason,
    )
    clearTimeout(timer)
    assert.ok(performance.now() - startedAt < 5_000)
  })

  test('only as much is asked of the source as counts', async () => {
    const spans: TimeSpan[] = []
    const source: SampleSource = {
      select: (_matchers, span) => {
        spans.push(span)
        return []
      },
    }
    const { at, over } = askingSource(source)
    await at('a', 1_000)
    await over('rate(a[1m] offset 10s)', 1_000, 2_000, 10)
    await at('max_over_time(rate(a[1m])[10m:1m])', 1_230)
    await over('a @ 500', 1_000, 2_000, 10)
    assert.deepEqual(spans, [
      { fromMs: 700_000, toMs: 1_000_000 },
      { fromMs: 930_000, toMs: 1_990_000 },
      { fromMs: 600_000, toMs: 1_200_000 },
      { fromMs: 200_000, toMs: 500_000 },
    ])
  })
})

test('what a query cost is told', async () => {
  const source = memorySource(seriesOf({ 'a{i="1"}': '0+1x9', 'a{i="2"}': '0+1x9' }))
  const { stats } = await evaluateInstant(parsePromql('sum(rate(a[5m]))'), 540_000, source)
  assert.equal(stats.series, 2)
  assert.equal(stats.samples, 12)
})
