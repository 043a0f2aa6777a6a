import assert from 'node:assert/strict'
import { test } from 'node:test'
import { severities } from './logs.ts'
import { detectSeverity } from './severity.ts'

const nameOf = (line: string, labels = {}, metadata?: Record<string, string>): string | undefined =>
  severities[detectSeverity(line, labels, metadata)]

test('trusts metadata before labels before the line', () => {
  assert.equal(nameOf('ERROR no', { level: 'warn' }, { severity: 'debug' }), 'debug')
  assert.equal(nameOf('ERROR no', { level: 'warn' }), 'warn')
  assert.equal(nameOf('ERROR no', { level: 'nonsense' }), 'error')
})

for (const [line, wanted] of [
  ['{"level":30,"msg":"pino"}', 'info'],
  ['{"level":"WARNING","msg":"x"}', 'warn'],
  ['{"time":1,"msg":"error in level","lvl":"dbg"}', 'debug'],
  ['{"levelname":"CRITICAL"}', 'critical'],
  ['{"levelno":20}', 'info'],
  ['{"severity_number":17}', 'error'],
  ['{"severity":3}', 'error'],
  ['{"severity":"NOTICE"}', 'info'],
  ['{"msg":"an error that is no level"}', 'unknown'],
  ['time=1 level=error msg="x"', 'error'],
  ['ts=1 lvl=eror', 'error'],
  ['2026-11-22 10:00:00,123 ERROR [main] no', 'error'],
  ['[warn] something', 'warn'],
  ['<3>kernel: bad', 'error'],
  ['<30>daemon: fine', 'info'],
  ['E1122 10:00:00.000000 1 main.go:1] klog', 'error'],
  ['10.0.0.1 - - "GET /errors HTTP/1.1" 200', 'unknown'],
  ['informational text about terrors', 'unknown'],
  ['', 'unknown'],
] as const)
  test(`finds ${wanted} in ${JSON.stringify(line)}`, () => assert.equal(nameOf(line), wanted))

test('reads levels of syslog, Python and OpenTelemetry from labels', () => {
  assert.equal(nameOf('', { severity: '2' }), 'critical')
  assert.equal(nameOf('', { levelno: '30' }), 'warn')
  assert.equal(nameOf('', {}, { severity_number: '9' }), 'info')
})
