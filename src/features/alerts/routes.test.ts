import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'

const path = '/api/v1/alerts'
const { admin, as, app, userWith } = await startApp()
/** Rules that are shipped. */
const shippedCount = 9
const simple = { name: 'Busy', metric: 'cpu_usage', operator: 'above', threshold: 80, for_seconds: 300 }

describe('alert rules', () => {
  test('those that are shipped are there, with the values of the sources', async () => {
    const { rules, total } = (await admin('GET', path)).json()
    assert.equal(total, shippedCount)
    const of = (id: string) => rules.find((rule: { id: string }) => rule.id === id)
    const values = (id: string) => [of(id).condition.threshold, of(id).for_seconds, of(id).builtin, of(id).state]
    assert.deepEqual(values('cpu-usage'), [85, 300, true, 'unknown'])
    assert.deepEqual(values('memory-usage'), [90, 180, true, 'unknown'])
    assert.deepEqual(values('error-rate'), [5, 120, true, 'unknown'])
    assert.deepEqual(values('response-time'), [5_000, 60, true, 'unknown'])
  })

  test('201 for the short form, whose further fields are kept; 200 for each change of a part', async () => {
    const made = await admin('POST', path, { ...simple, team: 'core', severity: 'critical' })
    assert.equal(made.statusCode, 201, made.body)
    const rule = made.json()
    assert.deepEqual(rule.condition, { type: 'threshold', metric: 'cpu_usage', operator: 'above', threshold: 80 })
    assert.deepEqual([rule.custom, rule.severity, rule.expression], [{ team: 'core' }, 'critical', 'cpu_usage > 80'])
    const changed = (await admin('PUT', `${path}/${rule.id}`, { threshold: 95, for_seconds: 60 })).json()
    assert.deepEqual(
      [changed.condition.threshold, changed.for_seconds, changed.severity, changed.custom, changed.version],
      [95, 60, 'critical', { team: 'core' }, 2],
    )
    assert.equal((await admin('DELETE', `${path}/${rule.id}`)).statusCode, 200)
    assert.equal((await admin('GET', `${path}/${rule.id}`)).statusCode, 404)
    assert.equal((await admin('DELETE', `${path}/${rule.id}`)).statusCode, 404)
  })

  test('a custom field is one of metrics, or with @ one of log lines', async () => {
    const of = async (field: string) => (await admin('POST', path, { name: 'own', field, custom_threshold: 7 })).json()
    assert.deepEqual((await of('queue_depth')).condition, {
      type: 'threshold',
      metric: 'queue_depth',
      operator: 'above',
      threshold: 7,
    })
    const lines = await of('@ms')
    assert.deepEqual([lines.condition.type, lines.condition.query], ['logs', '@ms:>7'])
    assert.deepEqual(lines.custom, { field: '@ms', custom_threshold: 7 })
  })

  test('409 with what is there now, where somebody saved since', async () => {
    const { id } = (await admin('POST', path, simple)).json()
    assert.equal((await admin('PUT', `${path}/${id}`, { version: 1, name: 'first' })).statusCode, 200)
    const late = await admin('PUT', `${path}/${id}`, { version: 1, name: 'second' })
    assert.deepEqual([late.statusCode, late.json().error.details.version], [409, 2])
  })

  test('shipped rules change in what they tolerate, and in nothing else', async () => {
    const changed = await admin('PUT', `${path}/cpu-usage`, { threshold: 80, enabled: false, severity: 'error' })
    assert.equal(changed.statusCode, 200, changed.body)
    assert.equal(changed.json().state, 'disabled')
    const other = { condition: { type: 'threshold', metric: 'memory_usage', operator: 'above', threshold: 1 } }
    assert.equal((await admin('PUT', `${path}/cpu-usage`, other)).statusCode, 409)
    assert.equal((await admin('DELETE', `${path}/cpu-usage`)).statusCode, 409)
  })

  const refused: [what: string, body: Record<string, unknown>, field: string][] = [
    ['without a condition', { name: 'x' }, 'condition'],
    ['without a name', { metric: 'cpu_usage', threshold: 1 }, 'name'],
    ['with PromQL that is not understood', { name: 'x', condition: { type: 'promql', expr: 'up >' } }, ''],
    ['with a range', { name: 'x', condition: { type: 'promql', expr: 'up[5m]' } }, 'condition.expr'],
    ['with a search that is not understood', { name: 'x', condition: { type: 'logs', query: '"a' } }, ''],
    ['with a template that is not understood', { ...simple, annotations: { a: '{{ x' } }, 'annotations.a'],
    [
      'with a recovery threshold beyond the threshold',
      { name: 'x', condition: { type: 'threshold', metric: 'a', threshold: 5, recovery_threshold: 6 } },
      'condition.recovery_threshold',
    ],
  ]
  for (const [what, body, field] of refused) {
    test(`400 for a rule ${what}`, async () => {
      const reply = await admin('POST', path, body)
      assert.equal(reply.statusCode, 400, reply.body)
      if (field) assert.equal(reply.json().error.details.fields[0].field, field)
    })
  }

  test('403 for who may write alerts, yet not read what the rule reads', async () => {
    const { call } = await userWith('alerts:write', 'alerts:read', 'metrics:read')
    assert.equal((await call('POST', path, simple)).statusCode, 201)
    const overLogs = { name: 'x', condition: { type: 'logs', query: 'error' } }
    assert.equal((await call('POST', path, overLogs)).statusCode, 403)
    const overAudit = { name: 'x', condition: { type: 'event', action: 'auth.*' } }
    assert.equal((await call('POST', path, overAudit)).statusCode, 403)
  })

  test('one that cannot be read is shown as broken, and can be mended', async () => {
    const { id } = (await admin('POST', path, simple)).json()
    await app.platform.database.write
      .updateTable('alert_rules')
      .set({ rule_json: '{"name":' })
      .where('id', '=', id)
      .execute()
    const broken = (await admin('GET', `${path}/${id}`)).json()
    assert.deepEqual([broken.state, broken.condition, broken.name], ['broken', null, 'Busy'])
    assert.match(broken.error, /is no rule/)
    assert.equal((await admin('PUT', `${path}/${id}`, simple)).json().state, 'unknown')
  })

  test('a heartbeat is heard by an API key, again and again', async () => {
    const condition = { type: 'heartbeat', timeout_seconds: 60 }
    const { id } = (await admin('POST', path, { name: 'nightly', condition })).json()
    const { key } = (await admin('POST', '/api/v1/me/api-keys', { name: 'job', scopes: ['metrics:write'] })).json()
    const beat = () => as(key)('POST', `${path}/heartbeats/${id}`)
    const replies = await Promise.all([beat(), beat(), beat()])
    assert.deepEqual(
      replies.map(({ statusCode }) => statusCode),
      [200, 200, 200],
    )
    assert.equal((await as(key)('POST', `${path}/heartbeats/cpu-usage`)).statusCode, 400)
    assert.equal((await as(key)('POST', `${path}/heartbeats/none`)).statusCode, 404)
  })
})

