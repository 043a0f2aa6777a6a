import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../../../test/support/app.ts'

const api = '/api/v1/notifications'

async function start() {
  const app = await startApp({ outbound_allow: ['127.0.0.0/8'] })
  const call = async (method: string, path: string, body?: object) => {
    const reply = await app.admin(method, `${api}${path}`, body)
    assert.ok(reply.statusCode < 300, reply.body)
    return reply.json()
  }
  const config = { url: 'https://example.com/the-secret', authorization: 'Bearer the-secret' }
  const { id } = await call('POST', '/channels', { name: 'Ops & co', kind: 'webhook', config })
  return { ...app, call, ops: id as string }
}

const policy = `policies:
  - name: On call
    steps:
      - delay_seconds: 0
        channels: [Ops & co]
`

test('channels are exported by their names alone, each matcher on a line', async () => {
  const { admin, call } = await start()
  await call('POST', '/import', {
    yaml: `${policy}
routing:
  route:
    channels: []
    routes:
      - matchers: [{ name: severity, op: '=', value: critical }]
        policy: On call
`,
  })
  const { body } = await admin('GET', `${api}/export`)
  assert.equal(
    body,
    `policies:
  - name: On call
    steps:
      - delay_seconds: 0
        channels: [ Ops & co ]
routing:
  route:
    channels: []
    routes:
      - matchers:
          - { name: severity, op: "=", value: critical }
        policy: On call
silences: []
`,
  )
})

test('a dry run tells the difference and stores nothing', async () => {
  const { call } = await start()
  await call('POST', '/import', { yaml: policy })
  const yaml = policy.replace('delay_seconds: 0', 'delay_seconds: 60')
  const dry = await call('POST', '/import', { yaml, dry_run: true })
  const steps = (seconds: number) => ({ name: 'On call', steps: [{ delay_seconds: seconds, channels: ['Ops & co'] }] })
  assert.deepEqual(dry.changes, [
    { kind: 'policy', name: 'On call', change: 'update', before: steps(0), after: steps(60) },
  ])
  assert.equal((await call('GET', '/policies')).policies[0].version, 1)
  await call('POST', '/import', { yaml })
  const [stored] = (await call('GET', '/policies')).policies
  assert.deepEqual([stored.version, stored.steps[0].delay_seconds], [2, 60])
})

test('what is wrong is told with its line, and then nothing is stored', async () => {
  const { call } = await start()
  const yaml = `policies:
  - name: First
    steps: [{ delay_seconds: 0, channels: [Ops & co] }]
  - name: Second
    steps:
      - delay_seconds: 0
        channels: [nowhere]
  - name: Third
    steps: []
routing:
  route:
    policy: Nobody
    routes:
      - matchers: [{ name: team, op: '=~', value: '(' }]
        speed: 3
silences:
  - matchers: [{ name: team, op: '=~', value: '.*' }]
    ends_at: '2100-01-01T00:00:00.000Z'
    reason: all of it
`
  const { problems, changes } = await call('POST', '/import', { yaml })
  assert.deepEqual(
    problems.map(({ where }: { where: string }) => where),
    [
      'line 9: policies.2.steps',
      'line 14: routing.route.routes.0',
      'line 7: policies.1.steps.0.channels',
      'line 17: silences.0',
    ],
  )
  assert.equal(problems[2].message, 'There is no channel called nowhere: create it first')
  assert.equal(changes.length, 3)
  assert.deepEqual((await call('GET', '/policies')).policies, [])
  const unknown = await call('POST', '/import', { yaml: 'routing:\n  route:\n    policy: Nobody\n' })
  assert.deepEqual(unknown.problems, [
    {
      where: 'line 3: routing.route.policy',
      message: 'There is no policy called Nobody, neither here nor in the file',
    },
  ])
})

test('a policy of the file may be led to by its routes, and a name that comes twice is refused', async () => {
  const { call } = await start()
  const { problems } = await call('POST', '/import', {
    yaml: `${policy}routing: { route: { policy: On call } }`,
  })
  assert.deepEqual(problems, [])
  const [{ id, in_use }] = (await call('GET', '/policies')).policies
  assert.deepEqual([(await call('GET', '/routes')).routing.route.policy_id, in_use], [id, true])
  const twice = await call('POST', '/import', { yaml: `${policy}${policy.replace('policies:\n', '')}` })
  assert.deepEqual(twice.problems, [
    { where: 'line 6: policies.1.name', message: 'There are two policies called On call' },
  ])
})

test('silences that have ended are left out, and rules in the same file are nobody’s business here', async () => {
  const { call, clock } = await start()
  const at = (hours: number) => new Date(clock.now() + hours * 3_600_000).toISOString()
  const silence = (hours: number, reason: string) =>
    `  - { matchers: [{ name: team, op: '=', value: db }], ends_at: '${at(hours)}', reason: ${reason} }\n`
  const changes = async (yaml: string) =>
    (await call('POST', '/import', { yaml })).changes.map(({ change }: { change: string }) => change)
  const rules = 'rules: [{ name: Busy }]\n'
  assert.deepEqual(await changes(`${rules}silences:\n${silence(-1, 'over')}${silence(1, 'now')}`), ['ended', 'create'])
  assert.deepEqual(await changes(`silences:\n${silence(1, 'now')}`), ['unchanged'])
  assert.deepEqual(await changes(`silences:\n${silence(2, 'longer')}`), ['update'])
  const { silences } = await call('GET', '/silences')
  assert.deepEqual(
    silences.map(({ reason, ends_at }: { reason: string; ends_at: string }) => [reason, ends_at]),
    [['longer', at(2)]],
  )
})

test('what is no YAML is refused with its line; secrets and what nobody wrote are never in a file', async () => {
  const { admin } = await start()
  for (const yaml of ['a: [', 'policies: {\n', '['.repeat(20_000), '&a [*a, *a]', 'policies: 3', '- 1']) {
    const reply = await admin('POST', `${api}/import`, { yaml })
    assert.ok(reply.statusCode === 400 || reply.json().problems.length > 0, `${yaml.slice(0, 20)}: ${reply.body}`)
  }
  const broken = await admin('POST', `${api}/import`, { yaml: 'policies:\n  - name: [\n' })
  assert.match(broken.body, /line 3/)
  assert.ok(!(await admin('GET', `${api}/export`)).body.includes('the-secret'))
})
