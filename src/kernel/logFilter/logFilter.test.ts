import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { isLogql, LogFilterError, logFilterText, parseLogFilter, type FieldTest, type FilterTerm } from './index.ts'

/** Parts without their places. */
type Bare = unknown

function bare(term: FilterTerm): Bare {
  const { from: _from, to: _to, ...rest } = term
  if (rest.kind === 'and' || rest.kind === 'or') return { ...rest, of: rest.of.map(bare) }
  return rest.kind === 'not' ? { ...rest, of: bare(rest.of) } : rest
}

const read = (text: string): Bare[] => parseLogFilter(text).map(bare)
const word = (text: string) => ({ kind: 'word', text })
const field = (name: string, fieldTest: FieldTest) => ({ kind: 'field', name, test: fieldTest })

const understood: [text: string, terms: Bare[]][] = [
  ['', []],
  ['  ', []],
  ['connection refused', [word('connection'), word('refused')]],
  ['"connection refused"', [{ kind: 'phrase', text: 'connection refused' }]],
  [String.raw`"say \"hi\" \\"`, [{ kind: 'phrase', text: String.raw`say "hi" \ `.trim() }]],
  ['-health', [{ kind: 'not', of: word('health') }]],
  ['- health', [word('-'), word('health')]],
  ['-"a b"', [{ kind: 'not', of: { kind: 'phrase', text: 'a b' } }]],
  ['/time ?out/', [{ kind: 'expression', pattern: 'time ?out' }]],
  [String.raw`/a\/b\d/`, [{ kind: 'expression', pattern: String.raw`a/b\d` }]],
  ['/api/users', [word('/api/users')]],
  ['/api/', [{ kind: 'expression', pattern: 'api' }]],
  ['@user:ann', [field('user', { op: '=', values: ['ann'] })]],
  ['@user:ann,"b c"', [field('user', { op: '=', values: ['ann', 'b c'] })]],
  ['@ms:>500', [field('ms', { op: '>', value: '500' })]],
  ['@ms:<=1.5', [field('ms', { op: '<=', value: '1.5' })]],
  ['@ms:100..500', [field('ms', { op: 'range', low: '100', high: '500' })]],
  ['@status:500..599', [field('status', { op: 'range', low: '500', high: '599' })]],
  ['@path:/^\\/v[12]/', [field('path', { op: '=~', pattern: '^/v[12]' })]],
  ['@path:/api/users', [field('path', { op: '=', values: ['/api/users'] })]],
  ['@http.status:200', [field('http.status', { op: '=', values: ['200'] })]],
  ['-@ms:<5', [{ kind: 'not', of: field('ms', { op: '<', value: '5' }) }]],
  ['level:error,WARN', [{ kind: 'level', levels: ['error', 'WARN'] }]],
  ['service:api', [{ kind: 'service', services: ['api'] }]],
  ['env:prod,dev', [{ kind: 'label', name: 'env', values: ['prod', 'dev'] }]],
  ['10.0.0.1:8080', [word('10.0.0.1:8080')]],
  ['http://host:80/x', [word('http://host:80/x')]],
  ['std::vector', [word('std::vector')]],
  ['error: disk', [word('error:'), word('disk')]],
  ['main() (a)', [word('main()'), word('a')]],
  ['a OR b c', [{ kind: 'or', of: [word('a'), { kind: 'and', of: [word('b'), word('c')] }] }]],
  ['(a OR b) c', [{ kind: 'or', of: [word('a'), word('b')] }, word('c')]],
  ['-(a OR b)', [{ kind: 'not', of: { kind: 'or', of: [word('a'), word('b')] } }]],
  ['a AND b', [word('a'), word('b')]],
  ['ORDER or "OR"', [word('ORDER'), word('or'), { kind: 'phrase', text: 'OR' }]],
  ['a-b --c', [word('a-b'), { kind: 'not', of: { kind: 'not', of: word('c') } }]],
]