describe('rules as YAML', () => {
  const yaml = `groups:
- name: node
  interval: 1m
  rules:
  - record: a:b
    expr: sum(up)
  - alert: Down
    expr: up == 0
    for: 5m
    labels: {severity: page, team: core}
    annotations: {summary: "{{ $labels.instance }} is down"}
`
  test('a Prometheus group is taken once, and unchanged the second time', async () => {
    const take = async (dry_run: boolean) => (await admin('POST', `${path}/import`, { yaml, dry_run })).json()
    assert.deepEqual((await take(true)).changes, [{ name: 'Down', change: 'create' }])
    assert.deepEqual((await take(false)).changes, [{ name: 'Down', change: 'create' }])
    assert.deepEqual((await take(false)).changes, [{ name: 'Down', change: 'unchanged' }])
    const { rules } = (await admin('GET', path)).json()
    const down = rules.find((rule: { name: string }) => rule.name === 'Down')
    assert.deepEqual(
      [down.severity, down.for_seconds, down.interval_seconds, down.labels, down.annotations.summary],
      ['critical', 300, 60, { team: 'core' }, '{{ labels.instance }} is down'],
    )
  })

  test('what was exported comes back unchanged', async () => {
    await admin('POST', path, { ...simple, team: 'core', name: `'"\\: # - {{` })
    const exported = (await admin('GET', `${path}/export`)).body
    const { changes, problems } = (await admin('POST', `${path}/import`, { yaml: exported })).json()
    assert.deepEqual(problems, [])
    assert.ok(changes.length > shippedCount)
    assert.deepEqual(new Set(changes.map((one: { change: string }) => one.change)), new Set(['unchanged']))
  })

  test('with one problem nothing is stored, and the place is told', async () => {
    const before = (await admin('GET', path)).json().total
    const reply = (await admin('POST', `${path}/import`, { yaml: `${yaml}  - {alert: Bad, expr: "up >"}\n` })).json()
    assert.equal(reply.problems[0].where, 'groups.0.rules.1')
    assert.equal((await admin('GET', path)).json().total, before)
    assert.equal((await admin('POST', `${path}/import`, { yaml: '{{{' })).statusCode, 400)
  })
})

