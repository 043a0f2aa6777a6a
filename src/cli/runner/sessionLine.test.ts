import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSessionLine } from './sessionLine.ts'

test('a line of a session is progress, figures, or log', () => {
  const cases: [string, ReturnType<typeof readSessionLine>][] = [
    ['progress 0.5 half of it', { progress: 0.5, progress_note: 'half of it' }],
    ['progress 1', { progress: 1 }],
    ['progress 1.5 too far', { log: 'progress 1.5 too far' }],
    ['progress is good', { log: 'progress is good' }],
    ['{"progress":0.1,"note":"a\\u0000b"}', { progress: 0.1, progress_note: 'a b' }],
    ['{"metrics":{"kills":3}}', { metrics: { kills: 3 } }],
    ['{"progress":7}', { log: '{"progress":7}' }],
    ['{"metrics":{"a":"b"}}', { log: '{"metrics":{"a":"b"}}' }],
    ['{not json', { log: '{not json' }],
    ['{"msg":"other"}', { log: '{"msg":"other"}' }],
    ['  <b>kept</b>  ', { log: '  <b>kept</b>' }],
    ['   ', undefined],
  ]
  for (const [line, told] of cases) assert.deepEqual(readSessionLine(line), told, line)
  assert.equal(readSessionLine('x'.repeat(9_000))!.log!.length, 4_000)
  assert.equal(readSessionLine(`progress 0.5 ${'🎉'.repeat(300)}`)!.progress_note!.length, 255)
})
