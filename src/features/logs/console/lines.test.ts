import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLines, isGap, type Item } from './lines.ts'
import type { LogRow } from './queries.ts'

const row = (number: number, change: Partial<LogRow> = {}): LogRow => ({
  id: `${number}000000.00000000`,
  timestamp: new Date(number).toISOString(),
  timestamp_ns: `${number}000000`,
  severity: 'info',
  service: 'api',
  line: `line ${number}`,
  labels: {},
  metadata: {},
  fields: {},
  ...change,
})

const rows = (from: number, to: number): LogRow[] =>
  Array.from({ length: to - from + 1 }, (_none, index) => row(from + index))

/** Numbers of lines; a gap as how many it stands for. */
const told = (items: Item[]): string =>
  items.map((item) => (isGap(item) ? `[${item.missing}]` : item.line.slice(5))).join(' ')

function start(capacity = 10) {
  const flushes: (() => void)[] = []
  let nowMs = 1_000_000
  const lines = createLines({ capacity, now: () => nowMs, schedule: (flush) => flushes.push(flush) })
  lines.reset([])
  return {
    lines,
    flushes,
    tick: (ms: number) => (nowMs += ms),
    receive: (received: LogRow[], dropped = 0) => {
      lines.receive({ rows: received, dropped })
      for (const flush of flushes.splice(0)) flush()
    },
  }
}

describe('the lines of the page', () => {
  it('take live lines in portions, one flush for many messages', () => {
    const { lines, flushes } = start()
    let changes = 0
    lines.subscribe(() => changes++)
    for (const one of rows(1, 5)) lines.receive({ rows: [one], dropped: 0 })
    assert.equal(flushes.length, 1)
    assert.equal(lines.state().length, 0)
    flushes[0]!()
    assert.equal(changes, 1)
    assert.equal(told(lines.all()), '1 2 3 4 5')
  })

  it('let the oldest go beyond their capacity, however much comes', () => {
    const { lines, receive } = start(10)
    for (let number = 0; number < 100; number++) receive(rows(number * 7, number * 7 + 6))
    assert.equal(lines.state().length, 10)
    assert.equal(told(lines.all()), '690 691 692 693 694 695 696 697 698 699')
    assert.equal(lines.first()?.line, 'line 690')
    assert.equal(lines.last()?.line, 'line 699')
    assert.equal(lines.indexOf(row(695).id), 5)
    assert.equal(lines.indexOf(row(1).id), -1)
    assert.equal(lines.state().headMoved, -690)
  })

  it('move nothing while paused: what has no room is counted and becomes a gap', () => {
    const { lines, receive } = start(10)
    receive(rows(1, 8))
    lines.setFollowing(false)
    receive(rows(9, 14))
    receive(rows(15, 20))
    assert.equal(told(lines.all()), '1 2 3 4 5 6 7 8 9 10')
    assert.equal(lines.state().arrived, 12)
    assert.equal(lines.state().headMoved, 0)
    lines.setFollowing(true)
    assert.equal(lines.state().arrived, 0)
    receive(rows(21, 22))
    assert.equal(told(lines.all()), '4 5 6 7 8 9 10 [10] 21 22')
  })

  it('fill a gap with what it stood for, and keep it for the rest', () => {
    const { lines, receive } = start(10)
    receive(rows(1, 10))
    lines.setFollowing(false)
    receive(rows(11, 16))
    lines.setFollowing(true)
    receive(rows(17, 18))
    lines.setFollowing(false)
    const gap = lines.all().find(isGap)!
    lines.fill(gap, rows(10, 13), 3)
    assert.equal(told(lines.all()), '4 5 6 7 8 9 10 11 12 13 [3] 17 18')
    lines.fill(lines.all().find(isGap)!, rows(14, 16), 0)
    assert.equal(told(lines.all()), '4 5 6 7 8 9 10 11 12 13 14 15 16 17 18')
  })

  it('count what the server dropped where it is missing', () => {
    const { lines, receive } = start()
    receive(rows(1, 2))
    receive(rows(5, 6), 2)
    assert.equal(told(lines.all()), '1 2 [2] 5 6')
    assert.equal(lines.state().dropped, 2)
    lines.setFollowing(false)
    receive(rows(9, 9), 2)
    assert.equal(lines.state().arrived, 3)
    assert.equal(lines.state().dropped, 4)
  })

  it('hold live lines back until the search has answered, and show none twice', () => {
    const { lines } = start()
    lines.hold('q')
    lines.receive({ rows: rows(4, 6), dropped: 0 })
    assert.equal(lines.state().length, 0)
    lines.reset(rows(1, 5))
    assert.equal(told(lines.all()), '1 2 3 4 5 6')
  })

  it('forget what was held for another query', () => {
    const { lines } = start()
    lines.hold('one')
    lines.receive({ rows: rows(1, 3), dropped: 0 })
    lines.hold('other')
    lines.receive({ rows: rows(8, 8), dropped: 0 })
    lines.reset(rows(7, 7))
    assert.equal(told(lines.all()), '7 8')
  })

  it('count what waits too long instead of keeping it', () => {
    const { lines } = start(10_000)
    lines.hold('q')
    for (let number = 1; number <= 400; number++) lines.receive({ rows: [row(number)], dropped: 0 })
    lines.reset([row(0)])
    assert.equal(told(lines.all().slice(0, 3)), '0 [100] 101')
    assert.equal(lines.state().dropped, 100)
  })

  it('go on after an absence with the newest of what was missed, and count the rest', () => {
    const { lines, receive } = start(20)
    receive(rows(1, 3))
    lines.hold('q')
    lines.receive({ rows: rows(20, 22), dropped: 0 })
    lines.join(rows(16, 20), 17)
    assert.equal(told(lines.all()), '1 2 3 [12] 16 17 18 19 20 21 22')
    receive(rows(23, 23))
    assert.equal(lines.last()?.line, 'line 23')
  })

  it('tell how far the first line moved when older ones come', () => {
    const { lines, receive } = start(20)
    receive(rows(5, 6))
    lines.prepend(rows(1, 5))
    assert.equal(told(lines.all()), '1 2 3 4 5 6')
    assert.equal(lines.state().headMoved, 4)
    lines.append(rows(6, 8))
    assert.equal(told(lines.all()), '1 2 3 4 5 6 7 8')
  })

  it('say how many lines a second come, and that none do any more', () => {
    const { lines, receive, tick } = start(10_000)
    for (let step = 0; step < 30; step++) {
      receive(rows(step * 200, step * 200 + 199))
      tick(100)
    }
    assert.equal(Math.round(lines.ratePerSecond() / 100), 19)
    tick(10_000)
    assert.equal(lines.ratePerSecond(), 0)
  })

  it('count errors for who cannot see them', () => {
    const { lines, receive } = start()
    receive([row(1, { severity: 'error' }), row(2), row(3, { severity: 'critical' })])
    assert.equal(lines.state().failures, 2)
  })
})
