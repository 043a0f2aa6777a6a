import assert from 'node:assert/strict'
import { test } from 'node:test'
import { minuteMs } from '#kernel/time.ts'
import { Context, systemActor } from '#platform/context.ts'
import type { Lease } from '#platform/jobs/lease.ts'
import { startApp } from '../../../../test/support/app.ts'
import { eachEngine } from '../../../../test/support/engines.ts'
import { endUnreported, reportAlerts } from './report.ts'

const down = { labels: { alertname: 'Down', severity: 'page', instance: 'a' }, annotations: { summary: 'it is' } }
const held: Lease = {
  held: true,
  fence: async () => undefined,
  onChange: () => () => undefined,
  start: () => () => undefined,
}

eachEngine('alerts of other systems', (engine) => {
  const start = async () => {
    const { app, admin, clock } = await startApp({ database_url: await engine.freshUrl() })
    const ctx = new Context(app.platform, systemActor('test', 'test', []), {
      requestId: null,
      address: null,
      userAgent: null,
    })
    const list = async (path: string) => (await admin('GET', `/api/v1/alerts/${path}`)).json().alerts
    return { ctx, clock, open: () => list('active'), past: () => list('history') }
  }

  test('opened once however often they are reported, and resolved as the reporter says', async () => {
    const { ctx, clock, open, past } = await start()
    await Promise.all([1, 2, 3].map(() => reportAlerts(ctx, 'alertmanager', [down])))
    clock.advance(minuteMs)
    await reportAlerts(ctx, 'alertmanager', [{ ...down, annotations: { summary: 'still' } }])
    const [alert, ...others] = await open()
    assert.deepEqual(
      [alert.name, alert.severity, alert.state, alert.annotations.summary, others.length],
      ['Down', 'critical', 'firing', 'still', 0],
    )
    await reportAlerts(ctx, 'alertmanager', [{ ...down, endsAt: clock.now() - 1 }])
    await reportAlerts(ctx, 'alertmanager', [{ ...down, endsAt: clock.now() - 1 }])
    assert.deepEqual([(await open()).length, (await past()).length, (await past())[0].resolution], [0, 1, 'recovered'])
  })

  test('five minutes without a word they are over, and not before', async () => {
    const { ctx, clock, open, past } = await start()
    await reportAlerts(ctx, 'alertmanager', [down, { ...down, labels: { alertname: '<script>\0', x: '\ud800' } }])
    clock.advance(5 * minuteMs - 1)
    await reportAlerts(ctx, 'alertmanager', [down])
    await endUnreported(ctx, held)
    assert.equal((await open()).length, 2)
    clock.advance(1)
    await endUnreported(ctx, held)
    assert.deepEqual(
      (await open()).map(({ name }: { name: string }) => name),
      ['Down'],
    )
    const over = (await past()).find(({ state }: { state: string }) => state === 'resolved')
    assert.deepEqual([over.name, over.resolution], ['<script> ', 'not reported any more'])
  })
})
