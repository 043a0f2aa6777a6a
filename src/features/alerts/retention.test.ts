import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayMs } from '#kernel/time.ts'
import { Context, systemActor } from '#platform/context.ts'
import { startApp } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'
import { reportAlerts } from './index.ts'
import { retainAlerts } from './retention.ts'

eachEngine('alerts that are long over', (engine) => {
  test('are deleted with their timelines, open ones never', async () => {
    const { app, clock } = await startApp({ database_url: await engine.freshUrl(), alerts_retention_days: 10 })
    const origin = { requestId: null, address: null, userAgent: null }
    const ctx = new Context(app.platform, systemActor('test', 'test', []), origin)
    const alert = (alertname: string) => ({ labels: { alertname }, annotations: {} })
    await reportAlerts(ctx, 'alertmanager', [alert('open'), alert('over')])
    await reportAlerts(ctx, 'alertmanager', [{ ...alert('over'), endsAt: clock.now() }])
    clock.advance(10 * dayMs - 1)
    assert.equal(await retainAlerts(app.platform), 0)
    clock.advance(2)
    assert.equal(await retainAlerts(app.platform), 1)
    const { read } = app.platform.database
    assert.deepEqual(await read.selectFrom('alerts').select('name').execute(), [{ name: 'open' }])
    assert.deepEqual((await read.selectFrom('alert_history').select('what').execute()).length, 1)
  })
})
