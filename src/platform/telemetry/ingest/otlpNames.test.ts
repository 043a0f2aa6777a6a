import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { labelNameOf, metricNameOf, numberText } from './otlpNames.ts'

describe('metricNameOf', () => {
  const names: [name: string, unit: string, kind: 'counter' | 'gauge' | 'other', expected: string][] = [
    ['http.server.request.duration', 's', 'other', 'http_server_request_duration_seconds'],
    ['system.network.io', 'By', 'counter', 'system_network_io_bytes_total'],
    ['requests_total', '1', 'counter', 'requests_total'],
    ['total.requests', '', 'counter', 'requests_total'],
    ['disk.read', 'By/s', 'gauge', 'disk_read_bytes_per_second'],
    ['memory.bytes.used', 'By', 'gauge', 'memory_bytes_used'],
    ['cpu.utilization', '1', 'gauge', 'cpu_utilization_ratio'],
    ['load', '%', 'gauge', 'load_percent'],
    ['queue.length', '{items}', 'gauge', 'queue_length'],
    ['5xx', '', 'counter', '_5xx_total'],
    ['odd--name..x', 'constructor', 'gauge', 'odd_name_x_constructor'],
    ['k8s:rule', '', 'gauge', 'k8s:rule'],
  ]
  for (const [name, unit, kind, expected] of names)
    it(`writes ${name} in ${unit || 'nothing'} as ${expected}`, () =>
      assert.equal(metricNameOf(name, unit, kind), expected))
})

describe('labelNameOf', () => {
  it('keeps to letters, digits and underscores', () => {
    assert.equal(labelNameOf('k8s.pod.name'), 'k8s_pod_name')
    assert.equal(labelNameOf('1st'), 'key_1st')
    assert.equal(labelNameOf('_private'), 'key_private')
    assert.equal(labelNameOf('größe'), 'gr__e')
  })
})

describe('numberText', () => {
  it('never writes an exponent', () => {
    const texts: [number, string][] = [
      [0.005, '0.005'],
      [1, '1'],
      [1e21, '1000000000000000000000'],
      [1.5e22, '15000000000000000000000'],
      [1e-7, '0.0000001'],
      [-2.5e-9, '-0.0000000025'],
      [Infinity, '+Inf'],
      [-Infinity, '-Inf'],
    ]
    for (const [value, text] of texts) assert.equal(numberText(value), text)
  })
})