describe('what the texts of a rule come to', () => {
  const texts = async (body: object) => {
    const reply = await admin('POST', `${path}/texts`, body)
    assert.equal(reply.statusCode, 200, reply.body)
    return reply.json()
  }

  test('is shown for the alert that is given, each that is not understood with what is wrong and where', async () => {
    const reply = await texts({
      name: 'Busy',
      threshold: 80,
      labels: { team: '{{ labels.host }}-team {{ value }}' },
      annotations: {
        summary:
          '{{ name }}: {{ labels.host }} is at {{ value | round: 1 }} of {{ threshold }}, usually {{ baseline }}',
        broken: 'at {{ value | nofilter }}',
        open: '{{ value',
        plain: '<b>',
      },
      sample: { labels: { host: '<script>' }, value: 93.26, facts: { baseline: 40 } },
    })
    assert.deepEqual(reply.labels, { team: '<script>-team ' })
    assert.equal(reply.annotations.summary, 'Busy: <script> is at 93.3 of 80, usually 40')
    assert.deepEqual([reply.annotations.broken, reply.annotations.plain], ['at {{ value | nofilter }}', '<b>'])
    assert.deepEqual(
      reply.problems.map(({ field }: { field: string }) => field),
      ['annotations.broken', 'annotations.open'],
    )
    assert.match(reply.problems[0].message, /nofilter.*line:1, col:4/)
    assert.equal(reply.sample.is_real, true)
  })

  test('is shown for a made-up alert where none is known, whose labels stand for themselves', async () => {
    const { annotations, sample } = await texts({
      threshold: 80,
      annotations: { summary: '{{ labels.host }} {{ labels.__proto__ }} {{ value }}' },
    })
    assert.equal(annotations.summary, '‹host› ‹__proto__› 80')
    assert.equal(sample.is_real, false)
    const slower = await texts({ type: 'regression', annotations: { summary: '{{ current }} for {{ baseline }}' } })
    assert.equal(slower.annotations.summary, '0.5 for 0.2')
  })

  test('keeps nobody waiting, however long each of them takes', async () => {
    const long = '{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}'
    const annotations = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`a${index}`, long + index]))
    const { problems } = await texts({ annotations })
    assert.equal(problems.length, 50)
    assert.equal(problems.at(-1).message, 'The texts before this one take too long')
  })
})
