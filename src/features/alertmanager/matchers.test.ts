import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '#kernel/errors.ts'
import { fromWire, parseFilters, toWire } from './matchers.ts'

test('matchers are read as amtool, Grafana and people write them', () => {
  const disk = { name: 'alertname', op: '=', value: 'DiskFull' }
  assert.deepEqual(parseFilters(['alertname="DiskFull"']), [disk])
  assert.deepEqual(parseFilters(['alertname=DiskFull']), [disk])
  assert.deepEqual(parseFilters([' {alertname="DiskFull", severity=~"error|critical"} ']), [
    disk,
    { name: 'severity', op: '=~', value: 'error|critical' },
  ])
  assert.deepEqual(parseFilters([String.raw`path!="a, \"b\"=c\\d"`]), [
    { name: 'path', op: '!=', value: 'a, "b"=c\\d' },
  ])
  assert.deepEqual(parseFilters(['team=""', 'x!~"y"']), [
    { name: 'team', op: '=', value: '' },
    { name: 'x', op: '!~', value: 'y' },
  ])
  assert.deepEqual(parseFilters(['{}']), [])
})

test('what is no matcher is refused', () => {
  for (const text of ['alertname', '="x"', 'a="b', '1a="b"', 'a=~"("', String.raw`a="\x"`])
    assert.throws(() => parseFilters([text]), AppError, text)
})

test('each operator survives the way over the wire', () => {
  for (const op of ['=', '!=', '=~', '!~'] as const) {
    const matcher = { name: 'a', op, value: 'b' }
    assert.deepEqual(fromWire(toWire(matcher)), matcher)
  }
})
