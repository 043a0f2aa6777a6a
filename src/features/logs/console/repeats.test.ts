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

function start(rows: LogRow[], capacity = 1_000) {
  let flush = (): void => undefined
  const lines = createLines({ capacity, schedule: (soon) => (flush = soon) })
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

  it('are the same whether found step by step or at once, whatever comes, goes and is put in between', () => {
    let seed = 7
    const below = (limit: number): number => (seed = (seed * 16_807) % 2_147_483_647) % limit
    const some = (count: number): LogRow[] => Array.from({ length: count }, () => row('abc'[below(3)]!))
    const { lines, drawn, told, receive } = start(some(5), 60)
    for (let step = 0; step < 400; step++) {
      const what = below(8)
      if (what === 0) lines.prepend(some(below(4)))
      else if (what === 1) lines.append(some(below(4)))
      else if (what === 2) lines.setFollowing(below(2) === 0)
      else if (what === 3) receive([], 1 + below(5))
      else if (what === 4)
        lines
          .all()
          .filter(isGap)
          .slice(0, 1)
          .forEach((gap) => lines.fill(gap, some(3), below(2)))
      else receive(some(below(20)))
      const atOnce = withoutRepeats(lines)
      assert.deepEqual(drawn.all(), atOnce.all(), `step ${step}, ${told().join(' ')}`)
    }
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
