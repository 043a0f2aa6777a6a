import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Channel } from './queries.ts'
import { stepsText, weekdays, windowText } from './policyWords.ts'

describe('policies in words', () => {
  it('tell windows of time', () => {
    const window = { time_zone: 'UTC', weekdays: [...weekdays], from: '22:00', to: '07:00' }
    assert.equal(windowText(window), '22:00–07:00 UTC')
    assert.equal(windowText({ ...window, to: '22:00', weekdays: ['sunday', 'monday'] }), 'all day UTC, Mon Sun')
  })
  it('tell steps by the names of channels', () => {
    const channels = [{ id: 'c', name: 'Chat' }] as Channel[]
    const steps = [
      { delay_seconds: 0, channels: ['c'] },
      { delay_seconds: 600, channels: ['c', 'gone'] },
    ]
    assert.equal(
      stepsText({ steps, repeat_seconds: 14_400 }, channels),
      'at once Chat; after 10m Chat, gone; again after 4h',
    )
  })
})
