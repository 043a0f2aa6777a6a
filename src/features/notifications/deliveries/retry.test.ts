import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hourMs, minuteMs, secondMs } from '#kernel/time.ts'
import { retryAt } from './retry.ts'

const failed = { attempts: 1, retryAfterMs: undefined, now: 1_000_000, random: 0.5 }

test('ten attempts more over more than a day, then none', () => {
  let at: number | null = 0
  let attempts = 1
  for (; at !== null; attempts++) {
    const next = retryAt({ ...failed, attempts, now: at, random: 0 })
    if (next === null) break
    assert.ok(next > at)
    at = next
  }
  assert.equal(attempts, 11)
  assert.ok(at! > 24 * hourMs, `${at} ms`)
})

test('the wait is spread by a tenth either way', () => {
  assert.equal(retryAt({ ...failed, random: 0 }), 1_000_000 + 4.5 * secondMs)
  assert.equal(retryAt({ ...failed, random: 1 }), 1_000_000 + 5.5 * secondMs)
})

test('what the other side asks for counts when it is longer, up to a day', () => {
  assert.equal(retryAt({ ...failed, retryAfterMs: minuteMs }), 1_000_000 + minuteMs)
  assert.equal(retryAt({ ...failed, retryAfterMs: 1 }), 1_000_000 + 5 * secondMs)
  assert.equal(retryAt({ ...failed, retryAfterMs: 1e15 }), 1_000_000 + 24 * hourMs)
})
