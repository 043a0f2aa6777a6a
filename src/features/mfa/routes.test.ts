import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { generateSync } from 'otplib'
import { minuteMs, secondMs } from '#kernel/time.ts'
import { adminPassword, startApp, type Call, type TestApp } from '../../../test/support/app.ts'

const codeAt = (secret: string, atMs: number): string => generateSync({ secret, epoch: Math.floor(atMs / secondMs) })

async function enrol(call: Call, clock: TestApp['clock']) {
  const { secret } = (await call('POST', '/api/v1/me/mfa/totp')).json()
  const confirmed = await call('POST', '/api/v1/me/mfa/totp/confirm', { code: codeAt(secret, clock.now()) })
  assert.equal(confirmed.statusCode, 200, confirmed.body)
  // The code that confirmed is spent: the next login needs the next one.
  clock.advance(30 * secondMs)
  return { secret: secret as string, recoveryCodes: confirmed.json().recovery_codes as string[] }
}

const actions = async ({ app }: TestApp) =>
  (
    await app.platform.database.read
      .selectFrom('audit_records')
      .selectAll()
      .where('action', 'like', 'mfa.%')
      .orderBy('seq')
      .execute()
  ).map(({ action }) => action)

describe('POST /me/mfa/totp', () => {
  test('200 with a secret that is not in force before a code was confirmed', async () => {
    const { admin, login, clock } = await startApp()
    const reply = await admin('POST', '/api/v1/me/mfa/totp')
    assert.equal(reply.statusCode, 200, reply.body)
    const { secret, otpauth_url, qr_svg_data_url } = reply.json()
    assert.match(
      otpauth_url,
      new RegExp(`^otpauth://totp/Miktos:admin%40example.com\\?secret=${secret}&issuer=Miktos$`),
    )
    assert.match(qr_svg_data_url, /^data:image\/svg\+xml;base64,/)
    assert.deepEqual((await admin('GET', '/api/v1/me/mfa')).json(), {
      enabled: false,
      enabled_at: null,
      recovery_codes_left: 0,
    })
    assert.equal((await login('admin', adminPassword)).statusCode, 200)

    const wrong = await admin('POST', '/api/v1/me/mfa/totp/confirm', {
      code: codeAt(secret, clock.now() + 10 * minuteMs),
    })
    assert.deepEqual([wrong.statusCode, wrong.json().error.details.fields[0].field], [400, 'code'])
    const confirmed = await admin('POST', '/api/v1/me/mfa/totp/confirm', {
      code: codeAt(secret, clock.now()).replace(/^.../, '$& '),
    })
    assert.equal(confirmed.json().recovery_codes.length, 10)
    const status = (await admin('GET', '/api/me/mfa')).json().data
    assert.deepEqual(status, {
      enabled: true,
      enabled_at: new Date(clock.now()).toISOString(),
      recovery_codes_left: 10,
    })
  })

  test('a second secret replaces one that was not confirmed', async () => {
    const { admin, clock } = await startApp()
    const first = (await admin('POST', '/api/v1/me/mfa/totp')).json().secret
    const second = (await admin('POST', '/api/v1/me/mfa/totp')).json().secret
    const confirm = (secret: string) =>
      admin('POST', '/api/v1/me/mfa/totp/confirm', { code: codeAt(secret, clock.now()) })
    assert.equal((await confirm(first)).statusCode, 400)
    assert.equal((await confirm(second)).statusCode, 200)
  })

  test('409 while one is in force, for enrolling and for confirming; 409 for confirming nothing', async () => {
    const { admin, clock, user } = await startApp()
    const { secret } = await enrol(admin, clock)
    assert.equal((await admin('POST', '/api/v1/me/mfa/totp')).statusCode, 409)
    assert.equal(
      (await admin('POST', '/api/v1/me/mfa/totp/confirm', { code: codeAt(secret, clock.now()) })).statusCode,
      409,
    )
    const { call } = await user('viewer')
    assert.equal((await call('POST', '/api/v1/me/mfa/totp/confirm', { code: '123456' })).statusCode, 409)
  })

  test('401 for a stranger and for a login that is too long ago, 403 for an API key, 400 for unknown fields', async () => {
    const { admin, anonymous, as, clock } = await startApp({ access_token_minutes: 60 })
    const { key } = (await admin('POST', '/api/v1/me/api-keys', { name: 'x' })).json()
    const routes: [string, string, object?][] = [
      ['POST', '/api/v1/me/mfa/totp'],
      ['POST', '/api/v1/me/mfa/totp/confirm', { code: '123456' }],
      ['POST', '/api/v1/me/mfa/recovery-codes'],
      ['DELETE', '/api/v1/me/mfa', { otp: '123456' }],
    ]
    for (const [method, url, body] of routes) {
      assert.equal((await anonymous(method, url, body)).statusCode, 401, url)
      assert.equal((await as(key)(method, url, body)).statusCode, 403, url)
    }
    assert.equal(
      (await admin('POST', '/api/v1/me/mfa/totp/confirm', { code: '123456', mfa_enabled_at: 1 })).statusCode,
      400,
    )
    clock.advance(16 * minuteMs)
    for (const [method, url, body] of routes.filter(([, path]) => !path.endsWith('confirm'))) {
      assert.equal((await admin(method, url, body)).json().error.code, 'REAUTHENTICATION_REQUIRED', url)
    }
  })
})

