import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hourMs, secondMs } from '#kernel/time.ts'
import type { Settings } from '#platform/config/config.ts'
import { startApp, type Call } from '../../../test/support/app.ts'
import { signRequest } from './index.ts'

const path = '/api/v1/admin/users'
const adminToken = 'bootstrap-token-of-more-than-24-characters'

/** An administrator's key with a signing secret, and calls that are signed with it. */
async function signingKey(settings: Partial<Settings> = {}) {
  const world = await startApp({ admin_token: adminToken, ...settings })
  const { key, signing_secret: secret } = (
    await world.admin('POST', '/api/v1/me/api-keys', { name: 'signer', signing: true })
  ).json()
  let made = 0
  const newUser = () => ({ email: `user-${++made}@example.com`, password: 'a long enough phrase' })
  const headersFor = (body: object, options = {}) =>
    signRequest(secret, { method: 'POST', path, body: JSON.stringify(body) }, { now: world.clock.now(), ...options })
  return { ...world, secret: secret as string, call: world.as(key), newUser, headersFor }
}

async function refused(reply: ReturnType<Call>, details: Record<string, unknown>): Promise<void> {
  const { statusCode, body } = await reply
  assert.equal(statusCode, 401, body)
  const { error } = JSON.parse(body)
  assert.equal(error.code, 'SIGNATURE_REQUIRED')
  assert.deepEqual({ ...error.details, ...details }, error.details)
}

describe('a key with a signing secret', () => {
  test('is refused a sensitive operation unsigned, naming what is missing, and allowed the others', async () => {
    const { call, newUser, headersFor } = await signingKey()
    const body = newUser()
    await refused(call('POST', path, body), { missing: ['x-miktos-timestamp', 'x-miktos-nonce', 'x-miktos-signature'] })
    const { 'x-miktos-nonce': _nonce, ...withoutNonce } = headersFor(body)
    await refused(call('POST', path, body, withoutNonce), { missing: ['x-miktos-nonce'] })
    assert.equal((await call('GET', path)).statusCode, 200)
  })

  test('does it signed, once: the same request again is refused and changes nothing', async () => {
    const { call, newUser, headersFor, admin } = await signingKey()
    const body = newUser()
    const headers = headersFor(body)
    assert.equal((await call('POST', path, body, headers)).statusCode, 201)
    await refused(call('POST', path, body, headers), { invalid: ['x-miktos-nonce'] })
    assert.equal((await admin('GET', path)).json().length, 2)
  })

  test('20 copies of one signed request at once: one succeeds', async () => {
    const { call, newUser, headersFor, admin } = await signingKey()
    const body = newUser()
    const headers = headersFor(body)
    const replies = await Promise.all(Array.from({ length: 20 }, () => call('POST', path, body, headers)))
    const codes = replies.map((reply) => (reply.statusCode === 201 ? 'CREATED' : reply.json().error.code))
    assert.deepEqual(
      [codes.filter((code) => code === 'CREATED').length, codes.filter((code) => code === 'SIGNATURE_REQUIRED').length],
      [1, 19],
    )
    assert.equal((await admin('GET', path)).json().length, 2)
  })

  test('is refused when body, path, query, method or secret are not what was signed', async () => {
    const { call, newUser, headersFor, adminId, secret, clock } = await signingKey()
    const body = newUser()
    const invalid = { invalid: ['x-miktos-signature'] }
    await refused(call('POST', path, { ...body, role: 'admin' }, headersFor(body)), invalid)
    await refused(call('POST', `${path}?x=1`, body, headersFor(body)), invalid)
    await refused(call('POST', '/api/v1/users', body, headersFor(body)), invalid)
    const edit = { path: `${path}/${adminId}`, body: '{}' }
    await refused(
      call('PATCH', edit.path, {}, signRequest(secret, { method: 'PUT', ...edit }, { now: clock.now() })),
      invalid,
    )
    const withOther = signRequest(
      `${secret}x`,
      { method: 'POST', path, body: JSON.stringify(body) },
      { now: clock.now() },
    )
    await refused(call('POST', path, body, withOther), invalid)
  })

  test('is refused when the time is more than 300 s off either way, or no time', async () => {
    const { call, newUser, headersFor, clock } = await signingKey()
    const at = async (offsetSeconds: number) => {
      const body = newUser()
      return call('POST', path, body, headersFor(body, { now: clock.now() + offsetSeconds * secondMs }))
    }
    for (const offset of [-301, 302, 86_400]) await refused(at(offset), { invalid: ['x-miktos-timestamp'] })
    for (const offset of [-299, 299]) assert.equal((await at(offset)).statusCode, 201)
    const body = newUser()
    for (const timestamp of ['', 'now', '-1', '1e9', '9'.repeat(30)]) {
      await refused(call('POST', path, body, { ...headersFor(body), 'x-miktos-timestamp': timestamp }), {
        invalid: ['x-miktos-timestamp'],
      })
    }
  })

  test('is refused with a nonce that is too short, too long or of other characters', async () => {
    const { call, newUser, headersFor } = await signingKey()
    const body = newUser()
    for (const nonce of ['short', 'a'.repeat(65), 'with spaces in the nonce']) {
      await refused(call('POST', path, body, headersFor(body, { nonce })), { invalid: ['x-miktos-nonce'] })
    }
  })

  test('signs a body whose text is not how we would write it', async () => {
    const { app, secret, clock, admin } = await signingKey()
    const { key, signing_secret } = (
      await admin('POST', '/api/v1/me/api-keys', { name: 'second', signing: true })
    ).json()
    const body = '{ "email":"spaced@example.com",\n"password":"a long enough phrase" }'
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      ...signRequest(signing_secret, { method: 'POST', path, body }, { now: clock.now() }),
    }
    assert.notEqual(secret, signing_secret)
    assert.equal((await app.http.inject({ method: 'POST', url: path, headers, payload: body })).statusCode, 201)
  })
})

