import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secondMs } from '#kernel/time.ts'
import { Context, systemActor } from '#platform/context.ts'
import { startApp } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'
import { reportAlerts } from './index.ts'

eachEngine('alerts that fired', (engine) => {
  test('are found by when they fired, and by whether they still did', async () => {
    const { app, admin, clock } = await startApp({ database_url: await engine.freshUrl() })
    const origin = { requestId: null, address: null, userAgent: null }
    const ctx = new Context(app.platform, systemActor('test', 'test', []), origin)
    const beganMs = clock.now()
    const at = (seconds: number): string => new Date(beganMs + seconds * secondMs).toISOString()
    const report = (alertname: string, endsAt?: number): Promise<void> =>
      reportAlerts(ctx, 'alertmanager', [{ labels: { alertname }, annotations: {}, ...(endsAt && { endsAt }) }])
    await report('over early')
    await report('over late')
    await report('goes on')
    clock.advance(10 * secondMs)
    await report('over early', clock.now())
    clock.advance(10 * secondMs)
    await report('over late', clock.now())
    await report('fired late')

    const names = async (query: Record<string, string>): Promise<string[]> => {
      const { alerts, total } = (await admin('GET', `/api/v1/alerts/history?${new URLSearchParams(query)}`)).json()
      assert.equal(total, alerts.length)
      return alerts.map(({ name }: { name: string }) => name).toSorted()
    }
    assert.deepEqual(await names({}), ['fired late', 'goes on', 'over early', 'over late'])
    assert.deepEqual(await names({ from: at(15) }), ['fired late'])
    assert.deepEqual(await names({ resolved_from: at(15), to: at(18) }), ['goes on', 'over late'])
    assert.deepEqual(await names({ resolved_from: at(5), to: at(18) }), ['goes on', 'over early', 'over late'])
    assert.deepEqual(await names({ resolved_from: at(20) }), ['fired late', 'goes on', 'over late'])
  })
})
