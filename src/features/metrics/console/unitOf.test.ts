import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedUnit, unitOf } from './unitOf.ts'

for (const [expression, unit] of [
  ['process_resident_memory_bytes', 'bytes'],
  ['rate(system_network_io_bytes_total[5m])', 'bytes_per_second'],
  ['rate(process_cpu_seconds_total[1m])', 'ratio'],
  ['histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket[5m])))', 'seconds'],
  ['sum(rate(http_server_request_duration_seconds_count[5m]))', 'per_second'],
  ['system_cpu_utilization_ratio', 'ratio'],
  ['sum(rate(a_total[5m])) / sum(rate(b_total[5m]))', 'count'],
  ['sum(rate(a_total{code="500"}[5m])) / sum(rate(a_total[5m]))', 'ratio'],
  ['sum(rate(tokens_total[5m])) * 60', 'count'],
  ['up', 'count'],
  ['request_duration_seconds_bucket', 'count'],
  ['rate(x[5m])', 'per_second'],
] as const) {
  test(`${expression} is in ${unit}`, () => assert.equal(unitOf(expression), unit))
}

test('several share their unit or have none', () => {
  assert.equal(sharedUnit(['a_bytes', 'b_bytes']), 'bytes')
  assert.equal(sharedUnit(['a_bytes', 'up']), 'count')
  assert.equal(sharedUnit([]), 'count')
})