describe('the filter of logs', () => {
  for (const [text, terms] of understood)
    test(`understands ${text || 'nothing'}`, () => assert.deepEqual(read(text), terms))

  const refused: [text: string, from: number, to: number, message: RegExp][] = [
    ['a "b c', 2, 6, /no second "/],
    ['a (b', 2, 3, /has no \)/],
    ['a) b', 1, 2, /no \( for this/],
    ['a ()', 2, 4, /between \( and \)/],
    ['OR b', 0, 2, /both sides/],
    ['a OR', 4, 4, /both sides/],
    ['x @ms', 2, 5, /@field:value/],
    ['@ms:>', 0, 5, /@ms:>500/],
    ['level:error,', 0, 12, /level:value/],
  ]
  for (const [text, from, to, message] of refused) {
    test(`says where ${text} is wrong, and what would be right`, () => {
      assert.throws(
        () => parseLogFilter(text),
        (error) => {
          assert.ok(error instanceof LogFilterError)
          assert.deepEqual({ from: error.from, to: error.to }, { from, to })
          assert.match(error.message, message)
          return true
        },
      )
    })
  }

  test('says where each part stands', () => {
    const text = 'timeout  -"a b" (x OR y) @ms:>5'
    assert.deepEqual(
      parseLogFilter(text).map(({ from, to }) => text.slice(from, to)),
      ['timeout', '-"a b"', '(x OR y)', '@ms:>5'],
    )
  })

  test('bounds what it reads', () => {
    assert.throws(() => parseLogFilter('('.repeat(5_000)), LogFilterError)
    assert.throws(() => parseLogFilter(`${'-'.repeat(5_000)}a`), LogFilterError)
    assert.throws(() => parseLogFilter('a '.repeat(6_000)), LogFilterError)
    const began = performance.now()
    parseLogFilter('/'.repeat(9_000))
    parseLogFilter('a:'.repeat(4_000))
    assert.ok(performance.now() - began < 1_000)
  })

  test('knows LogQL by its selector', () => {
    assert.deepEqual([isLogql(' {app="x"}'), isLogql('a {b}'), isLogql('')], [true, false, false])
  })

  test('is written so that reading it gives the same parts', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom(
        'a b',
        'OR',
        '-',
        '(',
        ')',
        '"',
        '\\',
        '{a}',
        '@x:1',
        'a:b',
        '..',
        ',',
        '1..2',
        '/x/',
        '>5',
        '\n',
      ),
    )
    const nonEmpty = text.filter((each) => each !== '')
    const name = fc.constantFrom('user', 'http.status', 'x-y', '_z')
    const place = { from: 0, to: 0 }
    const pattern = fc.constantFrom('a', 'a b', 'a/b', '\\d+', '\\\\', '[/]', '\\(', '^x$')
    const number = fc.integer().map(String)
    const fieldTest: fc.Arbitrary<FieldTest> = fc.oneof(
      fc.array(text, { minLength: 1, maxLength: 3 }).map((values) => ({ op: '=' as const, values })),
      fc.record(
        { op: fc.constantFrom('>' as const, '>=' as const, '<' as const, '<=' as const), value: text },
        { noNullPrototype: true },
      ),
      fc.record({ op: fc.constant('range' as const), low: number, high: number }, { noNullPrototype: true }),
      pattern.map((each) => ({ op: '=~' as const, pattern: each })),
    )
    const values = fc.array(text, { minLength: 1, maxLength: 3 })
    const { term } = fc.letrec<{ term: FilterTerm }>((tie) => ({
      term: fc.oneof(
        { maxDepth: 4 },
        nonEmpty
          .filter((each) => isWordAsWritten(each))
          .map((each) => ({ kind: 'word' as const, text: each, ...place })),
        text.map((each) => ({ kind: 'phrase' as const, text: each, ...place })),
        pattern.map((each) => ({ kind: 'expression' as const, pattern: each, ...place })),
        values.map((levels) => ({ kind: 'level' as const, levels, ...place })),
        values.map((services) => ({ kind: 'service' as const, services, ...place })),
        fc.tuple(name, values).map(([label, all]) => ({ kind: 'label' as const, name: label, values: all, ...place })),
        fc.tuple(name, fieldTest).map(([each, how]) => ({ kind: 'field' as const, name: each, test: how, ...place })),
        tie('term').map((of) => ({ kind: 'not' as const, of, ...place })),
        fc
          .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('term'), { minLength: 2, maxLength: 3 }))
          .map(([kind, of]) => ({ kind, of, ...place })),
      ),
    }))
    fc.assert(
      fc.property(fc.array(term, { maxLength: 4 }), (terms) => {
        const written = logFilterText(terms)
        const again = parseLogFilter(written)
        assert.equal(isLogql(written), false)
        assert.deepEqual(again.map(bare), terms.map(bare), written)
        assert.equal(logFilterText(again), written)
      }),
      { numRuns: 2_000 },
    )
  })

  test('puts what would take a parenthesis around it into quotes', () => {
    const found = parseLogFilter('*( OR b(c)')
    assert.equal(logFilterText([...found, ...parseLogFilter('d')]), '("*(" OR b(c)) d')
    assert.equal(logFilterText([{ kind: 'word', text: '*(', from: 0, to: 0 }]), '"*("')
  })

  test('never fails otherwise than by saying where, and what it reads it can write', () => {
    const piece = fc.constantFrom(
      'a',
      ' ',
      '"',
      '(',
      ')',
      '-',
      '/',
      '@',
      ':',
      ',',
      'OR',
      'AND',
      '..',
      '\\',
      '>',
      '1',
      'level:',
      '{',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join('')
        if (isLogql(text)) return
        try {
          const terms = parseLogFilter(text)
          assert.deepEqual(parseLogFilter(logFilterText(terms)).map(bare), terms.map(bare), text)
        } catch (error) {
          assert.ok(error instanceof LogFilterError, String(error))
          assert.ok(
            error.from >= 0 && error.to <= text.length && error.from <= error.to,
            `${text}: ${error.from} to ${error.to}`,
          )
        }
      }),
      { numRuns: 20_000 },
    )
  })
})

function isWordAsWritten(text: string): boolean {
  try {
    const [term, ...others] = parseLogFilter(text)
    return others.length === 0 && term?.kind === 'word' && term.text === text && !isLogql(text)
  } catch {
    return false
  }
}
