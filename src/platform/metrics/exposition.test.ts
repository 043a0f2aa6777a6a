import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { expose } from './exposition.ts'
import { registerRead } from './read.ts'

test('OpenMetrics for whoever accepts it, and Prometheus text unchanged afterwards', async () => {
  const registry = new Registry()
  registerRead(registry, {
    kind: 'counter',
    name: 'things_total',
    help: 'Things',
    label: 'kind',
    read: () => ({ a: 1, b: 2 }),
  })
  registerRead(registry, { kind: 'gauge', name: 'level_ratio', help: 'Level', read: async () => 0.5 })

  const before = await expose(registry, 'text/plain')
  assert.match(before.contentType, /^text\/plain; version=0\.0\.4/)
  assert.match(before.text, /^# TYPE things_total counter$/m)
  assert.match(before.text, /^things_total\{kind="b"\} 2$/m)

  const open = await expose(registry, 'application/openmetrics-text;version=1.0.0;q=0.8,text/plain;q=0.5')
  assert.match(open.contentType, /^application\/openmetrics-text/)
  assert.match(open.text, /^# TYPE things counter$/m)
  assert.match(open.text, /^things_total\{kind="b"\} 2$/m)
  assert.match(open.text, /# EOF\n$/)

  assert.deepEqual(await expose(registry, 'text/plain'), before)
})