describe('POST /auth/login with a second factor', () => {
  test('401 MFA_REQUIRED without a code, 200 with it, 401 for the same code again', async () => {
    const { admin, login, clock } = await startApp()
    const { secret } = await enrol(admin, clock)
    const code = async (more: object) => {
      const reply = await login('admin', adminPassword, { ...more })
      return reply.statusCode === 200 ? 'OK' : reply.json().error.code
    }
    assert.equal(await code({}), 'MFA_REQUIRED')
    const otp = codeAt(secret, clock.now())
    assert.equal(await code({ otp }), 'OK')
    assert.equal(await code({ otp }), 'INVALID_CREDENTIALS')
  })

  test('the code that confirmed the enrolment does not log in', async () => {
    const { admin, login, clock } = await startApp()
    const { secret } = (await admin('POST', '/api/v1/me/mfa/totp')).json()
    const otp = codeAt(secret, clock.now())
    assert.equal((await admin('POST', '/api/v1/me/mfa/totp/confirm', { code: otp })).statusCode, 200)
    assert.equal((await login('admin', adminPassword, { otp })).statusCode, 401)
  })

  test('a code one step off is taken, two steps off refused, and none older than the last one used', async () => {
    const { admin, login, clock } = await startApp()
    const { secret } = await enrol(admin, clock)
    const status = async (steps: number) =>
      (await login('admin', adminPassword, { otp: codeAt(secret, clock.now() + steps * 30 * secondMs) })).statusCode
    clock.advance(5 * 30 * secondMs)
    assert.deepEqual([await status(-2), await status(2)], [401, 401])
    assert.deepEqual([await status(-1), await status(1), await status(0)], [200, 200, 401])
  })

  test('50 parallel posts of one valid code: one success', async () => {
    const { admin, login, clock } = await startApp({ lockout_attempts: 1_000 })
    const { secret } = await enrol(admin, clock)
    const otp = codeAt(secret, clock.now())
    const replies = await Promise.all(Array.from({ length: 50 }, () => login('admin', adminPassword, { otp })))
    const codes = replies.map(({ statusCode }) => statusCode)
    assert.deepEqual(
      [codes.filter((code) => code === 200).length, codes.filter((code) => code === 401).length],
      [1, 49],
    )
  })

  test('10 wrong codes lock the account although every login failed', async () => {
    const { admin, login, clock } = await startApp()
    const { secret } = await enrol(admin, clock)
    for (let attempt = 0; attempt < 10; attempt++) {
      assert.equal(
        (await login('admin', adminPassword, { otp: codeAt(secret, clock.now() + minuteMs * 10) })).statusCode,
        401,
      )
    }
    assert.equal((await login('admin', adminPassword, { otp: codeAt(secret, clock.now()) })).statusCode, 401)
    assert.equal((await admin('GET', '/api/v1/admin/users?state=locked')).json()[0].username, 'admin')
    clock.advance(15 * minuteMs)
    assert.equal((await login('admin', adminPassword, { otp: codeAt(secret, clock.now()) })).statusCode, 200)
  })

  test('each recovery code logs in once, however it is written, and the audit log says whose it was', async () => {
    const world = await startApp()
    const { admin, login, clock, app, adminId } = world
    const { recoveryCodes } = await enrol(admin, clock)
    const [first, second] = recoveryCodes
    assert.equal((await login('admin', adminPassword, { otp: first })).statusCode, 200)
    assert.equal((await login('admin', adminPassword, { otp: first })).statusCode, 401)
    assert.equal(
      (await login('admin', adminPassword, { otp: second!.toUpperCase().replaceAll('-', ' ') })).statusCode,
      200,
    )
    assert.equal((await admin('GET', '/api/v1/me/mfa')).json().recovery_codes_left, 8)
    const used = await app.platform.database.read
      .selectFrom('audit_records')
      .selectAll()
      .where('action', '=', 'mfa.use-recovery-code')
      .execute()
    assert.deepEqual(
      used.map(({ actor_id, target_id, after_json }) => [actor_id, target_id, after_json]),
      [
        [adminId, adminId, '{"accepted":true,"recovery_codes_left":9}'],
        [adminId, adminId, '{"accepted":true,"recovery_codes_left":8}'],
      ],
    )
  })

  test("20 parallel posts of one recovery code: one success; another user's code is none", async () => {
    const { admin, login, clock, user } = await startApp({ lockout_attempts: 1_000 })
    const { recoveryCodes } = await enrol(admin, clock)
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => login('admin', adminPassword, { otp: recoveryCodes[0] })),
    )
    assert.equal(replies.filter(({ statusCode }) => statusCode === 200).length, 1)
    const mara = await user('viewer', 'mara')
    await enrol(mara.call, clock)
    assert.equal((await login('mara', mara.password, { otp: recoveryCodes[1] })).statusCode, 401)
  })

  test('setting it up and removing it ends no session', async () => {
    const { admin, clock } = await startApp()
    const { recoveryCodes } = await enrol(admin, clock)
    assert.equal((await admin('GET', '/api/v1/me')).json().user.mfa_enabled, true)
    await admin('DELETE', '/api/v1/me/mfa', { otp: recoveryCodes[0] })
    assert.equal((await admin('GET', '/api/v1/me')).json().user.mfa_enabled, false)
  })
})

