import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastSeenExpression, newestOf, spanAround } from './lastSeen.ts'

const vector = (...values: (number | string | null)[]) => ({
  type: 'vector' as const,
  at_ms: 0,
  series: values.map((value) => ({ metric: {}, value })),
  warnings: [],
  samples: 1,
  took_ms: 1,
})

test('a comment at the end of the expression swallows nothing', () => {
  assert.equal(lastSeenExpression('up # all of them'), 'max(max_over_time(timestamp(\nup # all of them\n)[7d:5m]))')
})

test('the newest answer counts; errors and what is no number do not', () => {
  const error = { type: 'error' as const, code: 'QUERY_FAILED', message: 'no', position: null }
  assert.equal(newestOf([vector(5), error, vector(), vector(7.5, 'NaN', null)]), 7_500)
  assert.equal(newestOf([vector(), error]), undefined)
})

test('the span around it is as long as before, and does not end after now', () => {
  const span = { fromMs: 1_000, toMs: 2_000 }
  assert.deepEqual(spanAround(500, span, 5_000), { fromMs: -400, toMs: 600 })
  assert.deepEqual(spanAround(4_990, span, 5_000), { fromMs: 4_000, toMs: 5_000 })
})
