import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startersOf } from './starters.ts'

test('only what can be answered is offered, eight at most', () => {
  const some = startersOf(['up', 'process_resident_memory_bytes'])
  assert.deepEqual(
    some.map(({ expression }) => expression),
    ['process_resident_memory_bytes', 'up'],
  )
  assert.equal(startersOf(Array.from({ length: 30 }, (_, index) => `metric_${index}`)).length, 8)
  assert.deepEqual(startersOf([]), [])
})

test('counters of others are asked for their rate, parts of histograms not at all', () => {
  assert.deepEqual(
    startersOf(['orders_total', 'order_size_bucket']).map(({ expression }) => expression),
    ['rate(orders_total[5m])'],
  )
})
