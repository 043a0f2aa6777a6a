import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LogStream } from '../logs/logs.ts'
import { builtInRedactions, createRedactor, type RedactionRule } from './redact.ts'
import { refused } from './testing.ts'

const streamOf = (...lines: string[]): LogStream => ({
  labels: { job: 'api' },
  entries: lines.map((line) => ({ timestampNs: 1n, line })),
})

function cleaned(lines: string[], rules: RedactionRule[] = []): string[] {
  const stream = streamOf(...lines)
  createRedactor(rules)({ streams: [stream] })
  return stream.entries.map(({ line }) => line)
}

const employee: RedactionRule = { name: 'employee', pattern: 'EMP-\\d{6}', enabled: true }

describe('the redaction of lines', () => {
  it('takes out the built-in kinds', () => {
    assert.deepEqual(
      cleaned([
        'mail ann@example.com',
        'card 4111 1111 1111 1111',
        'card 4111 1111 1111 1112',
        'key AKIAIOSFODNN7EXAMPLE',
        '{"password":"hunter2","n":1}',
        'Authorization: Bearer abcdef0123456789',
        'nothing here',
      ]),
      [
        'mail ‹redacted:email›',
        'card ‹redacted:card›',
        'card 4111 1111 1111 1112',
        'key ‹redacted:aws-key›',
        '{"password":‹redacted:secret›,"n":1}',
        'Authorization: Bearer ‹redacted:token›',
        'nothing here',
      ],
    )
  })

  it('takes out what rules say, each match', () => {
    assert.deepEqual(cleaned(['EMP-123456 and EMP-654321, not EMP-12'], [employee]), [
      '‹redacted:employee› and ‹redacted:employee›, not EMP-12',
    ])
    assert.deepEqual(cleaned(['emp-123456'], [{ ...employee, pattern: '(?i)EMP-\\d{6}' }]), ['‹redacted:employee›'])
    assert.deepEqual(cleaned(['über x1'], [{ ...employee, pattern: '\\pL\\d|b' }]), [
      'ü‹redacted:employee›er ‹redacted:employee›',
    ])
  })

  it('lets a rule stand in place of a built-in, or switch it off', () => {
    assert.ok(builtInRedactions.includes('email'))
    const off = { name: 'email', pattern: 'x', enabled: false }
    assert.deepEqual(cleaned(['ann@example.com'], [off]), ['ann@example.com'])
    const own = { name: 'email', pattern: '\\w+@secret\\.example', enabled: true }
    assert.deepEqual(cleaned(['ann@example.com bob@secret.example'], [own]), ['ann@example.com ‹redacted:email›'])
    assert.deepEqual(cleaned(['EMP-123456'], [{ ...employee, enabled: false }]), ['EMP-123456'])
  })

  it('leaves lines alone where a rule matches nothing at all', () => {
    assert.deepEqual(cleaned(['abc'], [{ ...employee, pattern: 'x*' }]), ['abc'])
  })

  it('reaches metadata, by the name and by the text, and labels', () => {
    const metadata = {
      password: 'hunter2',
      user: 'ann@example.com',
      path: '/',
      token_type: 'a',
      csrf_token: '12',
      api_token: 'x1',
    }
    const stream = { labels: { owner: 'ann@example.com' }, entries: [{ timestampNs: 1n, line: 'x', metadata }] }
    createRedactor([])({ streams: [stream] })
    assert.deepEqual(stream.labels, { owner: '‹redacted:email›' })
    assert.deepEqual(stream.entries[0]?.metadata, {
      ...metadata,
      password: '‹redacted:password›',
      user: '‹redacted:email›',
      api_token: '‹redacted:token›',
    })
  })

  it('keeps objects that need no change', () => {
    const stream = streamOf('x')
    const { labels } = stream
    createRedactor([employee])({ streams: [stream] })
    assert.equal(stream.labels, labels)
  })

  it('refuses a rule that is not valid', () => {
    assert.throws(() => createRedactor([{ ...employee, pattern: '(' }]), refused('VALIDATION_FAILED', /not valid/))
  })

  it('takes time in proportion to the line, whatever a rule says', () => {
    const startedMs = performance.now()
    cleaned(
      ['a'.repeat(100_000)],
      [
        { ...employee, pattern: '(a+)+b' },
        { ...employee, pattern: '(a|aa)+$|x' },
      ],
    )
    assert.ok(performance.now() - startedMs < 5_000)
  })
})
