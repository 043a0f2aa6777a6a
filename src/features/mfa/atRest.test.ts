import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateSync } from 'otplib'
import { secondMs } from '#kernel/time.ts'
import { adminPassword, startApp } from '../../../test/support/app.ts'
import { storedBytes } from '../../../test/support/stored.ts'

test('no file of the data folder holds a TOTP secret or a recovery code', async () => {
  const { admin, login, app, clock, adminId } = await startApp()
  const { secret } = (await admin('POST', '/api/v1/me/mfa/totp')).json()
  const code = generateSync({ secret, epoch: Math.floor(clock.now() / secondMs) })
  const { recovery_codes } = (await admin('POST', '/api/v1/me/mfa/totp/confirm', { code })).json()
  await login('admin', adminPassword, { otp: recovery_codes[0] })
  await app.stop()

  const stored = storedBytes(app)
  assert.ok(stored.includes(adminId), 'the search sees what is stored')
  for (const plain of [secret, ...recovery_codes]) {
    assert.equal(stored.includes(plain), false)
    assert.equal(stored.includes(plain.replaceAll('-', '')), false)
  }
})
