import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { minuteMs } from '#kernel/time.ts'
import { betweenSteps } from './betweenSteps.ts'
import { parsePromql } from './parse.ts'

const between = (text: string, stepMs = 20 * minuteMs, most = { inWindows: 1_000, inSteps: 1_000 }) =>
  betweenSteps(text, stepMs, most)

/** As often as the expression is evaluated for one step. */
function everyMs(text: string): number {
  const asked = between(text)
  if (asked?.by !== 'windows') assert.fail(text)
  for (const side of [asked.least, asked.most]) parsePromql(side)
  return Number(/\[1199999ms:(\d+)ms\]/.exec(asked.least)?.[1])
}

describe('between the steps of a range query', () => {
  test('a metric is asked for all of its samples, each of them once', () => {
    const windows = String.raw`{job=~"a|\"b\\d\"",__name__="up"}[59999ms] offset -300000ms`
    const asked = between(String.raw`(up{job=~"a|\"b\\d\""} offset -5m)`, minuteMs)
    assert.deepEqual(asked, {
      by: 'windows',
      least: `min_over_time(${windows})`,
      most: `max_over_time(${windows})`,
    })
    assert.ok(parsePromql(asked.least))
  })

  test('an expression is evaluated as often as its shortest window', () => {
    assert.equal(everyMs('sum(rate(a[5m])) / sum(rate(b[10m]))'), 5 * minuteMs)
    assert.equal(everyMs('a - b # the rest'), 15_000)
    assert.equal(everyMs('-max_over_time(rate(a[1m])[10m:])'), 10 * minuteMs)
  })

  test('where series may differ in nothing but their names they keep them', () => {
    assert.deepEqual(between('{job="a"}'), { by: 'steps', stepMs: 15_000 })
    assert.deepEqual(between('{job="a"} > 1', 20 * minuteMs, { inWindows: 9, inSteps: 2 }), {
      by: 'steps',
      stepMs: 10 * minuteMs,
    })
  })

  test('no more often than is allowed, and in whole milliseconds', () => {
    const often = (stepMs: number, inWindows: number) => between('sum(a)', stepMs, { inWindows, inSteps: 1_000 })
    assert.match(JSON.stringify(often(20 * minuteMs, 18)), /\[1199999ms:75000ms\]/)
    assert.equal(often(20 * minuteMs, 1), undefined)
    assert.equal(often(20 * minuteMs, 0.4), undefined)
    assert.equal(often(60_001, 3), undefined)
  })

  test('nothing where windows reach from step to step, and for what is always the same', () => {
    for (const text of ['rate(a[20m])', 'sum(rate(a[1h]))', 'a @ 5', 'sum(a @ end())', 'vector(time())', '1 + 2'])
      assert.equal(between(text), undefined, text)
    assert.equal(between('sum(a)', 15_000), undefined)
  })
})
