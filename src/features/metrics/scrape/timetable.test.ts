import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { minuteMs, secondMs } from '#kernel/time.ts'
import { createTimetable } from './timetable.ts'

const startMs = Date.UTC(2026, 10, 22)

describe('a timetable', () => {
  test('keeps its phase, also after a restart', () => {
    const [one, other] = [createTimetable('a', minuteMs), createTimetable('a', minuteMs)]
    const firstMs = one.next(startMs)
    assert.ok(firstMs > startMs && firstMs <= startMs + minuteMs)
    assert.equal(one.next(firstMs + 7), firstMs + minuteMs)
    assert.equal(other.next(firstMs + 10 * secondMs), firstMs + minuteMs)
  })

  test('gives each look a time of its own, though a timer fires early', () => {
    const { next, lookedAt } = createTimetable('a', secondMs)
    const firstMs = next(startMs)
    assert.equal(lookedAt(firstMs - 1), firstMs)
    assert.equal(next(firstMs - 1), firstMs + secondMs)
    assert.equal(lookedAt(firstMs + secondMs + 3), firstMs + secondMs + 3)
    // The look took nearly an interval.
    assert.equal(next(firstMs + 2 * secondMs - 1), firstMs + 2 * secondMs)
    assert.equal(lookedAt(firstMs + 2 * secondMs - 1), firstMs + 2 * secondMs)
  })

  test('goes with a clock that was set back', () => {
    const { next, lookedAt } = createTimetable('a', secondMs)
    const firstMs = next(startMs)
    assert.equal(lookedAt(firstMs - minuteMs), firstMs - minuteMs)
    assert.equal(next(firstMs - minuteMs - 1), firstMs - minuteMs)
  })
})
