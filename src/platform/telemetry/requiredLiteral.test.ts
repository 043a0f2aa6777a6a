import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { compileExpression } from './labels.ts'
import { requiredLiteral } from './requiredLiteral.ts'

const found: [pattern: string, literal: string][] = [
  ['error', 'error'],
  ['^failed: \\d+ of \\d+ errors$', 'failed: '],
  ['user=(ann|bob) logged in', ' logged in'],
  ['time(d )?out now', 'out now'],
  ['/api/v[12]/customers', '/customers'],
  ['a+bcd+', 'abcd'],
  ['(?:abc){2}x', 'abcabcx'],
  ['ab{0}cde', 'cde'],
  ['(ab|abc|xab)y?', 'ab'],
  ['\\Qa.b*\\E+c', 'a.b*'],
  ['10[.]0\\.0\\x2e1', '10.0.0.1'],
  ['\\bword\\b', 'word'],
  ['(?P<name>needle)=(?<other>[^\\]]+)', 'needle='],
  ['x{,3}', 'x{,3}'],
  ['[[:alpha:]]+tail', 'tail'],
  ['[]a]tail', 'tail'],
  ['😀+ok', '😀ok'],
  ['(a)(b)(c)', 'abc'],
  ['\\pN\\p{Greek}tail', 'tail'],
]

describe('the literal a pattern requires', () => {
  for (const [pattern, text] of found) {
    test(`of ${pattern}`, () => assert.deepEqual(requiredLiteral(pattern), { text, caseSensitive: true }))
  }

  test('ignores case where the pattern does', () => {
    assert.deepEqual(requiredLiteral('(?i)panic: out of bound'), { text: 'panic: out of bound', caseSensitive: false })
    assert.deepEqual(requiredLiteral('(?i:warn)ing ok'), { text: 'ing ok', caseSensitive: true })
    assert.deepEqual(requiredLiteral('ab(?i)cde'), { text: 'cde', caseSensitive: false })
    assert.deepEqual(requiredLiteral('(?i)ab(?-i)cde'), { text: 'cde', caseSensitive: true })
  })

  test('leaves out letters that match others than their ASCII cases', () => {
    assert.ok(compileExpression('(?i)k').test('\u212a') && compileExpression('(?i)s').test('\u017f'))
    assert.deepEqual(requiredLiteral('(?i)disk full'), { text: ' full', caseSensitive: false })
    assert.equal(requiredLiteral('(?i)äöü'), null)
  })

  for (const pattern of ['', '.*', 'a|b', 'error|', 'a?', '(ab)*', '\\d+', '[ab]', 'a|(?i)a|b', '(', '\\1', '(?=a)b']) {
    test(`is none for ${pattern || 'nothing'}`, () => assert.equal(requiredLiteral(pattern), null))
  }

  test('of a hostile pattern costs little', () => {
    const began = performance.now()
    requiredLiteral('('.repeat(50_000))
    requiredLiteral('(((((a{1000}){1000}){1000}){1000}){1000}){1000}')
    requiredLiteral('a'.repeat(50_000))
    assert.ok(performance.now() - began < 500)
  })

  test('is in every text that matches', () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      'B',
      'k',
      's',
      'é',
      '.',
      '\\.',
      '\\d',
      '[ab]',
      '[^a]',
      '[a]',
      '\\x61',
      '^',
      '$',
      '\\b',
    )
    const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
      pattern: fc.oneof(
        { maxDepth: 5 },
        atom,
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => a + b),
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(${a}|${b})`),
        fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `${a}|${b}`),
        fc
          .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{0,1}', '{1,3}', '{2,}', '+?'))
          .map(([a, repeat]) => `(?:${a})${repeat}`),
        fc
          .tuple(fc.constantFrom('(?i)', '(?i:', '(?-i:', '(?s)'), tie('pattern'))
          .map(([flag, a]) => (flag.endsWith(':') ? `${flag}${a})` : `(${flag}${a})`)),
      ),
    }))
    const text = fc
      .array(fc.constantFrom('a', 'A', 'b', 'B', 'k', 'K', '\u212a', 's', '\u017f', 'é', 'É', '1', '.', ' '))
      .map((all) => all.join(''))
    let matched = 0
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 20, maxLength: 20 }), (expression, texts) => {
        const literal = requiredLiteral(expression)
        if (!literal) return
        const compiled = compileExpression(expression)
        for (const each of texts) {
          if (!compiled.test(each)) continue
          matched++
          const holds = literal.caseSensitive
            ? each.includes(literal.text)
            : asciiLower(each).includes(asciiLower(literal.text))
          assert.ok(holds, `${expression} matches ${JSON.stringify(each)} without ${literal.text}`)
        }
      }),
      { numRuns: 3_000 },
    )
    assert.ok(matched > 500, `only ${matched} matches were looked at`)
  })
})

const asciiLower = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