describe('POST /me/mfa/recovery-codes', () => {
  test('200 with ten others, and the old ones are void; 409 without a second factor', async () => {
    const { admin, login, clock } = await startApp()
    assert.equal((await admin('POST', '/api/v1/me/mfa/recovery-codes')).statusCode, 409)
    const { recoveryCodes } = await enrol(admin, clock)
    const renewed: string[] = (await admin('POST', '/api/v1/me/mfa/recovery-codes')).json().recovery_codes
    assert.equal(new Set([...renewed, ...recoveryCodes]).size, 20)
    assert.equal((await login('admin', adminPassword, { otp: recoveryCodes[0] })).statusCode, 401)
    assert.equal((await login('admin', adminPassword, { otp: renewed[0] })).statusCode, 200)
  })
})

describe('DELETE /me/mfa', () => {
  test('401 for a wrong code, 200 for a right one, 409 the second time; logins ask for no code any more', async () => {
    const world = await startApp()
    const { admin, login, clock } = world
    const { secret } = await enrol(admin, clock)
    const remove = (otp: string) => admin('DELETE', '/api/v1/me/mfa', { otp })
    const wrong = await remove(codeAt(secret, clock.now() + 10 * minuteMs))
    assert.deepEqual([wrong.statusCode, wrong.json().error.code], [401, 'INVALID_CREDENTIALS'])
    assert.equal((await remove(codeAt(secret, clock.now()))).statusCode, 200)
    assert.equal((await remove(codeAt(secret, clock.now()))).statusCode, 409)
    assert.deepEqual((await admin('GET', '/api/v1/me/mfa')).json(), {
      enabled: false,
      enabled_at: null,
      recovery_codes_left: 0,
    })
    assert.equal((await login('admin', adminPassword)).statusCode, 200)
    assert.deepEqual(await actions(world), ['mfa.enrol', 'mfa.enable', 'mfa.disable'])
  })
})

