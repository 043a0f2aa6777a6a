import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SocketSlots } from './slots.ts'

/** What every counter of sockets does; `open` gives one that has counted nothing. */
export function slotsConformance(name: string, open: () => Promise<SocketSlots>): void {
  describe(`socket slots: ${name}`, () => {
    test('gives as many as allowed, to each user, and one that was freed again', async () => {
      const slots = await open()
      const taken = await Promise.all(['a', 'b', 'c'].map((id) => slots.take('ann', id, 2)))
      assert.deepEqual(taken, [true, true, false])
      assert.equal(await slots.take('bob', 'd', 2), true)
      await slots.free('ann', 'a')
      assert.equal(await slots.take('ann', 'c', 2), true)
      assert.equal(await slots.take('ann', 'e', 2), false)
    })

    test('freeing what was never taken, or twice, frees nothing else', async () => {
      const slots = await open()
      await slots.take('ann', 'a', 1)
      await slots.free('ann', 'b')
      await slots.free('bob', 'a')
      assert.equal(await slots.take('ann', 'c', 1), false)
      await slots.free('ann', 'a')
      await slots.free('ann', 'a')
      assert.equal(await slots.take('ann', 'c', 1), true)
      assert.equal(await slots.take('ann', 'd', 1), false)
    })
  })
}
