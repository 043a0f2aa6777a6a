import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { absolute, endsNow, momentOf, rangeIn, shifted, spanOf, zoomedOut } from './timeRange.ts'

const nowMs = Date.parse('2026-11-22T10:30:00Z')
const minute = 60_000

describe('a time', () => {
  for (const [text, at] of [
    ['now', nowMs],
    ['now-90m', nowMs - 90 * minute],
    ['now-2d', nowMs - 2 * 1_440 * minute],
    ['2026-11-22T10:00:00Z', nowMs - 30 * minute],
    [String(nowMs), nowMs],
    ['yesterday', undefined],
    ['now-1y', undefined],
    ['', undefined],
  ] as const) {
    it(`is read from ${JSON.stringify(text)}`, () => assert.equal(momentOf(text, nowMs), at))
  }
})

describe('a range', () => {
  it('is found in what was copied, and in nothing else', () => {
    assert.deepEqual(rangeIn('{"from":"now-6h","to":"now"}'), { from: 'now-6h', to: 'now' })
    const other = { from: '2026-11-22T10:00:00Z', to: '2026-11-22T11:00:00.000Z' }
    assert.deepEqual(rangeIn(JSON.stringify({ ...other, more: 1 })), other)
    for (const text of ['', 'null', '{}', 'up', '{"from":"soon","to":"now"}', '{"from":1,"to":"now"}', '["now","now"]'])
      assert.equal(rangeIn(text), undefined, text)
  })

  it('is an hour before its end where it is misspelt or runs backwards', () => {
    const hour = { fromMs: nowMs - 60 * minute, toMs: nowMs }
    assert.deepEqual(spanOf({ from: 'soon', to: 'now' }, nowMs), hour)
    assert.deepEqual(spanOf({ from: 'now', to: 'now' }, nowMs), hour)
    assert.deepEqual(spanOf({ from: 'now-1h', to: 'never' }, nowMs), hour)
  })

  it('goes on with time only where it ends now', () => {
    assert.equal(endsNow({ from: 'now-1h', to: 'now' }), true)
    assert.equal(endsNow({ from: 'now-1h', to: 'now-5m' }), false)
  })

  it('is the same when it is written absolutely and read back', () => {
    const span = { fromMs: nowMs - 90.4 * minute, toMs: nowMs - 0.5 }
    assert.deepEqual(spanOf(absolute(span), nowMs + 10 * minute), { fromMs: span.fromMs, toMs: nowMs })
  })

  it('moves by half of itself and never beyond now', () => {
    const span = { fromMs: nowMs - 20 * minute, toMs: nowMs - 5 * minute }
    assert.deepEqual(shifted(span, -1, nowMs), { fromMs: nowMs - 27.5 * minute, toMs: nowMs - 12.5 * minute })
    assert.deepEqual(shifted(span, 1, nowMs), { fromMs: nowMs - 15 * minute, toMs: nowMs })
  })

  it('zooms out to twice its length and never beyond now', () => {
    assert.deepEqual(zoomedOut({ fromMs: nowMs - 60 * minute, toMs: nowMs - 20 * minute }, nowMs), {
      fromMs: nowMs - 80 * minute,
      toMs: nowMs,
    })
    assert.deepEqual(zoomedOut({ fromMs: nowMs - 10 * minute, toMs: nowMs }, nowMs), {
      fromMs: nowMs - 20 * minute,
      toMs: nowMs,
    })
  })
})
