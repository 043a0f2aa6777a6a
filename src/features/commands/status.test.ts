import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { commandStatuses, isOver, nextStatuses, openStatuses, type CommandStatus } from './status.ts'
import { nextSessionStatuses, isActive, type SessionStatus } from '../sessions/index.ts'

describe('statuses of commands', () => {
  test('nothing that a runner may have begun is ever queued again', () => {
    const reached = new Set<CommandStatus>(['delivered'])
    for (const status of reached) for (const next of nextStatuses[status]) reached.add(next)
    assert.ok(!reached.has('queued') && !reached.has('awaiting_approval'))
  })

  test('whatever is open can end, and what is over is not open', () => {
    for (const status of openStatuses) assert.ok(nextStatuses[status].some(isOver), status)
    assert.deepEqual(
      commandStatuses.filter((status) => isOver(status) === openStatuses.includes(status)),
      [],
    )
  })
})

describe('statuses of sessions', () => {
  const all = Object.keys(nextSessionStatuses) as SessionStatus[]
  test('what is active can be lost, what is not cannot', () => {
    for (const status of all) assert.equal(nextSessionStatuses[status].includes('lost'), isActive(status), status)
  })

  test('from everywhere a session can be brought to run again', () => {
    for (const status of all) {
      const reached = new Set<SessionStatus>([status])
      for (const one of reached) for (const next of nextSessionStatuses[one]) reached.add(next)
      assert.ok(reached.has('running'), status)
    }
  })
})
