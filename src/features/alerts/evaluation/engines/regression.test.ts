import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayMs, minuteMs, secondMs } from '#kernel/time.ts'
import { startApp } from '../../../../../test/support/app.ts'
import { traffic } from '../../../../../test/support/traffic.ts'
import { ruleDefaults, type Rule } from '../../rule.ts'
import { activeRule, type ActiveRule } from '../active.ts'
import { regressionEngine } from './regression.ts'

function ruleOf(signal: 'p95' | 'error_rate'): ActiveRule {
  const condition = { type: 'regression', signal, days: 3, deviations: 6, ratio: 1.5, requests_min: 50 } as const
  const rule: Rule = { ...ruleDefaults, name: signal, condition }
  const known = { version: 1, created_at: 0, updated_at: 0, updated_by: '', builtin: false, enabled: true }
  return activeRule({ ...known, id: signal, name: signal, rule, problem: null })!
}

test('a route that became slower, or fails more often, than at this hour of other days is found with its evidence', async () => {
  const { app } = await startApp()
  const { metrics } = app.platform.telemetry
  const now = Math.floor(Date.now() / minuteMs) * minuteMs
  for (const day of [3, 2, 1]) {
    const toMs = now - day * dayMs + 35 * minuteMs
    await metrics.append({ series: [...traffic('/steady', toMs, 0.2), ...traffic('/slower', toMs, 0.2)] })
  }
  await metrics.append({ series: [...traffic('/steady', now, 0.2), ...traffic('/slower', now, 0.7, { failing: 0.2 })] })
  const jobs = [ruleOf('p95'), ruleOf('error_rate')].map((active) => ({ active, times: [now] }))
  const answers = await regressionEngine(metrics)(jobs, AbortSignal.timeout(60 * secondMs))
  const found = answers.map(({ outcomes: [outcome] }) => {
    assert.equal(outcome!.kind, 'samples', JSON.stringify(outcome))
    return outcome!.kind === 'samples' ? outcome!.samples : []
  })
  assert.deepEqual(
    found.map((samples) => samples.map(({ labels }) => labels)),
    [[{ http_route: '/slower' }], [{ http_route: '/slower' }]],
  )
  const [p95, errors] = found.map(([sample]) => sample!)
  assert.ok(p95!.value! > 0.5 && p95!.facts!['baseline']! < 0.25 && p95!.facts!['compared']! >= 10)
  assert.deepEqual(
    [errors!.value!.toFixed(2), errors!.facts!['baseline'], errors!.facts!['requests']! > 500],
    ['0.20', 0, true],
  )
})
