import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { eventBytesMax, split } from './split.ts'
import { startTest } from './source.ts'

const of = (text: string, options?: Parameters<typeof split>[1]) => split(Buffer.from(text), options)

describe('lines of a file', () => {
  test('end with their line break; what has none yet waits', () => {
    assert.deepEqual(of('one\r\ntwo\n\nthr'), { events: ['one', 'two'], consumed: 10 })
    assert.deepEqual(of('thr'), { events: [], consumed: 0 })
    assert.deepEqual(of('thr', { flush: 'lines' }), { events: [], consumed: 0 })
    assert.deepEqual(of('thr', { flush: 'all' }), { events: ['thr'], consumed: 3 })
    assert.deepEqual(of('\0\0\0after a hole\n'), { events: ['after a hole'], consumed: 16 })
  })

  test('belong together by how entries begin', () => {
    const isStart = startTest(String.raw`^\d{4}-`)
    const text = '2026-1 first\n  at a\n  at b\n2026-2 second\n  at c\n'
    assert.deepEqual(of(text, { isStart }), { events: ['2026-1 first\n  at a\n  at b'], consumed: 27 })
    assert.deepEqual(of(text, { isStart, flush: 'lines' }), {
      events: ['2026-1 first\n  at a\n  at b', '2026-2 second\n  at c'],
      consumed: Buffer.byteLength(text),
    })
  })

  test('that are too long go on as others, and no character is torn', () => {
    const { events, consumed } = of(`${'ä'.repeat(eventBytesMax)}\n`)
    assert.equal(consumed, 2 * eventBytesMax + 1)
    assert.equal(events.join(''), 'ä'.repeat(eventBytesMax))
    assert.ok(events.every((event) => Buffer.byteLength(event) <= eventBytesMax))
  })

  test('of an entry that never ends are given in parts', () => {
    const isStart = startTest('^START')
    const { events, consumed } = of('START\n'.concat('more\n'.repeat(2_500)), { isStart })
    assert.deepEqual(
      events.map((event) => event.split('\n').length),
      [1_000, 1_000],
    )
    assert.ok(consumed > 0)
  })
})
