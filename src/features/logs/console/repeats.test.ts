import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLines, isGap } from './lines.ts'
import type { LogRow } from './queries.ts'
import { withoutRepeats } from './repeats.ts'

let nextId = 0
const row = (line: string, change: Partial<LogRow> = {}): LogRow => ({
  id: `id ${++nextId}`,
  timestamp: new Date(nextId).toISOString(),
  timestamp_ns: `${nextId}000000`,
  severity: 'info',
  service: 'api',
  line,
  labels: {},
  metadata: {},
  fields: {},
  ...change,
})

function start(rows: LogRow[]) {
  let flush = (): void => undefined
  const lines = createLines({ schedule: (soon) => (flush = soon) })
  lines.reset(rows)
  const drawn = withoutRepeats(lines)
  return {
    lines,
    drawn,
    receive: (received: LogRow[], dropped = 0): void => {
      lines.receive({ rows: received, dropped })
      flush()
    },
    told: (): string[] =>
      drawn
        .all()
        .map((item) => (isGap(item) ? `[${item.missing}]` : `${item.line}${item.repeats ? ` x${item.repeats}` : ''}`)),
  }
}

describe('lines without repeats', () => {
  it('draw what is said again on end once, with its number, also while more come', () => {
    const { drawn, told, receive } = start([row('a'), row('b'), row('b')])
    assert.deepEqual(told(), ['a', 'b x2'])
    receive([row('b'), row('b'), row('c')])
    assert.deepEqual(told(), ['a', 'b x4', 'c'])
    assert.equal(drawn.state().length, 3)
    receive([row('b')], 7)
    assert.deepEqual(told(), ['a', 'b x4', 'c', '[7]', 'b'])
  })

  it('go by the message: other times and fields repeat it, another service or level does not', () => {
    const json = (time: string, msg = 'down') => row(`{"time":"${time}","msg":"${msg}"}`, { fields: { time, msg } })
    assert.equal(start([json('1'), json('2'), json('3')]).told().length, 1)
    assert.equal(start([row('a'), row('a', { service: 'web' }), row('a', { severity: 'error' })]).told().length, 3)
  })

  it('find a line also where it is drawn with another', () => {
    const rows = [row('a'), row('b'), row('b'), row('b'), row('c')]
    const { drawn } = start(rows)
    assert.deepEqual(
      rows.map(({ id }) => drawn.indexOf(id)),
      [0, 1, 1, 1, 2],
    )
    assert.equal(drawn.indexOf('elsewhere'), -1)
  })

  it('say how far what was drawn first moved when older ones come', () => {
    const { lines, drawn } = start([row('b'), row('c')])
    assert.equal(drawn.state().headMoved, 0)
    lines.prepend([row('x'), row('y'), row('y'), row('b')])
    assert.deepEqual([drawn.state().headMoved, drawn.indexOf('elsewhere')], [2, -1])
    assert.equal(drawn.state().length, 4)
    lines.reset([row('z')])
    assert.equal(drawn.state().headMoved, 2)
  })

  it('give the same row while its number stays, so that nothing is drawn anew in vain', () => {
    const { drawn, receive } = start([row('b'), row('b'), row('c')])
    const first = drawn.at(0)
    receive([row('d')])
    assert.equal(drawn.at(0), first)
    assert.equal(drawn.state(), drawn.state())
  })
})
