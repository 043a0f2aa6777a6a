import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { wordsOf } from './parse.ts'

describe('words of a command', () => {
  test('are split at spaces, but not in quotes or after a backslash', () => {
    assert.deepEqual(wordsOf(`start_mode combat`), ['start_mode', 'combat'])
    assert.deepEqual(wordsOf(`  run  "a b"c 'd "e' f\\ g "" `), ['run', 'a bc', 'd "e', 'f g', ''])
    assert.deepEqual(wordsOf(String.raw`run "\"" '\'`), ['run', '"', '\\'])
  })

  test('keep what a shell would act upon', () => {
    const hostile = ['$(reboot)', '`id`', '$HOME', '*', 'a;b', 'a|b', 'a>b', '&&', '-oProxyCommand=x', '../..', '~']
    assert.deepEqual(wordsOf(`run ${hostile.join(' ')}`), ['run', ...hostile])
  })

  test('a quote that is not closed, a lone backslash and nothing at all are refused in words', () => {
    for (const text of [`run "a`, `run 'a`, 'run a\\', '', '   ', '""']) {
      assert.throws(() => wordsOf(text), { code: 'VALIDATION_FAILED' }, text)
    }
  })

  test('any words come back as they were quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 0, maxLength: 20 }), (args) => {
        const quoted = args.map((arg) => `"${arg.replaceAll(/[\\"]/g, String.raw`\$&`)}"`)
        assert.deepEqual(wordsOf(['run', ...quoted].join(' ')), ['run', ...args])
      }),
    )
  })
})
