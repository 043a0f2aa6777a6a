import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { minuteMs } from '#kernel/time.ts'
import { betweenSteps } from './betweenSteps.ts'
import { parsePromql } from './parse.ts'

const between = (text: string, stepMs = 20 * minuteMs, partsMax = 1_000) =>
  betweenSteps(parsePromql(text), stepMs, partsMax)

describe('between the steps of a range query', () => {
  test('a metric is asked for all of its samples, each of them once', () => {
    assert.deepEqual(between(String.raw`(up{job=~"a|\"b\\d\""} offset -5m)`, minuteMs), {
      by: 'samples',
      least: String.raw`min_over_time({job=~"a|\"b\\d\"",__name__="up"}[59999ms] offset -300000ms)`,
      most: String.raw`max_over_time({job=~"a|\"b\\d\"",__name__="up"}[59999ms] offset -300000ms)`,
    })
    for (const side of ['least', 'most'] as const) {
      const asked = between('up offset -5m')
      assert.ok(asked?.by === 'samples' && parsePromql(asked[side]))
    }
  })

  test('an expression is evaluated as often as its shortest window', () => {
    assert.deepEqual(between('sum(rate(a[5m])) / sum(rate(b[10m]))'), { by: 'steps', stepMs: 5 * minuteMs, parts: 4 })
    assert.deepEqual(between('a - b'), { by: 'steps', stepMs: 15_000, parts: 80 })
    assert.deepEqual(between('{job="a"}'), { by: 'steps', stepMs: 15_000, parts: 80 })
    assert.deepEqual(between('-max_over_time(rate(a[1m])[10m:])'), { by: 'steps', stepMs: 10 * minuteMs, parts: 2 })
  })

  test('no finer than is allowed, and in whole milliseconds', () => {
    assert.deepEqual(between('sum(a)', 20 * minuteMs, 18), { by: 'steps', stepMs: 75_000, parts: 16 })
    assert.equal(between('sum(a)', 20 * minuteMs, 1), undefined)
    assert.equal(between('sum(a)', 20 * minuteMs, 0.4), undefined)
    assert.equal(between('sum(a)', 60_001, 3), undefined)
  })

  test('nothing where windows reach from step to step, and for what is always the same', () => {
    for (const text of ['rate(a[20m])', 'sum(rate(a[1h]))', 'a @ 5', 'sum(a @ end())', 'vector(time())', '1 + 2'])
      assert.equal(between(text), undefined, text)
    assert.equal(between('sum(a)', 15_000), undefined)
  })
})
