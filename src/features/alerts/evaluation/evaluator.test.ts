import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, describe, test } from 'node:test'
import { hourMs, minuteMs, secondMs } from '#kernel/time.ts'
import { createLifecycle } from '#platform/lifecycle.ts'
import { createLease } from '#platform/jobs/lease.ts'
import type { Stop } from '#platform/platform.ts'
import { startApp } from '../../../../test/support/app.ts'
import { eachEngine } from '../../../../test/support/engines.ts'
import { freePort } from '../../../../test/support/port.ts'
import { until } from '../../../../test/support/until.ts'
import { Evaluator } from './evaluator.ts'

const path = '/api/v1/alerts'

interface Listed {
  id: string
  name: string
  state: string
  labels: Record<string, string>
  annotations: Record<string, string>
  value: number | null
  resolution: string | null
}

/** The product with an evaluator that evaluates when told, an hour ago. Shipped rules are switched off. */
async function start(settings = {}) {
  const stops: Stop[] = []
  // Before the database is closed.
  after(async () => {
    for (const stop of stops) await stop()
  })
  const { app, admin, clock } = await startApp(settings)
  await app.platform.database.write.updateTable('alert_rules').set({ enabled: 0 }).execute()
  clock.advance(-hourMs)
  const beganAt = Math.ceil(clock.now() / minuteMs) * minuteMs
  const lease = createLease(app.platform, 'alerts')
  stops.push(lease.start())
  await until('this server has the lease', () => lease.held)
  let evaluator = new Evaluator(app.platform, { lease, clockPatienceMs: 0, arrivalMs: 0 })
  evaluator.listen()
  const goTo = (seconds: number): void => clock.advance(beganAt + seconds * secondMs - clock.now())
  goTo(-1)
  return {
    app,
    admin,
    clock,
    goTo,
    create: async (rule: Record<string, unknown>): Promise<string> => {
      const reply = await admin('POST', path, { interval_seconds: 5, ...rule })
      assert.equal(reply.statusCode, 201, reply.body)
      return reply.json().id
    },
    write: (name: string, seconds: number, values: Record<string, number>) =>
      app.platform.telemetry.metrics.append({
        series: Object.entries(values).map(([host, value]) => ({
          labels: { __name__: name, host },
          timestamps: Float64Array.of(beganAt + seconds * secondMs),
          values: Float64Array.of(value),
        })),
      }),
    at: async (seconds: number): Promise<void> => {
      goTo(seconds)
      await evaluator.tick()
    },
    /** As after a crash: nothing is known but what is stored. */
    restart: () => {
      evaluator = new Evaluator(
        {
          ...app.platform,
          metrics: { ...app.platform.metrics, registry: new (registryOf(app.platform.metrics.registry))() },
        },
        { lease, clockPatienceMs: 0, arrivalMs: 0 },
      )
    },
    state: () => evaluator.state(),
    open: async (): Promise<Listed[]> => (await admin('GET', `${path}/active`)).json().alerts,
    fired: async (): Promise<Listed[]> => (await admin('GET', `${path}/history`)).json().alerts,
  }
}

const registryOf = (registry: object) =>
  registry.constructor as new () => Awaited<ReturnType<typeof startApp>>['app']['platform']['metrics']['registry']

