import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommandError } from '../failure.ts'
import { runnerOptions, type Flags } from './options.ts'

const url = 'https://miktos.example.org'
const options = (flags: Partial<Flags>) => runnerOptions({ max: '4', ...flags }, { XDG_STATE_HOME: '/state' }, url)

test('programs are full paths with arguments after commas', () => {
  const { programs, approvals } = options({ allow: ['sh=/bin/sh,-c,echo a b', 'ls=/bin/ls'], approve: ['ls'] })
  assert.deepEqual(programs.get('sh'), ['/bin/sh', '-c', 'echo a b'])
  assert.deepEqual([...approvals], ['ls'])
})

test('each name and server has a state file of its own', () => {
  const files = [options({ name: 'a' }), options({ name: 'b' }), options({ name: 'a' })].map(
    ({ stateFile }) => stateFile,
  )
  assert.match(files[0]!, /^\/state\/miktos\/runner-[0-9a-f]{16}\.jsonl$/)
  assert.equal(files[0], files[2])
  assert.notEqual(files[0], files[1])
})

test('what cannot work is refused before anything begins', () => {
  const wrong: Partial<Flags>[] = [
    { allow: ['sh'] },
    { allow: ['=/bin/sh'] },
    { allow: ['../x=/bin/sh'] },
    { allow: ['sh=sh'] },
    { allow: ['sh=/nonexistent/program'] },
    { approve: ['sh'] },
    { sessionProgram: './session' },
    { max: '0' },
    { max: 'many' },
  ]
  for (const flags of wrong) {
    assert.throws(
      () => options(flags),
      (error) => error instanceof CommandError && error.exit === 'usage',
      JSON.stringify(flags),
    )
  }
})
