import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { signatureMatches, signatureOf, signRequest } from './signature.ts'

const example = {
  method: 'DELETE',
  path: '/api/v1/admin/users/u1?projects=delete',
  body: '',
  timestamp: '1795348800',
  nonce: '7f1c0e9b52a84d36',
}

describe('signatureOf', () => {
  test('gives what the worked example in its documentation says', async () => {
    const documented = /gives `(v1=[0-9a-f]{64})`/.exec(
      await readFile(new URL('./signature.ts', import.meta.url), 'utf8'),
    )
    assert.equal(signatureOf('mks_example', example), documented?.[1])
  })

  test('is another one when anything it covers is another', () => {
    const signature = signatureOf('mks_example', example)
    assert.equal(signatureMatches('mks_example', signature, example), true)
    assert.equal(signatureMatches('mks_other', signature, example), false)
    for (const change of [
      { method: 'POST' },
      { path: '/api/v1/admin/users/u1' },
      { body: '{}' },
      { timestamp: '1795348801' },
      { nonce: '7f1c0e9b52a84d37' },
    ]) {
      assert.equal(signatureMatches('mks_example', signature, { ...example, ...change }), false, JSON.stringify(change))
    }
    for (const text of [
      '',
      'v1=',
      signature.slice(0, -1),
      `${signature}0`,
      signature.replace('v1', 'v2'),
      'ü'.repeat(67),
    ]) {
      assert.equal(signatureMatches('mks_example', text, example), false, text)
    }
  })
})

describe('signRequest', () => {
  test('writes the three headers, each time with another nonce', () => {
    const request = { method: 'delete', path: example.path }
    const headers = signRequest('mks_example', request, { now: 1_795_348_800_999, nonce: example.nonce })
    assert.deepEqual(headers, {
      'x-miktos-timestamp': example.timestamp,
      'x-miktos-nonce': example.nonce,
      'x-miktos-signature': signatureOf('mks_example', example),
    })
    assert.match(signRequest('s', request)['x-miktos-nonce']!, /^[0-9a-f]{32}$/)
    assert.notEqual(signRequest('s', request)['x-miktos-nonce'], signRequest('s', request)['x-miktos-nonce'])
  })
})
