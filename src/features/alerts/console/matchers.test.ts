import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { matcherFrom, matcherText } from './matchers.ts'

describe('matchers', () => {
  it('are read as they are written', () => {
    for (const matcher of [
      { name: 'alertname', op: '=', value: 'High "CPU" usage' },
      { name: 'instance', op: '!~', value: String.raw`web-\d+` },
      { name: 'team', op: '!=', value: '' },
    ] as const)
      assert.deepEqual(matcherFrom(matcherText(matcher)), matcher)
  })
  it('may leave the quotes out', () => {
    assert.deepEqual(matcherFrom(' team =~ a|b '), { name: 'team', op: '=~', value: 'a|b' })
  })
  it('are none without an operator', () => {
    assert.equal(matcherFrom('team'), undefined)
    assert.equal(matcherFrom('="x"'), undefined)
  })
})
