import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { judge } from './judge.ts'

describe('the hint about a new password', () => {
  it('counts down to the least length', () => {
    assert.deepEqual(judge('abc', 8, []), { score: 1, advice: '5 more characters.' })
    assert.deepEqual(judge('abcdefg', 8, []), { score: 1, advice: '1 more character.' })
  })
  it('finds four random words strong', () => assert.equal(judge('four random words walk', 8, []).score, 4))
  it('does not take length for strength', () => assert.equal(judge('aaaaaaaaaaaaaaaaaaaaaaaa', 8, []).score, 1))
  it('does not like the own name', () => assert.equal(judge('Mara-Mara-Mara-Mara-1', 8, ['mara']).score, 1))
})
