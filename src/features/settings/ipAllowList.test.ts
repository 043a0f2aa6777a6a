import assert from 'node:assert/strict'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { pino } from 'pino'
import { testConfig, type Settings } from '#platform/config/config.ts'
import { Context, systemActor } from '#platform/context.ts'
import { createApp, type App } from '#server/app.ts'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { until } from '../../../test/support/until.ts'
import { updateSettings } from './settings.ts'

/** Loopback has 16 million addresses to call from: these are let in, this one is a proxy, and this one a stranger. */
const allowed = '127.9.0.0/16'
const inside = '127.9.0.1'
const proxy = '127.8.0.1'
const outside = '127.0.0.1'

type Headers = Record<string, string | string[]>
type Get = (from: string, headers?: Headers, path?: string) => Promise<number>

interface Listening extends TestApp {
  get: Get
}

async function listening({
  list = [allowed],
  host = '127.0.0.1',
  ...settings
}: Partial<Settings> & { list?: string[]; host?: string } = {}): Promise<Listening> {
  const app = await startApp(settings)
  await allowOnly(app.app, list)
  await app.app.http.listen({ host, port: 0, listenTextResolver: () => '' })
  const { port } = app.app.http.server.address() as AddressInfo
  return { ...app, get: (from, headers = {}, path = '/api/v1/setup') => getFrom(from, port, path, headers) }
}

/** As somebody does who works on the machine itself. */
function allowOnly({ platform }: App, ip_allow_list: string[] | null): Promise<string[]> {
  const ctx = new Context(platform, systemActor('local', 'local command', []), {
    requestId: null,
    address: null,
    userAgent: null,
  })
  return updateSettings(ctx, { ip_allow_list }, { force: false })
}

function getFrom(localAddress: string, port: number, path: string, headers: Headers): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, localAddress, headers, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode!)
    })
      .on('error', reject)
      .end()
  })
}

const isLetIn = (status: number): boolean => status !== 403

const values = [inside, `::ffff:${inside}`, `${inside}, ${outside}`, `for=${inside};proto=https`]
const names = [
  'x-forwarded-for',
  'forwarded',
  'x-real-ip',
  'x-client-ip',
  'client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'x-forwarded',
  'x-cluster-client-ip',
  'x-originating-ip',
]

describe('an address list', () => {
  test('lets in who calls from it, and 403 for everybody else', async () => {
    const { get } = await listening()
    assert.equal(isLetIn(await get(inside)), true)
    assert.equal(await get(outside), 403)
    assert.equal(await get(proxy), 403)
  })

  test('40 of 40 forged headers change nothing', async () => {
    const { get } = await listening()
    const forged = names.flatMap((name) => values.map((value) => ({ [name]: value })))
    assert.equal(forged.length, 40)
    for (const headers of forged) assert.equal(await get(outside, headers), 403, JSON.stringify(headers))
  })

  test('a forged header does not lock out who is allowed', async () => {
    const { get } = await listening()
    assert.equal(isLetIn(await get(inside, { 'x-forwarded-for': outside })), true)
  })

  test('an IPv4 address is the same when the socket writes it as IPv6', async () => {
    const { get } = await listening({ host: '::' })
    assert.equal(isLetIn(await get(inside)), true)
    assert.equal(await get(outside), 403)
  })

  test('covers pages and the reference too, but not what load balancers ask', async () => {
    const { get } = await listening()
    for (const path of ['/', '/login', '/docs', '/openapi.json', '/metrics', '/nothing'])
      assert.equal(await get(outside, {}, path), 403, path)
    for (const path of ['/healthz', '/readyz', '/health', '/livez'])
      assert.equal(isLetIn(await get(outside, {}, path)), true, path)
  })

  test('the refusal names the address that was seen', async () => {
    const { app } = await listening()
    const reply = await app.http.inject({ url: '/api/v1/setup', remoteAddress: '203.0.113.9' })
    assert.deepEqual(
      [reply.statusCode, reply.json().error.code, reply.json().error.details],
      [403, 'ADDRESS_NOT_ALLOWED', { address: '203.0.113.9' }],
    )
  })
})

const trusting = () => listening({ trusted_proxies: [proxy] })

describe('behind a trusted proxy', () => {
  test('the address that the proxy saw counts, and nothing the client wrote before it', async () => {
    const { get } = await trusting()
    assert.equal(isLetIn(await get(proxy, { 'x-forwarded-for': inside })), true)
    assert.equal(await get(proxy, { 'x-forwarded-for': outside }), 403)
    assert.equal(await get(proxy, { 'x-forwarded-for': `${inside}, ${outside}` }), 403)
    assert.equal(isLetIn(await get(proxy, { 'x-forwarded-for': `${outside}, ${inside}` })), true)
    assert.equal(isLetIn(await get(proxy, { 'x-forwarded-for': `::ffff:${inside}` })), true)
  })

  test('two header lines are one list', async () => {
    const { get } = await trusting()
    assert.equal(await get(proxy, { 'x-forwarded-for': [inside, outside] }), 403)
    assert.equal(isLetIn(await get(proxy, { 'x-forwarded-for': [outside, inside] })), true)
  })

  test('the proxy itself, and one that sends nonsense, are judged by their own address', async () => {
    const { get } = await trusting()
    assert.equal(await get(proxy), 403)
    assert.equal(await get(proxy, { 'x-forwarded-for': 'inside' }), 403)
  })

  test('a stranger who sends the header directly stays one', async () => {
    const { get } = await trusting()
    assert.equal(await get(outside, { 'x-forwarded-for': inside }), 403)
  })

  test('the audit log has the real address', async () => {
    const { app, adminToken } = await trusting()
    const call = {
      method: 'PUT' as const,
      url: '/api/v1/config',
      remoteAddress: proxy,
      payload: { lockout_minutes: 20 },
    }
    const headers = { authorization: `Bearer ${adminToken}`, 'x-forwarded-for': `${outside}, 127.9.0.77` }
    assert.equal((await app.http.inject({ ...call, headers })).statusCode, 200)
    const record = await app.platform.database.read
      .selectFrom('audit_records')
      .select('address')
      .orderBy('seq', 'desc')
      .executeTakeFirstOrThrow()
    assert.equal(record.address, '127.9.0.77')
  })
})

describe('the way back in', () => {
  test('clearing the list on the machine itself lets everybody in again, in the running server too', async () => {
    const { get, app, admin } = await listening({ list: [] })
    const { config } = app.platform
    assert.equal((await admin('PUT', '/api/v1/config?force=true', { ip_allow_list: ['10.0.0.0/8'] })).statusCode, 200)
    assert.equal(await get(outside), 403)
    const another = { data_dir: config.get('data_dir'), database_url: config.get('database_url') }
    const local = await createApp({ config: testConfig(another), log: pino({ level: 'silent' }), background: false })
    await allowOnly(local, null)
    await local.stop()
    await until('the server has heard of it', async () => isLetIn(await get(outside)), 6_000)
  })

  test('somebody on the machine may set a list that holds no address of theirs', async () => {
    const app = await startApp()
    assert.deepEqual(await allowOnly(app.app, ['10.0.0.0/8']), ['ip_allow_list'])
    assert.deepEqual(await allowOnly(app.app, ['10.0.0.0/8']), [])
  })
})
