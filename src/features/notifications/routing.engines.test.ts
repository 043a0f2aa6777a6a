import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hourMs, iso } from '#kernel/time.ts'
import { startApp } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'
import { hook } from '../../../test/support/hook.ts'
import { tellingApp, told } from '../../../test/support/told.ts'
import { statusCounts } from '../../../test/support/twoServers.ts'
import { until } from '../../../test/support/until.ts'

const api = '/api/v1/notifications'
const hostile = `'"\\;-- %_! <script> ../ مشروع 👩🏽‍🚀`

eachEngine('routes, policies, silences and deliveries', (engine) => {
  const start = async () => {
    const started = await startApp({ database_url: await engine.freshUrl(), outbound_allow: ['127.0.0.0/8'] })
    const channel = await started.admin('POST', `${api}/channels`, {
      name: 'ops',
      kind: 'webhook',
      config: { url: 'https://example.com/hook' },
    })
    return { ...started, ops: channel.json().id as string }
  }

  test('of eight who save the routes at once one wins, and the others are told so', async () => {
    const { admin, ops } = await start()
    const before = (await admin('GET', `${api}/routes`)).json()
    assert.equal(before.version, 0)
    assert.equal(before.routing.route.channels, 'all')
    const save = (version: number) =>
      admin('PUT', `${api}/routes`, { version, routing: { route: { channels: [ops], group_by: [hostile] } } })
    const first = await Promise.all(Array.from({ length: 8 }, () => save(0)))
    assert.deepEqual(statusCounts(first), { 200: 1, 409: 7 })
    const second = await Promise.all(Array.from({ length: 8 }, () => save(1)))
    assert.deepEqual(statusCounts(second), { 200: 1, 409: 7 })
    const after = (await admin('GET', `${api}/routes`)).json()
    assert.deepEqual([after.version, after.routing.route.group_by, after.updated_by], [2, [hostile], 'admin'])
  })

  test('routes that name what is not there, or expressions that do not compile, are refused', async () => {
    const { admin } = await start()
    const bad = { name: 'team', op: '=~', value: '(' }
    for (const routing of [
      { route: { channels: ['nothing'] } },
      { route: { policy_id: 'nothing' } },
      { route: { routes: [{ matchers: [bad] }] } },
      { route: { mute_times: ['never'] } },
      { route: {}, inhibit_rules: [{ source_matchers: [bad], target_matchers: [bad] }] },
      { route: { channels: 'all', policy_id: 'x' } },
    ])
      assert.equal(
        (await admin('PUT', `${api}/routes`, { version: 0, routing })).statusCode,
        400,
        JSON.stringify(routing),
      )
  })

  test('a policy is made, changed and deleted, but not while a route leads to it', async () => {
    const { admin, ops } = await start()
    const policy = { name: hostile, steps: [{ delay_seconds: 0, channels: [ops] }] }
    const made = await admin('POST', `${api}/policies`, policy)
    assert.equal(made.statusCode, 201, made.body)
    const { id } = made.json()
    assert.equal((await admin('POST', `${api}/policies`, policy)).statusCode, 409)
    const change = (version: number) =>
      admin('PUT', `${api}/policies/${id}`, { version, policy: { ...policy, repeat_seconds: 600 } })
    assert.deepEqual(statusCounts(await Promise.all([change(1), change(1), change(1)])), { 200: 1, 409: 2 })
    await admin('PUT', `${api}/routes`, { version: 0, routing: { route: { policy_id: id } } })
    assert.equal((await admin('GET', `${api}/policies/${id}`)).json().in_use, true)
    assert.equal((await admin('DELETE', `${api}/policies/${id}`)).statusCode, 409)
    assert.equal((await admin('DELETE', `${api}/channels/${ops}`)).statusCode, 409)
    await admin('PUT', `${api}/routes`, { version: 1, routing: { route: { channels: [] } } })
    assert.equal((await admin('DELETE', `${api}/policies/${id}`)).statusCode, 200)
    assert.equal((await admin('GET', `${api}/policies/${id}`)).statusCode, 404)
  })

  test('a simulation tells each step with its time, moved by quiet hours', async () => {
    const { admin, ops } = await start()
    const quiet = { window: { from: '22:00', to: '07:00' }, exempt: ['critical'] }
    const steps = [
      { delay_seconds: 0, channels: [ops] },
      { delay_seconds: 600, channels: [ops] },
    ]
    const { id } = (
      await admin('POST', `${api}/policies`, { name: 'p', steps, quiet_hours: [quiet], repeat_seconds: 3_000 })
    ).json()
    await admin('PUT', `${api}/routes`, { version: 0, routing: { route: { policy_id: id, group_wait_seconds: 30 } } })
    const simulate = async (severity: string) => {
      const at = '2026-01-05T21:55:00.000Z'
      const reply = await admin('POST', `${api}/policies/simulate`, { labels: { alertname: 'x' }, severity, at })
      return reply
        .json()
        .paths[0].steps.map((step: Record<string, unknown>) => [step['at'], step['step'], step['round'], step['held']])
    }
    assert.deepEqual(await simulate('critical'), [
      ['2026-01-05T21:55:30.000Z', 1, 1, false],
      ['2026-01-05T22:05:30.000Z', 2, 1, false],
      ['2026-01-05T22:55:30.000Z', 1, 2, false],
      ['2026-01-05T23:05:30.000Z', 2, 2, false],
    ])
    const [first, second] = await simulate('warning')
    assert.deepEqual(first, ['2026-01-05T21:55:30.000Z', 1, 1, false])
    assert.deepEqual(second, ['2026-01-06T07:00:00.000Z', 2, 1, true])
  })

  test('of an alert under a policy the next step is told, until somebody acknowledges', async () => {
    const { admin, app, ops } = await start()
    const { fires, call } = tellingApp({ app, admin })
    const { id } = await call('POST', '/policies', { name: hostile, steps: [{ delay_seconds: 60, channels: [ops] }] })
    await call('PUT', '/routes', {
      version: 0,
      routing: { route: { policy_id: id, group_by: ['...'], group_wait_seconds: 3_600 } },
    })
    const alertId = await fires(hostile)
    await fires('another')
    const firedAt = (await admin('GET', `/api/v1/alerts/active/${alertId}`)).json().fired_at
    const goesOn = async () => (await call('GET', `/escalations?alert_id=${alertId}`)).escalations
    assert.deepEqual(await goesOn(), [
      {
        alert_id: alertId,
        policy_id: id,
        policy_name: hostile,
        state: 'coming',
        step_count: 1,
        next: {
          at: iso(Date.parse(firedAt) + 3_660_000),
          step: 1,
          channels: [{ id: ops, name: 'ops', kind: 'webhook' }],
          held: false,
        },
      },
    ])
    assert.equal((await call('GET', '/escalations')).escalations.length, 2)
    await admin('POST', `/api/v1/alerts/active/${alertId}/acknowledge`)
    const [{ state, next }] = await goesOn()
    assert.deepEqual([state, next], ['acknowledged', null])
    assert.deepEqual((await call('GET', '/escalations?alert_id=nothing')).escalations, [])
  })

  test('a silence is made, seen, changed and ended, and keeps its reason', async () => {
    const { admin, app, clock } = await start()
    const { fires } = tellingApp({ app, admin })
    await fires('disk')
    const matchers = [{ name: 'alertname', op: '=', value: 'disk' }]
    const silence = { matchers, ends_at: iso(clock.now() + hourMs), reason: hostile }
    const made = await admin('POST', `${api}/silences`, silence)
    assert.equal(made.statusCode, 201, made.body)
    const { id, matched_now, state, reason, created_by } = made.json()
    assert.deepEqual([matched_now, state, reason, created_by], [1, 'active', hostile, 'admin'])
    assert.equal((await admin('POST', `${api}/silences/preview`, { matchers })).json().total, 1)
    assert.deepEqual(
      (await admin('GET', `${api}/silences/${id}`)).json().alerts.map(({ name }: { name: string }) => name),
      ['disk'],
    )
    assert.equal(
      (await admin('PUT', `${api}/silences/${id}`, { ...silence, reason: 'longer' })).json().reason,
      'longer',
    )
    assert.equal((await admin('POST', `${api}/silences/${id}/expire`)).json().state, 'expired')
    assert.equal((await admin('POST', `${api}/silences/${id}/expire`)).json().state, 'expired')
    assert.equal((await admin('PUT', `${api}/silences/${id}`, silence)).statusCode, 409)
    assert.equal((await admin('GET', `${api}/silences?state=active`)).json().total, 0)
    assert.equal((await admin('GET', `${api}/silences?state=expired`)).json().total, 1)
    assert.equal((await admin('DELETE', `${api}/silences/${id}`)).statusCode, 200)
    assert.equal((await admin('DELETE', `${api}/silences/${id}`)).statusCode, 404)
  })

  test('a silence without a reason, for everything, or in the past is refused', async () => {
    const { admin, clock } = await start()
    const matchers = [{ name: 'a', op: '=', value: 'b' }]
    const good = { matchers, ends_at: iso(clock.now() + hourMs), reason: 'x' }
    for (const bad of [
      { reason: ' ' },
      { matchers: [] },
      { matchers: [{ name: 'a', op: '=~', value: '.*' }] },
      { matchers: [{ name: 'a', op: '=~', value: '(' }] },
      { ends_at: iso(clock.now()) },
      { starts_at: iso(clock.now() + 2 * hourMs) },
    ])
      assert.equal((await admin('POST', `${api}/silences`, { ...good, ...bad })).statusCode, 400, JSON.stringify(bad))
  })

  test('what was exported is unchanged here, and makes the same elsewhere', async () => {
    const here = await start()
    const { call } = tellingApp(here)
    const window = { from: '22:00', to: '07:00', time_zone: 'Europe/Berlin', weekdays: ['friday'] }
    const { id } = await call('POST', '/policies', {
      name: hostile.repeat(3),
      steps: [{ delay_seconds: 0, channels: [here.ops] }],
      quiet_hours: [{ window, exempt: [] }],
    })
    const matchers = [{ name: 'team', op: '=~', value: hostile.replaceAll(/[^\w ]/g, '.') }]
    const mute_times = [{ name: hostile, windows: [window] }]
    const inhibit_rules = [{ source_matchers: matchers, target_matchers: matchers, equal: ['a'] }]
    const route = {
      channels: [],
      routes: [
        { matchers, policy_id: id },
        { matchers, channels: [here.ops], continue: true },
      ],
    }
    await call('PUT', '/routes', { version: 0, routing: { route, mute_times, inhibit_rules } })
    const reason = `${hostile} for a while`
    await call('POST', '/silences', { matchers, ends_at: iso(here.clock.now() + hourMs), reason })

    const { body: yaml, headers } = await here.admin('GET', `${api}/export`)
    assert.match(String(headers['content-type']), /^application\/yaml/)
    const again = await call('POST', '/import', { yaml })
    assert.deepEqual(again.problems, [])
    assert.deepEqual([...new Set(again.changes.map(({ change }: { change: string }) => change))], ['unchanged'])
    assert.equal((await call('GET', '/routes')).version, 1)

    const there = await start()
    const made = (await there.admin('POST', `${api}/import`, { yaml })).json()
    assert.deepEqual(
      made.changes.map(({ kind, change }: { kind: string; change: string }) => [kind, change]),
      [
        ['policy', 'create'],
        ['routing', 'update'],
        ['silence', 'create'],
      ],
    )
    assert.equal((await there.admin('GET', `${api}/export`)).body, yaml)
    assert.deepEqual((await there.admin('GET', `${api}/routes`)).json().routing.mute_times, mute_times)
  })

  test('alerts with hostile names are told on this engine, and their deliveries found', async () => {
    const { admin, app } = await start()
    const { fires, resolves, webhook, routeAtOnce, call } = tellingApp({ app, admin })
    const receiver = await hook()
    const channel = await webhook('receiver', receiver)
    await routeAtOnce({ channels: [channel] })
    await Promise.all([fires(hostile), fires('b'), fires('c')])
    await until('they are told', () => told(receiver).length === 3, 30_000)
    await resolves(hostile)
    await until('its end is told', () => told(receiver).includes(`-${hostile}`), 30_000)
    await until('all is written down', async () => (await call('GET', '/deliveries?state=sent')).total === 4, 30_000)
    const { body } = await admin('GET', '/api/v1/notifications/deliveries?state=sent&limit=1')
    assert.equal(JSON.parse(body).deliveries[0].title, hostile)
  })
})
