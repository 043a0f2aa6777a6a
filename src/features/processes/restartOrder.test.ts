import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isTurn } from './restartOrder.ts'

const asked = 1_795_000_000_000
const patienceMs = 60_000
const server = (stop_turn: number) => ({ stop_requested_at: asked, stop_turn, stop_peers: 3 })
const fresh = { stop_requested_at: null, stop_turn: 0, stop_peers: 0 }

describe('the order of restarts', () => {
  test('the first goes at once, the others wait for it', () => {
    const running = [server(0), server(1), server(2)]
    assert.deepEqual(
      running.map((mine) => isTurn(mine, running, asked + 1, patienceMs)),
      [true, false, false],
    )
  })

  test('the next goes when the one before it is back, not when it is gone', () => {
    assert.equal(isTurn(server(1), [server(1), server(2)], asked + 1, patienceMs), false)
    assert.equal(isTurn(server(1), [server(1), server(2), fresh], asked + 1, patienceMs), true)
    assert.equal(isTurn(server(2), [server(1), server(2), fresh], asked + 1, patienceMs), false)
  })

  test('one that never comes back, or never goes, holds the others up only for so long', () => {
    assert.equal(isTurn(server(1), [server(1), server(2)], asked + patienceMs + 1, patienceMs), true)
    assert.equal(isTurn(server(2), [server(0), server(1), server(2)], asked + patienceMs + 1, patienceMs), false)
    assert.equal(isTurn(server(2), [server(0), server(1), server(2)], asked + 2 * patienceMs + 1, patienceMs), true)
  })

  test('one that was not asked does not go', () => {
    assert.equal(isTurn(fresh, [fresh], asked, patienceMs), false)
  })
})
