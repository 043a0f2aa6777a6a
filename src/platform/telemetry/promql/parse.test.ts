import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AppError } from '#kernel/errors.ts'
import type { Expression } from './ast.ts'
import { parsePromql, selectorsOf } from './parse.ts'

/** The expression with every pair of parentheses written out. */
function nested(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return String(expression.value)
    case 'selector':
      return (
        expression.matchers.map(({ value }) => value).join() +
        (expression.offsetMs === 0 ? '' : `~${expression.offsetMs}`)
      )
    case 'binary':
      return `(${nested(expression.left)} ${expression.op} ${nested(expression.right)})`
    case 'unary':
      return `(${expression.op}${nested(expression.inner)})`
    case 'parentheses':
      return nested(expression.inner)
    default:
      return expression.kind
  }
}

describe('operators bind as in Prometheus', () => {
  for (const [text, expected] of [
    ['a + b * c', '(a + (b * c))'],
    ['a - b - c', '((a - b) - c)'],
    ['a ^ b ^ c', '(a ^ (b ^ c))'],
    ['-a ^ 2', '(-(a ^ 2))'],
    ['-2 ^ 2', '(-(2 ^ 2))'],
    ['2 ^ -1 ^ 2', '(2 ^ (-(1 ^ 2)))'],
    ['-1 * 2', '(-1 * 2)'],
    ['1 - -1', '(1 - -1)'],
    ['a or b and c', '(a or (b and c))'],
    ['a and b unless c', '((a and b) unless c)'],
    ['a == b > c', '((a == b) > c)'],
    ['a + b == c atan2 d', '((a + b) == (c atan2 d))'],
    ['(a + b) * c', '((a + b) * c)'],
    ['-a offset 1s', '(-a~1000)'],
    ['a + b offset -1s * c', '(a + (b~-1000 * c))'],
    ['a # comment\n + b', '(a + b)'],
  ] as const) {
    test(text, () => assert.equal(nested(parsePromql(text)), expected))
  }
})

test('keywords and names of functions may name metrics and labels', () => {
  for (const text of ['sum', 'rate + 1', 'by{on="x", offset="y"}', 'sum by (by, on) (min)', 'holt_winters{rate="1"}'])
    parsePromql(text)
})

test('numbers and durations are read as Go reads them', () => {
  const valueOf = (text: string) => {
    const expression = parsePromql(text)
    return expression.kind === 'number' ? expression.value : undefined
  }
  assert.deepEqual(['0x1F', '010', '08', '.5', '1e3', '-Inf', '+1.5'].map(valueOf), [
    31,
    8,
    8,
    0.5,
    1000,
    -Infinity,
    1.5,
  ])
  const range = parsePromql('a[1w2d3h4m5s6ms]')
  assert.equal(range.kind === 'range' && range.rangeMs, ((((7 + 2) * 24 + 3) * 60 + 4) * 60 + 5) * 1_000 + 6)
})

test('texts may have the escapes of Go, bytes among them', () => {
  const textOf = (text: string) => {
    const expression = parsePromql(text)
    return expression.kind === 'string' ? expression.value : undefined
  }
  assert.equal(textOf(String.raw`"a\"b\n\x41\u00e9\U0001F600\303\244"`), 'a"b\nAé😀ä')
  assert.equal(textOf(String.raw`'it\'s "x"'`), `it's "x"`)
  assert.equal(textOf('`raw\\n"`'), 'raw\\n"')
})

describe('what is wrong is said with its place', () => {
  for (const [text, line, column, message] of [
    ['', 1, 1, 'no expression found in input'],
    ['a +', 1, 4, 'unexpected end of input'],
    ['a\n  & b', 2, 3, 'unexpected "&"'],
    ['sum(a', 1, 6, 'unexpected end of input'],
    ['foo(a)', 1, 4, 'unknown function with name "foo"'],
    ['a{b=}', 1, 5, 'expected string'],
    ['a{b="c', 1, 5, 'unterminated quoted string'],
    [String.raw`"\q"`, 1, 1, 'unknown escape sequence'],
    ['a[5]', 1, 3, 'not a valid duration'],
    ['a[0s]', 1, 3, 'duration must be greater than 0'],
    ['a[1m5w]', 1, 5, 'unexpected'],
    ['(a)[5m]', 1, 5, 'ranges only allowed for vector selectors'],
    ['sum(a) offset 1m', 1, 1, 'offset modifier must be preceded by'],
    ['a offset 1m offset 2m', 1, 1, 'offset may not be set multiple times'],
    ['a @ Inf', 1, 5, 'timestamp out of bounds for @ modifier'],
    ['{a=~".*"}', 1, 1, 'must contain at least one non-empty matcher'],
    ['a{__name__="b"}', 1, 1, 'metric name must not be set twice: "a" or "b"'],
    ['rate(a)', 1, 6, 'expected type range vector in call to function "rate", got instant vector'],
    ['round(a, 1, 2)', 1, 1, 'expected at most 2 argument(s) in call to "round", got 3'],
    ['1 + (1 == 2)', 1, 6, 'comparisons between scalars must use BOOL modifier'],
    ['a + bool b', 1, 1, 'bool modifier can only be used on comparison operators'],
    ['a and 1', 1, 1, 'set operator "and" not allowed in binary scalar expression'],
    ['a and on(x) group_left b', 1, 1, 'no grouping allowed for "and" operation'],
    ['a * on(x) group_left(x) b', 1, 1, 'must not occur in ON and GROUP clause at once'],
    ['topk(a)', 1, 1, 'wrong number of arguments for aggregate expression provided, expected 2, got 1'],
    ['-"a"', 1, 1, 'unary expression only allowed on expressions of type scalar or instant vector'],
    ['1[5m:1m]', 1, 1, 'subquery is only allowed on instant vector, got scalar instead'],
    ['a{b=~"("}', 1, 6, 'The regular expression "(" is not valid'],
    ['limitk(1, a)', 1, 1, 'unknown aggregation "limitk"'],
    ['5m', 1, 1, 'bad number or duration syntax'],
  ] as const) {
    test(JSON.stringify(text), () => {
      assert.throws(
        () => parsePromql(text),
        (error) => {
          assert.ok(error instanceof AppError && error.code === 'VALIDATION_FAILED')
          assert.partialDeepStrictEqual(error.details['position'], { line, column })
          assert.ok(error.message.startsWith(`${line}:${column}: parse error: `), error.message)
          assert.ok(error.message.includes(message), error.message)
          return true
        },
      )
    })
  }
})

test('what is nested without end is refused at once', () => {
  for (const text of ['('.repeat(20_000), '-'.repeat(50_000), `1${'+1'.repeat(50_000)}`, `a${'^a'.repeat(20_000)}`])
    assert.throws(() => parsePromql(text), { code: 'VALIDATION_FAILED' })
})

test('selectors of series are taken apart, and nothing else is', () => {
  assert.deepEqual(selectorsOf('up{job!~"a|b"}'), [
    { name: 'job', op: '!~', value: 'a|b' },
    { name: '__name__', op: '=', value: 'up' },
  ])
  for (const text of ['up[5m]', 'up offset 5m', 'sum(up)', 'up @ 1']) assert.throws(() => selectorsOf(text))
})
