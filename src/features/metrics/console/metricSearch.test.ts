import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expressionOf, matching, type DescribedMetric } from './metricSearch.ts'

const metrics: DescribedMetric[] = [
  { name: 'app_requests_total', type: 'counter', help: 'Requests answered' },
  { name: 'requests_open', type: 'gauge', help: 'Being answered' },
  { name: 'memory_bytes', type: 'gauge', help: 'In use' },
]
const names = (text: string, type = ''): string[] => matching(metrics, text, type).map(({ name }) => name)

test('words are looked for in name and help, those that begin so come first', () => {
  assert.deepEqual(names('requests'), ['requests_open', 'app_requests_total'])
  assert.deepEqual(names('ANSWERED app'), ['app_requests_total'])
  assert.deepEqual(names('', 'gauge'), ['requests_open', 'memory_bytes'])
  assert.deepEqual(names('requests', 'histogram'), [])
})

test('counters are asked for their rate, buckets for a percentile', () => {
  assert.equal(expressionOf(metrics[0]!), 'rate(app_requests_total[5m])')
  assert.equal(expressionOf(metrics[2]!), 'memory_bytes')
  assert.match(expressionOf({ name: 'x_bucket', type: 'histogram', help: '' }), /histogram_quantile/)
})
