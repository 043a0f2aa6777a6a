import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { matcherFrom, matcherText, secondsOf, spanText } from './words.ts'

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

describe('spans of time', () => {
  it('are written in the largest unit that holds them whole', () => {
    assert.deepEqual([0, 45, 90, 300, 5_400, 86_400].map(spanText), ['0s', '45s', '90s', '5m', '90m', '1d'])
  })
  it('are read with and without units', () => {
    assert.deepEqual(['90', '5m', '1h 30m', '2d', ' 15s '].map(secondsOf), [90, 300, 5_400, 172_800, 15])
  })
  it('are none where something else is written', () => {
    assert.deepEqual(['', 'soon', '5 minutes', '-5m'].map(secondsOf), [undefined, undefined, undefined, undefined])
  })
})
