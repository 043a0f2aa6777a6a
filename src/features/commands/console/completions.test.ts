import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { wordsOf } from '../parse.ts'
import { completionsOf } from './completions.ts'

const verb = (name: string, usage = '') => ({
  name,
  usage,
  summary: name,
  permission: '',
  needs_session: name !== 'run',
  allowed: true,
})

const known = {
  verbs: [
    verb('start_session'),
    verb('pause_session'),
    verb('start_mode', 'mode'),
    verb('run', 'program [arguments…]'),
  ],
  programs: [
    { name: 'backup', description: 'Copies things', approval: false, runners: ['one'] },
    { name: 'wipe', description: '', approval: true, runners: ['one'] },
  ],
  modes: ['combat', "the king's road"],
}
const linesOf = (typed: string, of = known): string[] => completionsOf(typed, of).map(({ line }) => line)

describe('what a line could become', () => {
  it('is a program or a verb as long as nothing else is said', () => {
    assert.deepEqual(linesOf('').slice(0, 3), ['run backup', 'run wipe', 'start_session'])
    assert.deepEqual(linesOf('ru'), ['run backup', 'run wipe'])
    assert.deepEqual(linesOf('wi'), ['run wipe'])
    assert.deepEqual(linesOf('pau'), ['pause_session'])
  })

  it('is a program behind run and a mode behind start_mode, and nothing behind those', () => {
    assert.deepEqual(linesOf('run b'), ['run backup'])
    assert.deepEqual(linesOf('run backup '), [])
    assert.deepEqual(linesOf('run backup -'), [])
    assert.deepEqual(linesOf('start_mode c'), ['start_mode combat'])
  })

  it('is one that the server reads as it was meant', () => {
    const [line] = linesOf('start_mode the')
    assert.deepEqual(wordsOf(line!), ['start_mode', "the king's road"])
  })

  it('is nothing that this person may not ask for', () => {
    const none = { ...known, verbs: known.verbs.map((one) => ({ ...one, allowed: one.name !== 'run' })) }
    assert.deepEqual(linesOf('run', none), [])
    assert.ok(linesOf('', none).every((line) => !line.startsWith('run')))
  })

  it('says of programs when somebody else has to agree', () => {
    assert.equal(completionsOf('wipe', known)[0]?.note, 'Program; another person has to agree')
  })
})
