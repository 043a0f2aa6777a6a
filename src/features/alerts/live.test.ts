import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Context, systemActor } from '#platform/context.ts'
import { startApp } from '../../../test/support/app.ts'
import { until } from '../../../test/support/until.ts'
import { reportAlerts } from './index.ts'

test('who watches is told that an alert fires and that it is over, in words and with an upper-case level', async () => {
  const { app, clock } = await startApp()
  const { live } = app.platform
  live.watch('system_alert')
  const told: Record<string, unknown>[] = []
  const moved: unknown[] = []
  live.onMessage(({ topic, data }) => {
    if (topic === 'system_alert') told.push(data as Record<string, unknown>)
    if (topic === 'alerts') moved.push(data)
  })
  const origin = { requestId: null, address: null, userAgent: null }
  const ctx = new Context(app.platform, systemActor('test', 'test', []), origin)
  const alert = { labels: { alertname: 'Down', severity: 'critical' }, annotations: { summary: 'It is down' } }
  await reportAlerts(ctx, 'alertmanager', [alert])
  await reportAlerts(ctx, 'alertmanager', [{ ...alert, endsAt: clock.now() }])
  await until('both are told', () => told.length === 2)
  assert.deepEqual(
    told.map(({ severity, state, message }) => [severity, state, message]),
    [
      ['CRITICAL', 'firing', 'It is down'],
      ['CRITICAL', 'resolved', 'Resolved: Down'],
    ],
  )
  assert.equal(moved.length, 2)
})