eachEngine('evaluated alerts', (engine) => {
  const begin = async () => start({ database_url: await engine.freshUrl() })

  test('how often the same fired in the last day is told with each of its alerts, open and resolved', async () => {
    const { app, admin, create, write, at } = await begin()
    await create({ name: 'Flaps', condition: { type: 'threshold', metric: 'load', threshold: 5 } })
    for (const [turn, value] of [9, 1, 9].entries()) {
      await write('load', turn * 20, { a: value, b: 9 })
      await at(turn * 20 + 10)
    }
    const counts = async (list: string) =>
      (await admin('GET', `${path}/${list}`))
        .json()
        .alerts.map(
          ({ labels, state, fired_24h }: Listed & { fired_24h: number }) => `${labels['host']} ${state} ${fired_24h}`,
        )
        .toSorted()
    assert.deepEqual(await counts('active'), ['a firing 2', 'b firing 1'])
    assert.deepEqual(await counts('history'), ['a firing 2', 'a resolved 2', 'b firing 1'])
    const [{ id }] = (await admin('GET', `${path}/history?state=resolved`)).json().alerts
    assert.equal((await admin('GET', `${path}/active/${id}`)).json().fired_24h, 2)
    const yesterday = app.platform.now() - 25 * hourMs
    await app.platform.database.write.updateTable('alerts').set({ fired_at: yesterday }).where('id', '=', id).execute()
    assert.deepEqual(await counts('history'), ['a firing 1', 'a resolved 1', 'b firing 1'])
  })

  test('pending, firing and resolved, each with its history, one audit record and one event', async () => {
    const { app, admin, create, write, at, open, fired } = await begin()
    const events: string[] = []
    app.platform.events.subscribe('alert.evaluate', ({ payload }) => {
      const { transitions } = payload as { transitions: Record<string, string[]> }
      events.push(
        Object.entries(transitions)
          .flatMap(([state, ids]) => ids.map(() => state))
          .join(),
      )
    })
    const id = await create({
      name: 'Busy',
      condition: { type: 'threshold', metric: 'load', threshold: 5 },
      for_seconds: 10,
      labels: { team: 'core' },
      annotations: { summary: '{{ labels.host }} has {{ value }}, {{ threshold }} is too much' },
    })
    await write('load', 0, { a: 9, b: 1 })
    await at(5)
    assert.deepEqual(
      (await open()).map(({ state, labels }) => [state, labels]),
      [['pending', { host: 'a', team: 'core', alertname: 'Busy', severity: 'warning' }]],
    )
    await at(10)
    await at(20)
    const [firing] = await open()
    assert.deepEqual(
      [firing!.state, firing!.value, firing!.annotations['summary']],
      ['firing', 9, 'a has 9, 5 is too much'],
    )
    const [active] = (await admin('GET', '/api/v1/metrics/alerts')).json().alerts
    assert.deepEqual(
      [active.id, active.name, active.severity, active.value, active.threshold, active.description],
      [firing!.id, 'Busy', 'warning', 9, 5, 'a has 9, 5 is too much'],
    )
    assert.equal((await admin('GET', `${path}/${id}`)).json().state, 'firing')
    await write('load', 21, { a: 2, b: 1 })
    await at(30)
    assert.deepEqual(await open(), [])
    const [past] = await fired()
    assert.deepEqual([past!.state, past!.resolution], ['resolved', 'recovered'])
    const { timeline } = (await admin('GET', `${path}/active/${firing!.id}`)).json()
    assert.deepEqual(
      timeline.map(({ what }: { what: string }) => what),
      ['pending', 'firing', 'resolved'],
    )
    assert.deepEqual(events, ['pending', 'firing', 'resolved'])
    const { records = [], logs = records } = (await admin('GET', '/api/v1/admin/logs?action=alert.evaluate')).json()
    assert.equal(logs.length, 3)
  })

  test('an evaluator that starts anew goes on where the last one was, and makes up for what it missed', async () => {
    const { create, write, at, restart, open, fired } = await begin()
    await create({
      name: 'Busy',
      condition: { type: 'promql', expr: 'load > 5' },
      for_seconds: 30,
      keep_firing_seconds: 20,
    })
    await write('load', 0, { a: 9 })
    await at(5)
    restart()
    // It was down while the alert came to fire and was over again.
    await write('load', 38, { a: 9 })
    await write('load', 42, { a: 1 })
    await at(60)
    const [alert] = await open()
    assert.deepEqual([alert?.state, (await fired()).length], ['firing', 1])
    restart()
    await at(65)
    restart()
    await at(90)
    assert.deepEqual([(await open()).length, (await fired()).map(({ resolution }) => resolution)], [0, ['recovered']])
  })

  test('two who both believe to evaluate leave one alert', async () => {
    const { app, create, write, at, goTo, open } = await begin()
    await create({ name: 'Busy', condition: { type: 'promql', expr: 'load > 5' } })
    await write('load', 0, { a: 9, b: 9 })
    await at(-1)
    const registry = new (registryOf(app.platform.metrics.registry))()
    const second = { ...app.platform, metrics: { ...app.platform.metrics, registry } }
    const frozen = {
      held: true,
      fence: async () => undefined,
      onChange: () => () => undefined,
      start: () => () => undefined,
    }
    const other = new Evaluator(second, { lease: frozen, arrivalMs: 0 })
    goTo(-1)
    await other.tick()
    goTo(5)
    await Promise.all([at(5), other.tick()])
    goTo(10)
    await Promise.all([at(10), other.tick()])
    assert.deepEqual((await open()).map(({ labels, state }) => `${labels['host']} ${state}`).toSorted(), [
      'a firing',
      'b firing',
    ])
  })

  test('nothing is evaluated before senders can reach this server', async () => {
    const { app, create, write, goTo, open } = await begin()
    await create({ name: 'Busy', condition: { type: 'promql', expr: 'load > 5' } })
    const registry = new (registryOf(app.platform.metrics.registry))()
    const lifecycle = createLifecycle()
    const starting = { ...app.platform, lifecycle, metrics: { ...app.platform.metrics, registry } }
    const lease = {
      held: true,
      fence: async () => undefined,
      onChange: () => () => undefined,
      start: () => () => undefined,
    }
    const evaluator = new Evaluator(starting, { lease, arrivalMs: 200 })
    goTo(-1)
    await evaluator.tick()
    goTo(5)
    await evaluator.tick()
    assert.equal(evaluator.state().evaluatedAt, null)
    lifecycle.markReady()
    await evaluator.tick()
    assert.equal(evaluator.state().evaluatedAt, null)
    await write('load', 0, { a: 9 })
    await until('what came is evaluated', async () => {
      await evaluator.tick()
      return (await open()).length === 1
    })
  })

  test('what somebody resolved by hand is opened again while it holds; acknowledged it stays so', async () => {
    const { admin, create, write, at, open, fired } = await begin()
    await create({ name: 'Busy', condition: { type: 'promql', expr: 'load > 5' } })
    await write('load', 0, { a: 9 })
    await at(5)
    const [first] = await open()
    const acknowledged = await admin('POST', `${path}/active/${first!.id}/acknowledge`, { note: 'on it' })
    assert.equal(acknowledged.json().state, 'acknowledged')
    assert.equal((await admin('POST', `${path}/active/${first!.id}/acknowledge`)).statusCode, 409)
    await at(10)
    assert.deepEqual(
      (await open()).map(({ id, state }) => [id, state]),
      [[first!.id, 'acknowledged']],
    )
    assert.equal(
      (await admin('POST', `${path}/active/${first!.id}/resolve`, { note: 'done' })).json().state,
      'resolved',
    )
    assert.equal((await admin('POST', `${path}/active/${first!.id}/resolve`)).statusCode, 409)
    await at(15)
    assert.equal((await open()).length, 1)
    assert.notEqual((await open())[0]!.id, first!.id)
    assert.equal((await fired()).length, 2)
  })

  test('a rule that is switched off or deleted takes its alerts along', async () => {
    const { admin, create, write, at, open, fired } = await begin()
    const off = await create({ name: 'Off', condition: { type: 'promql', expr: 'load > 5' } })
    const gone = await create({ name: 'Gone', condition: { type: 'promql', expr: 'load > 6' } })
    await write('load', 0, { a: 9 })
    await at(5)
    assert.equal((await open()).length, 2)
    await admin('PUT', `${path}/${off}`, { enabled: false })
    await admin('DELETE', `${path}/${gone}`)
    await at(10)
    assert.deepEqual(await open(), [])
    assert.deepEqual(
      new Set((await fired()).map(({ resolution }) => resolution)),
      new Set(['rule deleted', 'rule disabled']),
    )
  })

  test('a rule that cannot be read disturbs no other', async () => {
    const { app, create, write, at, open, state } = await begin()
    const id = await create({ name: 'Broken', condition: { type: 'promql', expr: 'load > 5' } })
    await create({ name: 'Sound', condition: { type: 'promql', expr: 'load > 5' } })
    await app.platform.database.write
      .updateTable('alert_rules')
      .set({ rule_json: 'null' })
      .where('id', '=', id)
      .execute()
    await write('load', 0, { a: 9 })
    await at(5)
    assert.deepEqual(
      (await open()).map(({ name }) => name),
      ['Sound'],
    )
    assert.equal(state().broken, 1)
  })

  test('counts what the audit log tells, for each who did it', async () => {
    const { admin, create, at, open } = await begin()
    const condition = { type: 'event', action: 'project.*', by: 'actor', window_seconds: 60, threshold: 2 }
    await create({ name: 'Many projects', condition })
    await at(-1)
    for (const name of ['a', 'b', 'c']) await admin('POST', '/api/v1/projects', { name })
    await at(5)
    assert.deepEqual(
      (await open()).map(({ labels, value }) => [labels['actor'], value]),
      [['admin', 3]],
    )
    await at(70)
    assert.deepEqual(await open(), [])
  })

  test('nothing heard for too long fires, and is over when something is heard', async () => {
    const { app, admin, create, at, open } = await begin()
    await app.platform.database.write
      .insertInto('alert_standings')
      .values({ rule_id: '*', evaluated_at: 0, error: null })
      .execute()
    const id = await create({ name: 'Backup', condition: { type: 'heartbeat', timeout_seconds: 60 } })
    await at(0)
    await at(30)
    assert.equal((await open()).length, 0)
    await at(70)
    assert.equal((await open()).length, 1)
    await admin('POST', `${path}/heartbeats/${id}`)
    await at(80)
    assert.equal((await open()).length, 0)
  })
})

