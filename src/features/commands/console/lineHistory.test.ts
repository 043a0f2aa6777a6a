import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { atDraft, distinct, stepped } from './lineHistory.ts'

const lines = ['run c', 'run b', 'run a']

describe('earlier lines', () => {
  it('come back one by one, and what was typed after them', () => {
    const first = stepped(lines, atDraft, 1, 'half')!
    assert.equal(first.line, 'run c')
    const second = stepped(lines, first.place, 1, first.line)!
    assert.equal(second.line, 'run b')
    const back = stepped(lines, stepped(lines, second.place, -1, '')!.place, -1, '')!
    assert.equal(back.line, 'half')
    assert.deepEqual(back.place, { at: -1, draft: 'half' })
  })

  it('end at the oldest and at what is being typed', () => {
    assert.equal(stepped(lines, { at: 2, draft: '' }, 1, ''), undefined)
    assert.equal(stepped(lines, atDraft, -1, ''), undefined)
    assert.equal(stepped([], atDraft, 1, ''), undefined)
  })

  it('stand there once each', () => {
    assert.deepEqual(distinct(['a', 'b', 'a']), ['a', 'b'])
  })
})
