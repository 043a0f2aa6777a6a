import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { hourMs, minuteMs, secondMs } from '#kernel/time.ts'
import { dueTimes, latestDue, nextDue, timingOf } from './schedule.ts'

const now = 1_795_000_007_000

describe('when rules are evaluated', () => {
  test('each at the same seconds of its interval, and different rules at different ones', () => {
    const offsets = Array.from({ length: 1_000 }, (_, index) => timingOf(`rule ${index}`, 15 * secondMs).offsetMs)
    assert.equal(new Set(offsets).size, 15)
    assert.ok(offsets.every((offset) => offset % secondMs === 0 && offset < 15 * secondMs))
  })

  test('once, and not again before the next time', () => {
    const timing = { intervalMs: 15 * secondMs, offsetMs: 3 * secondMs }
    const { times } = dueTimes(now - 20 * secondMs, now, timing)
    assert.deepEqual(times, [latestDue(now, timing)])
    assert.deepEqual(dueTimes(times[0]!, now, timing).times, [])
    assert.equal(dueTimes(times[0]!, nextDue(now, timing), timing).times.length, 1)
  })

  test('what was missed is made up for, in order, up to a quarter of an hour and forty times', () => {
    const minute = { intervalMs: minuteMs, offsetMs: 0 }
    assert.deepEqual(
      [dueTimes(now - hourMs, now, minute).times.length, dueTimes(now - hourMs, now, minute).missed],
      [15, 45],
    )
    const quick = { intervalMs: 5 * secondMs, offsetMs: 0 }
    assert.equal(dueTimes(now - hourMs, now, quick).times.length, 40)
    const slow = { intervalMs: 6 * hourMs, offsetMs: 0 }
    assert.equal(dueTimes(now - 24 * hourMs, now, slow).times.length, 1)
  })

  test('a clock that goes back evaluates nothing', () => {
    assert.deepEqual(dueTimes(now, now - hourMs, { intervalMs: secondMs * 15, offsetMs: 0 }).times, [])
  })

  test('times are an interval apart, after the last one and not after now', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 5, max: 86_400 }),
        fc.nat({ max: 86_400 }),
        fc.nat({ max: 200_000_000 }),
        (interval, offset, agoMs) => {
          const timing = { intervalMs: interval * secondMs, offsetMs: (offset % interval) * secondMs }
          const { times, missed } = dueTimes(now - agoMs, now, timing)
          assert.ok(missed >= 0 && times.length <= 40)
          for (const [index, at] of times.entries()) {
            assert.ok(at > now - agoMs && at <= now)
            assert.equal((at - timing.offsetMs) % timing.intervalMs, 0)
            if (index > 0) assert.equal(at - times[index - 1]!, timing.intervalMs)
          }
        },
      ),
    )
  })
})