describe('evaluated on SQLite', () => {
  test('nothing is written while nothing changes', async () => {
    const { app, create, write, at } = await start()
    await create({ name: 'Busy', condition: { type: 'promql', expr: 'load > 5' } })
    await create({ name: 'Quiet', condition: { type: 'promql', expr: 'load > 50' } })
    await write('load', 0, { a: 9 })
    await at(5)
    const rows = () => app.platform.database.read.selectFrom('alerts').selectAll().execute()
    const standings = () => app.platform.database.read.selectFrom('alert_standings').selectAll().execute()
    const before = [await rows(), await standings()]
    await write('load', 6, { a: 10 })
    for (const seconds of [10, 15, 20, 25]) await at(seconds)
    assert.deepEqual([await rows(), await standings()], before)
  })

  test('lines are counted, in all, by field, and where there are none', async () => {
    const { app, create, at, goTo, open } = await start()
    goTo(0)
    const beganNs = BigInt(app.platform.now()) * 1_000_000n
    const lines = ['error user=ann', 'error user=ann', 'error user=bob', 'fine']
    await app.platform.telemetry.logs.append({
      streams: [
        {
          labels: { app: 'api' },
          entries: lines.map((line, index) => ({ timestampNs: beganNs + BigInt(index), line })),
        },
      ],
    })
    goTo(-1)
    await create({ name: 'Errors', condition: { type: 'logs', query: 'error', window_seconds: 60, threshold: 2 } })
    await create({
      name: 'By user',
      condition: { type: 'logs', query: 'error', window_seconds: 60, by: 'user', threshold: 1 },
    })
    await create({ name: 'Selector', condition: { type: 'logs', query: '{app="api"} |= "fine"', window_seconds: 60 } })
    await create({ name: 'Silent', condition: { type: 'logs', query: 'never', count: 'absence', window_seconds: 10 } })
    await at(0)
    await at(20)
    const told = (await open()).map(({ name, labels, value }) => `${name} ${labels['user'] ?? ''} ${value}`)
    assert.deepEqual(told.toSorted(), ['By user ann 2', 'Errors  3', 'Selector  1', 'Silent  0'])
    await at(90)
    assert.deepEqual(
      (await open()).map(({ name }) => name),
      ['Silent'],
    )
  })

  test('a preview tells how often a rule would have fired, over metrics and over lines', async () => {
    const { app, admin, write, goTo } = await start()
    for (const [minutes, value] of [1, 1, 9, 12, 9, 1, 9, 9, 9, 9].entries())
      await write('load', minutes * 60, { a: value, b: 1 })
    goTo(600)
    const rule = {
      name: 'Busy',
      interval_seconds: 60,
      for_seconds: 60,
      condition: { type: 'promql', expr: 'load', threshold: 5 },
    }
    const preview = (await admin('POST', `${path}/preview`, { rule, hours: 1 })).json()
    assert.deepEqual([preview.fired, preview.series, preview.step_seconds, preview.note], [2, 2, 60, null])
    assert.deepEqual(
      preview.spans.map(({ labels, to, peak }: { labels: object; to: string | null; peak: number }) => [
        labels,
        to !== null,
        peak,
      ]),
      [
        [{ host: 'a' }, true, 12],
        [{ host: 'a' }, false, 9],
      ],
    )
    await app.platform.telemetry.logs.append({
      streams: [
        {
          labels: { app: 'api' },
          entries: [1, 2, 3].map((index) => ({
            timestampNs: BigInt(app.platform.now() - 20 * minuteMs) * 1_000_000n + BigInt(index),
            line: 'error',
          })),
        },
      ],
    })
    const lines = { name: 'Errors', condition: { type: 'logs', query: 'error', window_seconds: 300, threshold: 2 } }
    const told = (await admin('POST', `${path}/preview`, { rule: lines, hours: 1 })).json()
    assert.equal(told.fired, 1, JSON.stringify(told))
    const lasting = Date.parse(told.spans[0].to) - Date.parse(told.spans[0].from)
    assert.ok(Math.abs(lasting - 5 * minuteMs) <= minuteMs, String(lasting))
    const beat = { name: 'x', condition: { type: 'heartbeat', timeout_seconds: 60 } }
    assert.match((await admin('POST', `${path}/preview`, { rule: beat })).json().note, /nothing to look back/)
  })

  test('a query that fails is told with the rule, and changes nothing', async () => {
    const { admin, create, write, at, open } = await start()
    const expr = 'load * on (host) load2 > 5'
    const id = await create({ name: 'Ambiguous', condition: { type: 'promql', expr } })
    await write('load', 0, { a: 9 })
    await write('load2', 0, { a: 9 })
    await at(5)
    assert.equal((await open()).length, 1)
    await write('load2', 6, { a: 9 })
    await admin('PUT', `${path}/${id}`, {
      condition: { type: 'promql', expr: '{__name__=~"load.*"} * on (host) load2' },
    })
    await at(10)
    const rule = (await admin('GET', `${path}/${id}`)).json()
    assert.equal(rule.state, 'error')
    assert.match(rule.error, /match/)
    assert.equal((await open()).length, 1)
  })

  test('a store that was away is asked later about the times at which it was', async () => {
    const busyFrom = { at: Infinity }
    const prometheus = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        const asked = new URLSearchParams(body || new URL(request.url!, 'http://x').search)
        const [start, end] = [asked.get('start') ?? asked.get('time'), asked.get('end') ?? asked.get('time')].map(
          Number,
        )
        const times = Array.from({ length: (end! - start!) / 5 + 1 }, (_, index) => start! + index * 5)
        const points = times.filter((at) => at >= busyFrom.at).map((at): [number, string] => [at, '9'])
        const metric = { host: 'a' }
        const data = asked.has('start')
          ? { resultType: 'matrix', result: points.length > 0 ? [{ metric, values: points }] : [] }
          : { resultType: 'vector', result: points.map((value) => ({ metric, value })) }
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ status: 'success', data }))
      })
    })
    const port = await freePort()
    after(() => prometheus.close())
    const url = `http://127.0.0.1:${port}`
    const { admin, create, at, open, clock, state } = await start({
      metrics_backend: 'prometheus',
      prometheus_url: url,
    })
    await create({ name: 'Busy', condition: { type: 'promql', expr: 'load > 5' }, for_seconds: 5 })
    await at(10)
    assert.equal(state().failing, 1)
    busyFrom.at = clock.now() / secondMs + 5
    await new Promise<void>((resolve) => prometheus.listen(port, '127.0.0.1', resolve))
    await until(
      'it is asked again',
      async () => {
        await at(40)
        return (await open()).length > 0
      },
      30_000,
    )
    const [alert] = (await admin('GET', `${path}/active`)).json().alerts
    const agoMs = clock.now() - Date.parse(alert.fired_at)
    assert.equal(alert.state, 'firing')
    assert.ok(agoMs >= 15 * secondMs && agoMs <= 25 * secondMs, `fired ${agoMs} ms ago`)
  })

  test('a clock that was set back decides nothing, and where it stays back all goes on from there', async () => {
    const { create, write, at, open, fired } = await start()
    await create({ name: 'Busy', condition: { type: 'promql', expr: 'load > 5' } })
    await write('load', 0, { a: 9 })
    await at(5)
    const [alert] = await open()
    await at(-1_000)
    assert.deepEqual([(await open())[0]?.id, (await fired()).length], [alert!.id, 1])
    await at(-995)
    await at(-990)
    await at(-900)
    assert.equal((await open()).length, 0)
  })
})
