import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { secondsOf, spanText } from './spanText.ts'

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
