import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startApp, type Call } from '../../../../test/support/app.ts'
import { hook } from '../../../../test/support/hook.ts'
import { mailLogin, mailServer } from '../../../../test/support/mailServer.ts'

const path = '/api/v1/notifications/channels'
const secretUrl = 'https://hooks.slack.example/services/T000/B000/very-secret'
const slack = { name: 'Slack', kind: 'slack', config: { url: secretUrl } }
const mail = {
  name: 'Mail',
  kind: 'email',
  config: { host: 'mail.example.com', from: 'a@example.com', to: ['b@example.com'], ...mailLogin },
}
const home = { outbound_allow: ['127.0.0.0/8'] }

const create = async (call: Call, channel: object) => {
  const reply = await call('POST', path, channel)
  assert.equal(reply.statusCode, 201, reply.body)
  return reply.json()
}

describe('POST /notifications/channels', () => {
  test('201 with defaults, without its secrets', async () => {
    const { admin } = await startApp()
    const made = await create(admin, mail)
    const { host, from, to } = mail.config
    assert.deepEqual(made.config, { host, from, to, port: 587, security: 'starttls', username: mailLogin.username })
    assert.deepEqual(
      [made.secrets_set, made.target, made.enabled, made.version, made.last_delivery],
      [['password'], 'b@example.com by mail.example.com', true, 1, null],
    )
  })

  test('400 names the field that is wrong', async () => {
    const { admin } = await startApp()
    const bad: [object, string][] = [
      [{ ...slack, config: { url: 'file:///etc/passwd' } }, 'config.url'],
      [{ ...slack, config: { url: secretUrl, extra: 1 } }, 'config.extra'],
      [{ ...slack, name: 'a\r\nb' }, 'name'],
      [{ ...slack, name: ' ' }, 'name'],
      [{ ...slack, kind: 'pigeon' }, 'kind'],
      [{ ...mail, config: { ...mail.config, to: ['b@example.com\nBcc: c@example.com'] } }, 'config.to.0'],
      [{ ...mail, config: { ...mail.config, security: 'none' } }, 'config.security'],
    ]
    for (const [body, field] of bad) {
      const reply = await admin('POST', path, body)
      assert.equal(reply.statusCode, 400, reply.body)
      assert.equal(reply.json().error.details.fields[0].field, field)
    }
  })

  test('409 for a name that is taken', async () => {
    const { admin } = await startApp()
    await create(admin, slack)
    const reply = await admin('POST', path, { ...mail, name: 'Slack' })
    assert.deepEqual([reply.statusCode, reply.json().error.details.field], [409, 'name'])
  })

  test('401 for a stranger, 403 for who only reads', async () => {
    const { anonymous, userWith } = await startApp()
    assert.equal((await anonymous('POST', path, slack)).statusCode, 401)
    const { call } = await userWith('alerts:read')
    assert.equal((await call('POST', path, slack)).statusCode, 403)
    assert.equal((await call('GET', path)).statusCode, 200)
  })
})

describe('Secrets', () => {
  test('are in no reply, no event, no audit record and not readable in the database', async () => {
    const { admin, app } = await startApp()
    const heard: unknown[] = []
    app.platform.events.subscribe('*', (event) => void heard.push(event))
    const { id } = await create(admin, slack)
    await create(admin, mail)
    const update = { name: 'Slack', config: { url: `${secretUrl}-2` }, version: 1 }
    const updated = await admin('PUT', `${path}/${id}`, update)
    assert.equal(updated.statusCode, 200, updated.body)
    const replies = await Promise.all([
      admin('GET', path),
      admin('GET', `${path}/${id}`),
      admin('GET', '/api/v1/audit?limit=100'),
    ])
    const rows = await app.platform.database.read.selectFrom('notification_channels').selectAll().execute()
    const all = JSON.stringify([heard, updated.body, rows, replies.map(({ body }) => body)])
    assert.doesNotMatch(all, /very-secret|a password of mail/)
    assert.match(all, /changed_secrets/)
  })

  test('stay when they are left out, and go when they are null', async () => {
    const { admin } = await startApp(home)
    const receiver = await hook()
    const config = { url: receiver.url, authorization: 'Bearer abc' }
    const { id } = await create(admin, { name: 'Hook', kind: 'webhook', config })
    const kept = await admin('PUT', `${path}/${id}`, { name: 'Hook', config: { format: 'cloudevents' }, version: 1 })
    assert.deepEqual(kept.json().secrets_set, ['url', 'authorization'])
    await admin('POST', `${path}/${id}/test`)
    assert.equal(receiver.received[0]!.headers.authorization, 'Bearer abc')
    const gone = await admin('PUT', `${path}/${id}`, { name: 'Hook', config: { authorization: null }, version: 2 })
    assert.deepEqual([gone.json().secrets_set, gone.json().config], [['url'], { format: 'alertmanager' }])
  })

  test('400 when they would go elsewhere without being written anew', async () => {
    const { admin } = await startApp()
    const { id } = await create(admin, mail)
    const { password: _, ...config } = mail.config
    const put = (more: object) =>
      admin('PUT', `${path}/${id}`, { name: 'Mail', config: { ...config, ...more }, version: 1 })
    for (const change of [{ host: 'evil.example.com' }, { port: 2_525 }]) {
      const reply = await put(change)
      assert.deepEqual([reply.statusCode, reply.json().error.details.fields[0].field], [400, 'config.password'])
    }
    assert.equal((await put({ host: 'evil.example.com', password: 'a new one' })).statusCode, 200)
  })
})

