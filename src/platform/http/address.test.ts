import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { addressRanges, clientAddress, normalAddress } from './address.ts'

const trusted = addressRanges(['10.0.0.0/8', '::1'])

describe('who called', () => {
  test('is the peer, whatever a client that is no proxy writes', () => {
    for (const header of ['10.1.1.1', '1.2.3.4, 5.6.7.8', 'unknown', '', ['a', 'b']]) {
      assert.equal(clientAddress('203.0.113.9', header, trusted), '203.0.113.9')
    }
  })

  test('is, behind trusted proxies, the rightmost address that is none of them', () => {
    assert.equal(clientAddress('10.0.0.1', '6.6.6.6, 203.0.113.9, 10.0.0.2', trusted), '203.0.113.9')
    assert.equal(clientAddress('10.0.0.1', ['6.6.6.6', '203.0.113.9'], trusted), '203.0.113.9')
    assert.equal(clientAddress('10.0.0.1', 'forged, 203.0.113.9', trusted), '203.0.113.9')
    assert.equal(clientAddress('::1', '2001:db8::7', trusted), '2001:db8::7')
  })

  test('is the last that can be believed when a hop is no address', () => {
    assert.equal(clientAddress('10.0.0.1', '203.0.113.9, nonsense', trusted), '10.0.0.1')
    assert.equal(clientAddress('10.0.0.1', undefined, trusted), '10.0.0.1')
  })
})

test('IPv4 written as IPv6 is the same address, in ranges too', () => {
  assert.equal(normalAddress('::ffff:10.9.0.1'), '10.9.0.1')
  assert.equal(addressRanges(['10.9.0.0/16'])('::ffff:10.9.0.1'), true)
  assert.equal(addressRanges(['10.9.0.1'])('10.9.0.2'), false)
  assert.equal(addressRanges(['10.0.0.0/8'])('no address'), false)
  assert.throws(() => addressRanges(['10.0.0.0/40']))
})
