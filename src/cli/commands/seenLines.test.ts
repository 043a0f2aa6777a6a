import assert from 'node:assert/strict'
import { test } from 'node:test'
import { minuteMs } from '#kernel/time.ts'
import type { Row } from './logLine.ts'
import { seenLines } from './seenLines.ts'

const begin = Date.UTC(2026, 10, 22)
const row = (afterMs: number, hash: string): Row => ({ id: `${begin + afterMs}000000.${hash}` }) as Row

test('a line is new once', () => {
  const seen = seenLines(begin)
  assert.deepEqual(seen.fresh([row(1, 'a'), row(1, 'b')]), [row(1, 'a'), row(1, 'b')])
  assert.deepEqual(seen.fresh([row(1, 'b'), row(1, 'c'), row(0, 'a')]), [row(1, 'c'), row(0, 'a')])
})

test('after a pause lines are looked for from a minute before it on, and never before what was wanted', () => {
  const seen = seenLines(begin)
  assert.equal(seen.from(begin + 10 * minuteMs), begin)
  seen.fresh([row(5 * minuteMs, 'a')])
  assert.equal(seen.from(begin + 10 * minuteMs), begin + 4 * minuteMs)
  assert.equal(seen.from(begin + 3 * minuteMs), begin + 2 * minuteMs)
})

test('a sender whose clock is ahead does not hide what others send', () => {
  const seen = seenLines(begin)
  seen.fresh([row(600 * minuteMs, 'a')])
  assert.equal(seen.from(begin + 5 * minuteMs), begin + 4 * minuteMs)
})

test('of more lines than are remembered none is looked for again', () => {
  const seen = seenLines(begin)
  seen.fresh(Array.from({ length: 20_002 }, (_, index) => row(index, 'a')))
  assert.equal(seen.from(begin + 20_001), begin + 2)
  assert.deepEqual(seen.fresh([row(2, 'a'), row(20_001, 'a')]), [])
})