describe('wrong codes of somebody who is logged in', () => {
  const wrongCode = (secret: string, clock: TestApp['clock']) => codeAt(secret, clock.now() + 10 * minuteMs)

  test('lock the account when the second factor is to be removed, and the right one is refused from then on', async () => {
    const { admin, user, login, clock } = await startApp({ lockout_attempts: 3, lockout_minutes: 15 })
    const mara = await user('viewer', 'mara')
    const { secret } = await enrol(mara.call, clock)
    const remove = (otp: string) => mara.call('DELETE', '/api/v1/me/mfa', { otp })
    for (let count = 0; count < 3; count++) assert.equal((await remove(wrongCode(secret, clock))).statusCode, 401)
    assert.equal((await admin('GET', `/api/v1/admin/users/${mara.id}`)).json().state, 'locked')
    const refused = await remove(codeAt(secret, clock.now()))
    assert.deepEqual([refused.statusCode, refused.json().error.code], [401, 'INVALID_CREDENTIALS'])
    assert.equal((await login('mara', mara.password, { otp: codeAt(secret, clock.now()) })).statusCode, 401)
    assert.equal((await mara.call('GET', '/api/v1/me/mfa')).json().enabled, true)
  })

  test('lock it when an authenticator app is to be confirmed, and count together with wrong passwords', async () => {
    const { admin, user, login, clock } = await startApp({ lockout_attempts: 3, lockout_minutes: 5 })
    const mara = await user('viewer', 'mara')
    const { secret } = (await mara.call('POST', '/api/v1/me/mfa/totp')).json()
    const confirm = (code: string) => mara.call('POST', '/api/v1/me/mfa/totp/confirm', { code })
    assert.equal((await login('mara', 'not the password')).statusCode, 401)
    for (let count = 0; count < 2; count++) assert.equal((await confirm(wrongCode(secret, clock))).statusCode, 400)
    assert.equal((await admin('GET', `/api/v1/admin/users/${mara.id}`)).json().state, 'locked')
    assert.equal((await confirm(codeAt(secret, clock.now()))).statusCode, 401)
    clock.advance(5 * minuteMs)
    assert.equal((await confirm(codeAt(secret, clock.now()))).statusCode, 200)
  })
})

describe('DELETE /admin/users/{id}/mfa', () => {
  test('200 for somebody who lost everything, under both paths; 409 the second time; 404 for none', async () => {
    const { admin, user, login, clock } = await startApp()
    const mara = await user('viewer', 'mara')
    await enrol(mara.call, clock)
    const remove = (id: string, root = '/api/v1/admin') => admin('DELETE', `${root}/users/${id}/mfa`)
    assert.equal((await remove(mara.id)).statusCode, 200)
    assert.equal((await login('mara', mara.password)).statusCode, 200)
    assert.equal((await remove(mara.id)).statusCode, 409)
    assert.equal((await remove('none', '/api')).statusCode, 404)
  })

  test('409 for oneself, 403 for a user with rights the caller has not, 403 without the permission', async () => {
    const { admin, adminId, user, userWith, clock } = await startApp()
    await enrol(admin, clock)
    assert.equal((await admin('DELETE', `/api/v1/admin/users/${adminId}/mfa`)).statusCode, 409)
    const clerk = await userWith('users:write')
    assert.equal((await clerk.call('DELETE', `/api/v1/admin/users/${adminId}/mfa`)).statusCode, 403)
    const { call } = await user('viewer')
    assert.equal((await call('DELETE', `/api/v1/admin/users/${adminId}/mfa`)).statusCode, 403)
    assert.equal((await admin('GET', '/api/v1/me/mfa')).json().enabled, true)
  })
})