describe('PUT /notifications/channels/{id}', () => {
  test('409 with what is there now where somebody saved since', async () => {
    const { admin } = await startApp()
    const { id } = await create(admin, slack)
    const put = (version: number, name: string) => admin('PUT', `${path}/${id}`, { name, config: {}, version })
    assert.equal((await put(1, 'Renamed')).json().version, 2)
    const late = await put(1, 'Too late')
    assert.deepEqual([late.statusCode, late.json().error.details.version], [409, 2])
    assert.equal((await admin('GET', `${path}/${id}`)).json().name, 'Renamed')
  })

  test('400 for a configuration of another kind, 404 for what is not there', async () => {
    const { admin } = await startApp()
    const { id } = await create(admin, slack)
    const body = { name: 'Slack', config: { host: 'mail.example.com' }, version: 1 }
    const reply = await admin('PUT', `${path}/${id}`, body)
    assert.deepEqual([reply.statusCode, reply.json().error.details.fields[0].field], [400, 'config.host'])
    assert.equal((await admin('PUT', `${path}/nobody`, body)).statusCode, 404)
  })
})

describe('DELETE /notifications/channels/{id}', () => {
  test('200 once, then 404', async () => {
    const { admin } = await startApp()
    const { id } = await create(admin, slack)
    assert.equal((await admin('DELETE', `${path}/${id}`)).statusCode, 200)
    assert.equal((await admin('DELETE', `${path}/${id}`)).statusCode, 404)
    assert.deepEqual((await admin('GET', path)).json().channels, [])
  })

  test('409 while a policy or a route uses it', async () => {
    const { admin } = await startApp()
    const { id } = await create(admin, slack)
    const steps = [{ delay_seconds: 0, channels: [id] }]
    const policy = await admin('POST', '/api/v1/notifications/policies', { name: 'Night', steps })
    assert.equal(policy.statusCode, 201, policy.body)
    const reply = await admin('DELETE', `${path}/${id}`)
    assert.deepEqual([reply.statusCode, reply.json().error.details.used_by], [409, ['the policy Night']])
    assert.equal((await admin('DELETE', `/api/v1/notifications/policies/${policy.json().id}`)).statusCode, 200)
    assert.equal((await admin('DELETE', `${path}/${id}`)).statusCode, 200)
  })
})

describe('POST /notifications/channels/{id}/test', () => {
  test('sends a marked message and answers what the other side said', async () => {
    const { admin } = await startApp(home)
    const receiver = await hook()
    receiver.answer({ status: 200, body: 'ok' })
    const { id } = await create(admin, { ...slack, config: { url: receiver.url } })
    const reply = await admin('POST', `${path}/${id}/test`)
    const { duration_ms, ...answer } = reply.json()
    assert.deepEqual(answer, { outcome: 'sent', status: 200, detail: 'ok' })
    assert.ok(duration_ms >= 0)
    assert.match(JSON.parse(receiver.received[0]!.body).text, /^\[TEST\]/)
    const { last_delivery } = (await admin('GET', `${path}/${id}`)).json()
    assert.deepEqual([last_delivery.outcome, last_delivery.status, last_delivery.detail], ['sent', 200, 'ok'])
  })

  test('answers 200 with the refusal, and says it again in the list', async () => {
    const { admin } = await startApp(home)
    const receiver = await hook()
    receiver.answer({ status: 404, body: 'no_service' })
    const { id } = await create(admin, { ...slack, config: { url: receiver.url } })
    const { statusCode, json } = await admin('POST', `${path}/${id}/test`)
    assert.deepEqual([statusCode, json().outcome, json().detail], [200, 'refused', 'no_service'])
    assert.equal((await admin('GET', path)).json().channels[0].last_delivery.outcome, 'refused')
  })

  test('calls nobody at home unless that is listed', async () => {
    const { admin } = await startApp()
    const receiver = await hook()
    const { id } = await create(admin, { ...slack, config: { url: receiver.url } })
    const { outcome, detail } = (await admin('POST', `${path}/${id}/test`)).json()
    assert.equal(outcome, 'refused')
    assert.match(detail, /outbound_allow/)
    assert.equal(
      (await admin('PUT', '/api/v1/settings', { outbound_allow: [`127.0.0.1:${receiver.port}`] })).statusCode,
      200,
    )
    assert.equal((await admin('POST', `${path}/${id}/test`)).json().outcome, 'sent')
    assert.equal(receiver.received.length, 1)
  })

  test('reaches a mail server', async () => {
    const { admin } = await startApp(home)
    const server = await mailServer()
    const config = { ...mail.config, host: 'localhost', port: server.port, certificate_authority: server.certificate }
    const { id } = await create(admin, { ...mail, config })
    const { outcome, status, detail } = (await admin('POST', `${path}/${id}/test`)).json()
    assert.deepEqual([outcome, status], ['sent', 250], detail)
    assert.match(server.mails[0]!.raw, /Subject: \[TEST\] \[FIRING:1\] Test/)
  })

  test('works for a channel that is switched off, is recorded, and needs alerts:write', async () => {
    const { admin, userWith } = await startApp(home)
    const receiver = await hook()
    const { id } = await create(admin, { ...slack, enabled: false, config: { url: receiver.url } })
    const reader = await userWith('alerts:read')
    assert.equal((await reader.call('POST', `${path}/${id}/test`)).statusCode, 403)
    assert.equal((await admin('POST', `${path}/${id}/test`)).json().outcome, 'sent')
    assert.match((await admin('GET', '/api/v1/audit?limit=5')).body, /notification\.channel\.test/)
    assert.equal((await admin('POST', `${path}/nobody/test`)).statusCode, 404)
  })
})
