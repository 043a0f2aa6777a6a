import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { isFirst, soundClaims, type SoundClaims } from './soundClaims.ts'

const open: SoundClaims[] = []
after(() => {
  for (const one of open) one.close()
})

let at = Date.now()
const tab = (): SoundClaims => {
  const claims = soundClaims(() => at)
  open.push(claims)
  return claims
}

describe('among several tabs', () => {
  test('one sounds for what all of them hear at the same moment, and none again within the batch', async () => {
    const tabs = [tab(), tab(), tab()]
    const all = async () => (await Promise.all(tabs.map((one) => one.claim()))).filter(Boolean).length
    assert.equal(await all(), 1)
    at += 1_000
    assert.equal(await all(), 0)
    at += 60_000
    assert.equal(await all(), 1)
  })

  test('a tab that hears of it late finds that another has sounded', async () => {
    at += 60_000
    const [first, second] = [tab(), tab()]
    assert.equal(await first.claim(), true)
    at += 500
    assert.equal(await second.claim(), false)
  })

  test('so does one that listens only since the other has said so', async () => {
    at += 60_000
    const first = tab().claim()
    await new Promise((resolve) => setTimeout(resolve, 50))
    at += 50
    assert.deepEqual([await tab().claim(), await first], [false, true])
  })

  test('a tab alone sounds by itself', async () => {
    at += 60_000
    assert.equal(await tab().claim(), true)
  })
})

test('of two claims of the same moment exactly one is the first', () => {
  const [a, b] = [
    { at: 5, tab: 'a' },
    { at: 5, tab: 'b' },
  ]
  assert.deepEqual([isFirst(a, [b]), isFirst(b, [a]), isFirst(a, [])], [true, false, true])
})