describe('a key without a signing secret', () => {
  test('need not sign while the setting is optional, but a signature it sends is not ignored', async () => {
    const { admin, as, newUser, headersFor } = await signingKey()
    const { key } = (await admin('POST', '/api/v1/me/api-keys', { name: 'plain' })).json()
    assert.equal((await as(key)('POST', path, newUser())).statusCode, 201)
    const body = newUser()
    await refused(as(key)('POST', path, body, headersFor(body)), { missing: ['signing_secret'] })
  })

  test('is refused sensitive operations while the setting is required', async () => {
    const { admin, as, newUser } = await signingKey({ signed_requests: 'required' })
    const { key } = (await admin('POST', '/api/v1/me/api-keys', { name: 'plain' })).json()
    await refused(as(key)('POST', path, newUser()), { missing: ['signing_secret'] })
    assert.equal((await as(key)('GET', path)).statusCode, 200)
  })
})

describe('ADMIN_TOKEN', () => {
  test('need not sign while the setting is optional; its signature is checked with the token itself', async () => {
    const { as, newUser, clock } = await signingKey()
    assert.equal((await as(adminToken)('POST', path, newUser())).statusCode, 201)
    const body = newUser()
    const wrong = signRequest(
      'not the token',
      { method: 'POST', path, body: JSON.stringify(body) },
      { now: clock.now() },
    )
    await refused(as(adminToken)('POST', path, body, wrong), { invalid: ['x-miktos-signature'] })
  })

  test('signs with itself where signatures are required', async () => {
    const { as, newUser, clock } = await signingKey({ signed_requests: 'required' })
    const body = newUser()
    await refused(as(adminToken)('POST', path, body), {
      missing: ['x-miktos-timestamp', 'x-miktos-nonce', 'x-miktos-signature'],
    })
    const headers = signRequest(adminToken, { method: 'POST', path, body: JSON.stringify(body) }, { now: clock.now() })
    assert.equal((await as(adminToken)('POST', path, body, headers)).statusCode, 201)
  })
})

test('nonces are forgotten only when their signatures are too old to be accepted anywhere', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { app, call, newUser, headersFor, clock } = await signingKey()
  const remembered = () => app.platform.database.write.selectFrom('request_nonces').selectAll().execute()
  const body = newUser()
  await call('POST', path, body, headersFor(body))
  t.mock.timers.tick(hourMs)
  assert.equal((await remembered()).length, 1)
  clock.advance(901 * secondMs)
  t.mock.timers.tick(hourMs)
  assert.equal((await remembered()).length, 0)
})
