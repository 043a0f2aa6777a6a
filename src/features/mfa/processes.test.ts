import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateSync } from 'otplib'
import { secondMs } from '#kernel/time.ts'
import { adminPassword } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'
import { statusCounts, twoServers } from '../../../test/support/twoServers.ts'

eachEngine('a second factor at two servers', (engine) => {
  test('of 20 logins at once with one code, and of 20 with one recovery code, one succeeds', async () => {
    const [first, second] = await twoServers(engine, { lockout_attempts: 1_000 })
    const { secret } = (await first.admin('POST', '/api/v1/me/mfa/totp')).json()
    const codeNow = () => generateSync({ secret, epoch: Math.floor(first.clock.now() / secondMs) })
    const { recovery_codes } = (await first.admin('POST', '/api/v1/me/mfa/totp/confirm', { code: codeNow() })).json()
    for (const { clock } of [first, second]) clock.advance(30 * secondMs)

    for (const otp of [codeNow(), recovery_codes[0]]) {
      const logins = Array.from({ length: 20 }, (_, copy) =>
        [first, second][copy % 2]!.login('admin', adminPassword, { otp }),
      )
      assert.deepEqual(statusCounts(await Promise.all(logins)), { 200: 1, 401: 19 })
    }
  })
})
