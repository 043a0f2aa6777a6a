import assert from 'node:assert/strict'
import { test } from 'node:test'
import { iso, minuteMs } from '#kernel/time.ts'
import { startApp } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'

const api = '/alertmanager/api/v2'
const labels = { alertname: 'InstanceDown', severity: 'critical', instance: `a"b\\c <script>` }

eachEngine("Alertmanager's API", (engine) => {
  const start = async () => startApp({ database_url: await engine.freshUrl(), alerts_evaluate: false })
  const names = (reply: { json(): { labels: Record<string, string> }[] }) =>
    reply.json().map((alert) => alert.labels['alertname'])

  test('an alert reported fires once however often it is, and resolves when its sender says so', async () => {
    const { admin, app, clock } = await start()
    const report = (more: object = {}) =>
      admin('POST', `${api}/alerts`, [{ labels, annotations: { summary: 'x' }, ...more }])
    const endsAt = iso(clock.now() + minuteMs)
    const replies = await Promise.all([report({ endsAt }), report({ endsAt }), report({ endsAt })])
    assert.deepEqual(
      replies.map(({ statusCode }) => statusCode),
      [200, 200, 200],
    )
    const [alert, ...others] = (await admin('GET', `${api}/alerts`)).json()
    assert.deepEqual(others, [])
    assert.deepEqual(alert.labels, labels)
    assert.equal(alert.status.state, 'active')
    await report({ endsAt: iso(clock.now()) })
    assert.deepEqual((await admin('GET', `${api}/alerts`)).json(), [])
    const rows = await app.platform.database.read.selectFrom('alerts').selectAll().execute()
    assert.deepEqual(
      rows.map(({ state, resolution, severity, source }) => [state, resolution, severity, source]),
      [['resolved', 'recovered', 'critical', 'alertmanager']],
    )
  })

  test('filters, silences and receivers work together', async () => {
    const { admin, clock } = await start()
    const channel = { name: 'ops', kind: 'webhook', config: { url: 'https://example.com/hook' } }
    await admin('POST', '/api/v1/notifications/channels', channel)
    await admin('POST', `${api}/alerts`, [{ labels }, { labels: { alertname: 'Other' } }])
    const filtered = (query: string) => admin('GET', `${api}/alerts?${query}`)
    assert.deepEqual(names(await filtered(`filter=${encodeURIComponent('severity=~"crit.*"')}`)), ['InstanceDown'])
    assert.deepEqual(names(await filtered('filter=alertname!=InstanceDown&filter=severity=warning')), ['Other'])
    const created = await admin('POST', `${api}/silences`, {
      matchers: [{ name: 'alertname', value: 'Oth.*', isRegex: true }],
      startsAt: iso(clock.now()),
      endsAt: iso(clock.now() + 60 * minuteMs),
      createdBy: 'somebody',
      comment: 'moved',
    })
    assert.equal(created.statusCode, 200, created.body)
    const { silenceID } = created.json()
    assert.deepEqual(names(await filtered('silenced=false')), ['InstanceDown'])
    const [silenced] = (await filtered('active=false')).json()
    assert.deepEqual(silenced.status, { state: 'suppressed', silencedBy: [silenceID], inhibitedBy: [] })
    const groups = (await admin('GET', `${api}/alerts/groups`)).json()
    assert.deepEqual(
      groups.map((group: { labels: object; receiver: object; alerts: unknown[] }) => [
        group.labels,
        group.receiver,
        group.alerts.length,
      ]),
      [
        [{ alertname: 'InstanceDown' }, { name: 'ops' }, 1],
        [{ alertname: 'Other' }, { name: 'ops' }, 1],
      ],
    )
    assert.equal((await admin('DELETE', `${api}/silence/${silenceID}`)).statusCode, 200)
    const silence = (await admin('GET', `${api}/silence/${silenceID}`)).json()
    assert.deepEqual([silence.status.state, silence.createdBy], ['expired', 'somebody'])
    assert.equal(names(await filtered('silenced=false')).length, 2)
  })
})

test('errors are told as a JSON text', async () => {
  const { admin, anonymous, user } = await startApp({ alerts_evaluate: false })
  const refused = [
    [await admin('POST', `${api}/alerts`, [{ labels: {} }]), 400],
    [await admin('POST', `${api}/alerts`, [{ labels: { 'no-name': 'x' } }]), 400],
    [await admin('GET', `${api}/alerts?filter=nonsense`), 400],
    [await admin('GET', `${api}/silence/nothing`), 404],
    [await admin('GET', `${api}/nothing`), 404],
    [await anonymous('GET', `${api}/alerts`), 401],
    [await (await user('viewer')).call('POST', `${api}/alerts`, []), 403],
  ] as const
  for (const [reply, status] of refused) {
    assert.equal(reply.statusCode, status, reply.body)
    assert.equal(typeof reply.json(), 'string')
  }
})

test('an API key is taken as a password too, here and only here', async () => {
  const { admin, anonymous } = await startApp({ alerts_evaluate: false })
  const { key } = (await admin('POST', '/api/v1/me/api-keys', { name: 'prometheus', scopes: ['alerts:read'] })).json()
  const headers = { authorization: `Basic ${Buffer.from(`anybody:${key}`).toString('base64')}` }
  assert.equal((await anonymous('GET', `${api}/status`, undefined, headers)).statusCode, 200)
  assert.equal((await anonymous('GET', '/api/v1/notifications/routes', undefined, headers)).statusCode, 401)
  const wrong = { authorization: `Basic ${Buffer.from('anybody:nothing').toString('base64')}` }
  assert.equal((await anonymous('GET', `${api}/status`, undefined, wrong)).statusCode, 401)
})
