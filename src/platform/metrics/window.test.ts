import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { minuteMs, secondMs } from '#kernel/time.ts'
import { rollingWindow } from './window.ts'

const start = 1_795_000_000_000

describe('rolling window', () => {
  test('percentiles are within 8 % of the exact ones, from a tenth of a millisecond to half a minute', () => {
    for (const scaleMs of [0.5, 20, 800, 30_000]) {
      const window = rollingWindow(start)
      for (let index = 1; index <= 1_000; index++) window.record(start, (index / 1_000) * scaleMs, false)
      const { p50_ms, p95_ms } = window.figures(start, minuteMs)
      assert.ok(Math.abs(p50_ms! / (0.5 * scaleMs) - 1) < 0.08, `p50 ${p50_ms} of ${scaleMs}`)
      assert.ok(Math.abs(p95_ms! / (0.95 * scaleMs) - 1) < 0.08, `p95 ${p95_ms} of ${scaleMs}`)
    }
  })

  test('the rate is over the time that was asked for, less where the window is younger', () => {
    const window = rollingWindow(start)
    for (let second = 0; second < 300; second++) {
      for (let count = 0; count < 10; count++) window.record(start + second * secondMs, 5, count < 2)
    }
    const end = start + 5 * minuteMs
    for (const spanMs of [minuteMs, 5 * minuteMs]) {
      const { per_second, failed_ratio } = window.figures(end, spanMs)
      assert.ok(Math.abs(per_second - 10) < 0.5, `${per_second} per second`)
      assert.ok(Math.abs(failed_ratio - 0.2) < 0.01)
    }
    const young = rollingWindow(end - 4 * secondMs)
    for (let count = 0; count < 40; count++) young.record(end - secondMs, 5, false)
    assert.equal(young.figures(end, minuteMs).per_second, 10)
  })

  test('what is older than the span is forgotten, also after a long silence', () => {
    const window = rollingWindow(start)
    window.record(start, 5, true)
    assert.equal(window.figures(start + 30 * secondMs, minuteMs).count, 1)
    assert.equal(window.figures(start + 2 * minuteMs, minuteMs).count, 0)
    assert.equal(window.figures(start + 2 * minuteMs, 5 * minuteMs).count, 1)
    assert.deepEqual(window.figures(start + 24 * 60 * minuteMs, 5 * minuteMs), {
      count: 0,
      per_second: 0,
      failed_ratio: 0,
      p50_ms: null,
      p95_ms: null,
    })
  })
})
