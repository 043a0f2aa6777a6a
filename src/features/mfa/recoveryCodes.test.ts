import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secretsFrom } from '#platform/secrets.ts'
import { generateRecoveryCodes, hashRecoveryCode } from './recoveryCodes.ts'

test('ten different codes of letters and digits that cannot be misread', () => {
  const codes = generateRecoveryCodes()
  assert.equal(new Set(codes).size, 10)
  for (const code of codes) assert.match(code, /^[2-9a-hjkmnp-z]{4}-[2-9a-hjkmnp-z]{4}-[2-9a-hjkmnp-z]{2}$/)
})

test('a hash does not mind how the code was written down, and belongs to one user of one installation', () => {
  const hash = hashRecoveryCode(secretsFrom('a'), 'u1', 'abcd-efgh-jk')
  assert.match(hash, /^[0-9a-f]{64}$/)
  assert.equal(hashRecoveryCode(secretsFrom('a'), 'u1', ' ABCD EFGHJK'), hash)
  assert.notEqual(hashRecoveryCode(secretsFrom('a'), 'u2', 'abcd-efgh-jk'), hash)
  assert.notEqual(hashRecoveryCode(secretsFrom('b'), 'u1', 'abcd-efgh-jk'), hash)
})
