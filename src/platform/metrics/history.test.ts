import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hourMs, minuteMs, secondMs } from '#kernel/time.ts'
import { sampleHistory } from './history.ts'

const start = 1_795_000_000_000

describe('history of samples', () => {
  test('gives the newest first, of the wanted types, and says how many there are', () => {
    const history = sampleHistory(5 * secondMs)
    for (let index = 0; index < 10; index++) history.push(start + index, { cpu_usage: index, memory_usage: 50 })
    const { points, total } = history.newest(['cpu_usage'], { limit: 2 })
    assert.deepEqual(points, [
      { type: 'cpu_usage', value: 9, at: start + 9 },
      { type: 'cpu_usage', value: 8, at: start + 8 },
    ])
    assert.equal(total, 10)
    assert.equal(history.newest(['cpu_usage', 'memory_usage'], { limit: 100, since: start + 8 }).total, 4)
  })

  test('what was not measured is absent, not zero', () => {
    const history = sampleHistory(5 * secondMs)
    history.push(start, { cpu_usage: 1 })
    history.push(start + 1, {})
    assert.equal(history.newest(['cpu_usage'], { limit: 10 }).total, 1)
    assert.equal(history.newest(['response_time_p95'], { limit: 10 }).total, 0)
    assert.equal(history.mean('response_time_p95', minuteMs), undefined)
  })

  test('keeps an hour, however much came', () => {
    const history = sampleHistory(5 * secondMs)
    for (let at = start; at < start + 3 * hourMs; at += 5 * secondMs) history.push(at, { cpu_usage: 1 })
    const { points, total } = history.newest(['cpu_usage'], { limit: 10_000 })
    assert.equal(total, 720)
    assert.ok(points.at(-1)!.at > start + 2 * hourMs - 5 * secondMs)
  })

  test('the mean is over the span before the newest', () => {
    const history = sampleHistory(5 * secondMs)
    for (let index = 0; index < 100; index++) history.push(start + index * secondMs, { cpu_usage: index })
    assert.equal(history.mean('cpu_usage', 10 * secondMs), 94.5)
  })
})
