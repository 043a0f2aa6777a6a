import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readableMarks } from './readableMarks.ts'

const mark = (label: string, at: string) => ({ label, at: Date.parse(at), level: 'error' as const })
const span = { fromMs: Date.parse('2026-01-01T00:00:00Z'), toMs: Date.parse('2026-01-01T08:00:00Z') }

test('marks of the span come in order, and those close together share one word', () => {
  const marks = readableMarks(
    [
      mark('later', '2026-01-01T06:00:00Z'),
      mark('close', '2026-01-01T02:10:00Z'),
      mark('first', '2026-01-01T02:00:00Z'),
      mark('before', '2025-12-31T23:59:00Z'),
    ],
    span,
  )
  assert.deepEqual(
    marks.map(({ label }) => label),
    ['first', '', 'later'],
  )
})
