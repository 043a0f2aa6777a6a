import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nextStatuses } from '../status.ts'
import { mainStep, statuses, summaryOf, whyNotDelete, whyNotStep, type SessionStatus, type Step } from './words.ts'

const possible = (status: SessionStatus): Step[] =>
  (['start', 'pause', 'resume', 'stop'] as const).filter(
    (step) => whyNotStep(step, { status, next_statuses: [...nextStatuses[status]] }) === undefined,
  )

describe('steps of a session', () => {
  it('are offered where the server takes them', () => {
    assert.deepEqual(Object.fromEntries(statuses.map((status) => [status, possible(status)])), {
      created: ['start'],
      starting: ['stop'],
      running: ['pause', 'stop'],
      paused: ['resume', 'stop'],
      stopping: [],
      stopped: ['start'],
      failed: ['start'],
      lost: ['start'],
    })
  })

  it('that are not possible say why', () => {
    assert.equal(whyNotStep('start', { status: 'running', next_statuses: ['paused'] }), 'It is running')
    assert.equal(whyNotDelete({ status: 'paused' }), 'It is paused; stop it first')
    assert.equal(whyNotDelete({ status: 'lost' }), undefined)
  })

  it('begin with the one that is likely', () => {
    assert.deepEqual(
      (['created', 'running', 'paused', 'lost'] as const).map((status) => mainStep({ status })),
      ['start', 'pause', 'resume', 'start'],
    )
  })
})

describe('the summary', () => {
  it('leaves out what there is none of, but never how many are active', () => {
    const none = Object.fromEntries(statuses.map((status) => [status, 0])) as Record<SessionStatus, number>
    assert.equal(summaryOf(none), '0 active, 0 in all')
    assert.equal(summaryOf({ ...none, running: 2, paused: 1, lost: 1, stopped: 3 }), '3 active, 1 lost, 7 in all')
  })
})
