import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AppError } from '#kernel/errors.ts'
import type { LogFilter } from '../logs/logs.ts'
import { compileLogFilter, logFilterHints } from './index.ts'

const contains = (text: string) => ({ op: 'contains', text })
const field = (name: string, compare: string, value: string) => ({ op: 'field', name, compare, value })

const compiled: [text: string, filter: unknown][] = [
  ['', {}],
  ['disk full', { where: { op: 'and', of: [contains('disk'), contains('full')] } }],
  ['-"a b"', { where: { op: 'not', of: contains('a b') } }],
  ['/a+/', { where: { op: 'matches', pattern: 'a+' } }],
  ['@user:7', { where: field('user', '=', '7') }],
  ['@user:7,8', { where: { op: 'or', of: [field('user', '=', '7'), field('user', '=', '8')] } }],
  ['@ms:>500', { where: field('ms', '>', '500') }],
  ['@ms:100..500', { where: { op: 'and', of: [field('ms', '>=', '100'), field('ms', '<=', '500')] } }],
  ['@path:/^.a/', { where: { op: 'field', name: 'path', compare: '=~', pattern: '^.a' } }],
  ['level:ERR,Warning,warn', { where: { op: 'severity', in: [5, 4] } }],
  ['level:unknown,fatal', { where: { op: 'severity', in: [0, 6] } }],
  ['service:api,web', { where: { op: 'service', in: ['api', 'web'] } }],
  ['env:prod x', { matchers: [{ name: 'env', op: '=', value: 'prod' }], where: contains('x') }],
  ['-env:prod', { matchers: [{ name: 'env', op: '!=', value: 'prod' }] }],
  ['env:a.b,c', { matchers: [{ name: 'env', op: '=~', value: 'a\\.b|c' }] }],
  ['env:a OR x', { where: { op: 'or', of: [field('env', '=', 'a'), contains('x')] } }],
  ['{env="a"}', { matchers: [{ name: 'env', op: '=', value: 'a' }] }],
  [
    '{env="a"} |= "x" != "y"',
    {
      matchers: [{ name: 'env', op: '=', value: 'a' }],
      where: {
        op: 'and',
        of: [
          { op: 'contains', text: 'x', caseSensitive: true },
          { op: 'not', of: { op: 'contains', text: 'y', caseSensitive: true } },
        ],
      },
    },
  ],
  [
    '{env="a"} | json | status >= 500 | user != "bob"',
    {
      matchers: [{ name: 'env', op: '=', value: 'a' }],
      where: { op: 'and', of: [field('status', '>=', '500'), { op: 'not', of: field('user', '=', 'bob') }] },
    },
  ],
  [
    '{env="a"} | level = "err" or service_name = "api"',
    {
      matchers: [{ name: 'env', op: '=', value: 'a' }],
      where: {
        op: 'or',
        of: [
          { op: 'severity', in: [5] },
          { op: 'service', in: ['api'] },
        ],
      },
    },
  ],
]

describe('a filter for the store', () => {
  for (const [text, filter] of compiled) {
    test(`is made of ${text || 'nothing'}`, () => assert.deepEqual(compileLogFilter(text) as LogFilter, filter))
  }

  const refused: [text: string, from: number, message: RegExp][] = [
    ['level:error level:loud', 12, /character 13: "loud" is no level; write one of trace, debug/],
    ['a /(/', 2, /regular expression/],
    ['a "b', 2, /no second "/],
    ['{env="a"} |= "x" | line_format "y"', 17, /col 18: a filter takes/],
    ['{env="a"} | ms > 5s', 10, /col 11: a filter takes/],
    ['{env=a}', 5, /col 6: syntax error/],
    ['{env="a"} |> "<_>x"', 10, /a filter takes/],
  ]
  for (const [text, from, message] of refused) {
    test(`refuses ${text} and says where`, () => {
      assert.throws(
        () => compileLogFilter(text),
        (error) => {
          assert.ok(error instanceof AppError)
          assert.equal(error.code, 'VALIDATION_FAILED')
          assert.match(error.message, message)
          assert.equal((error.details['position'] as { from: number }).from, from)
          return true
        },
      )
    })
  }

  test('tells its parts, and what is left without each', () => {
    assert.deepEqual(logFilterHints('disk -"a b"  @ms:>5'), [
      { term: 'disk', rest: '-"a b"  @ms:>5' },
      { term: '-"a b"', rest: 'disk @ms:>5' },
      { term: '@ms:>5', rest: 'disk -"a b"' },
    ])
    assert.deepEqual(logFilterHints('a OR b'), [{ term: 'a OR b', rest: '' }])
    assert.deepEqual(logFilterHints('{env="a"} |= "x" != "y" | json'), [
      { term: '|= "x"', rest: '{env="a"} != "y" | json' },
      { term: '!= "y"', rest: '{env="a"} |= "x" | json' },
      { term: '| json', rest: '{env="a"} |= "x" != "y"' },
    ])
    assert.deepEqual(logFilterHints(''), [])
  })
})
