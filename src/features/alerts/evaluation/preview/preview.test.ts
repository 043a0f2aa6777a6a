import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dayMs, hourMs, minuteMs } from '#kernel/time.ts'
import { eachEngine } from '../../../../../test/support/engines.ts'
import { startApp, type Call } from '../../../../../test/support/app.ts'
import { traffic } from '../../../../../test/support/traffic.ts'

const path = '/api/v1/alerts'

async function look(admin: Call, condition: object, more: object = {}, hours = 1) {
  const rule = { name: 'x', interval_seconds: 15, condition, ...more }
  const reply = await admin('POST', `${path}/preview`, { rule, hours })
  assert.equal(reply.statusCode, 200, reply.body)
  return reply.json()
}

eachEngine('a look back at the audit log', (engine) => {
  test('tells how often events would have fired, together and for each who did them', async () => {
    const { admin, clock, userWith } = await startApp({
      database_url: await engine.freshUrl(),
      access_token_minutes: 1_440,
    })
    const startedAt = clock.now()
    const { call } = await userWith('alerts:write', 'metrics:read')
    const make = (by: Call) => by('POST', path, { name: 'Made', metric: 'cpu_usage', threshold: 1 })
    clock.advance(10 * minuteMs)
    for (const by of [admin, admin, call]) await make(by)
    clock.advance(20 * minuteMs)
    for (const by of [call, call]) await make(by)
    clock.advance(20 * minuteMs)

    const condition = { type: 'event', action: 'alert.rule-*', window_seconds: 300, threshold: 1 }
    const all = await look(admin, condition)
    assert.deepEqual([all.fired, all.series, all.note, all.step_seconds], [2, 1, null, 15])
    assert.deepEqual(
      all.spans.map(({ from, to, peak }: { from: string; to: string; peak: number }) => [
        Math.round((Date.parse(from) - startedAt) / minuteMs),
        Date.parse(to) - Date.parse(from),
        peak,
      ]),
      [
        [10, 5 * minuteMs, 3],
        [30, 5 * minuteMs, 2],
      ],
    )
    assert.ok(Math.abs(Date.parse(all.since) - startedAt) < minuteMs)
    assert.deepEqual(all.sample, { labels: {}, value: 2, facts: {} })
    assert.deepEqual([all.drawn.lines.length, Math.max(...all.drawn.lines[0].values)], [1, 3])

    const each = await look(admin, { ...condition, by: 'actor' })
    assert.deepEqual([each.fired, each.series, each.spans[0].labels], [2, 2, { actor: 'admin' }])
    assert.equal((await look(admin, { ...condition, threshold: 2 }, { for_seconds: 60 })).fired, 1)
    assert.equal((await look(admin, { ...condition, action: 'never.was' })).fired, 0)
  })

  test('what was not recorded yet counts as unknown, and not as too little', async () => {
    const { admin, clock } = await startApp({ database_url: await engine.freshUrl(), access_token_minutes: 1_440 })
    clock.advance(20 * minuteMs)
    const condition = { type: 'event', action: 'never.was', window_seconds: 600, operator: 'below', threshold: 1 }
    const { fired, spans, since } = await look(admin, condition)
    assert.equal(fired, 1)
    assert.ok(Date.parse(spans[0].from) >= Date.parse(since) + 10 * minuteMs)
  })
})

describe('a look back', () => {
  test('at routes finds when one was slower than at the same hour of earlier days', async () => {
    const { app, admin, clock } = await startApp()
    const { metrics } = app.platform.telemetry
    const now = Math.floor(clock.now() / minuteMs) * minuteMs
    const condition = { type: 'regression', signal: 'p95', days: 3 }
    for (const day of [3, 2, 1])
      await metrics.append({ series: traffic('/slower', now - day * dayMs + 35 * minuteMs, 0.2, { minutes: 150 }) })
    const early = await look(admin, condition)
    assert.deepEqual([early.fired, early.spans], [null, []])
    assert.match(early.note, /Too little is recorded/)
    await metrics.append({ series: traffic('/slower', now - 40 * minuteMs, 0.2, { minutes: 75 }) })
    await metrics.append({ series: traffic('/slower', now, 0.7, { minutes: 30 }) })
    const { fired, series, spans, note, sample } = await look(admin, condition)
    assert.ok(sample.facts.baseline < 0.3 && sample.facts.current > 0.5, JSON.stringify(sample))
    assert.deepEqual([fired, series, note], [1, 1, null])
    assert.deepEqual(spans[0].labels, { http_route: '/slower' })
    const ago = now - Date.parse(spans[0].from)
    assert.ok(ago > 20 * minuteMs && ago < 35 * minuteMs && spans[0].to === null && spans[0].peak > 0.5, `${ago}`)
  })

  test('says in words that there is nothing to look back at', async () => {
    const { admin } = await startApp()
    const beats = await look(admin, { type: 'heartbeat', timeout_seconds: 60 })
    assert.deepEqual(
      [beats.fired, beats.note],
      [null, 'Calls of heartbeats are not kept, so there is nothing to look back at'],
    )
    const metric = { type: 'threshold', metric: 'no_such_metric', threshold: 1 }
    const { fired, note } = await look(admin, metric)
    assert.deepEqual([fired, note], [null, 'There is no data of that time'])
    const told = await look(admin, metric, { no_data: 'alert' })
    assert.deepEqual([told.fired, told.spans[0].labels], [1, { alert_reason: 'no data' }])
  })

  test('at lines brings what was counted, to be drawn', async () => {
    const { app, admin, clock } = await startApp()
    const at = BigInt(clock.now() - 20 * minuteMs) * 1_000_000n
    const entries = [0, 1, 2].map((index) => ({ timestampNs: at + BigInt(index), line: 'error' }))
    await app.platform.telemetry.logs.append({ streams: [{ labels: { app: 'api' }, entries }] })
    const { drawn } = await look(admin, { type: 'logs', query: 'error', window_seconds: 300, threshold: 2 })
    assert.ok(drawn.times.length <= 500 && drawn.times.at(-1) - drawn.times[0] > hourMs / 2)
    assert.equal(Math.max(...drawn.lines[0].values), 3)
  })
})
