import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { storedBytes } from '../../../test/support/stored.ts'

test('no file of the data folder holds a key or a signing secret, neither in rows nor in the audit log', async () => {
  const { admin, as, app } = await startApp()
  const made = (await admin('POST', '/api/v1/me/api-keys', { name: 'canary', signing: true })).json()
  await as(made.key)('GET', '/api/v1/me')
  const rotated = (await admin('POST', `/api/v1/me/api-keys/${made.id}/rotate`, { overlap_minutes: 5 })).json()
  await admin('DELETE', `/api/v1/me/api-keys/${made.id}`)
  await app.stop()

  const stored = storedBytes(app)
  assert.ok(stored.includes(made.prefix), 'the search sees what is stored')
  for (const { key, signing_secret } of [made, rotated]) {
    for (const secret of [key, key.slice(12), signing_secret, signing_secret.slice(4)])
      assert.equal(stored.includes(secret), false)
  }
})
