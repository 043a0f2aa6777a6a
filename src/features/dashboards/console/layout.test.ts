import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bottom, byKey, compacted, placed, type Rect } from './layout.ts'

const panel = (id: string, x: number, y: number, w = 12, h = 8): Rect & { id: string } => ({ id, x, y, w, h })
const at = (panels: readonly (Rect & { id: string })[]) =>
  Object.fromEntries(panels.map(({ id, x, y }) => [id, [x, y]]))
const overlaps = (panels: readonly Rect[]): boolean =>
  panels.some((a, i) =>
    panels.some((b, j) => i < j && a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h),
  )

describe('placed', () => {
  it('moves what it meets down, and what that meets', () => {
    const panels = [panel('a', 0, 0), panel('b', 0, 8), panel('c', 0, 16), panel('d', 12, 0)]
    assert.deepEqual(at(placed(panels, 'a', { x: 0, y: 1, w: 12, h: 8 })), {
      a: [0, 1],
      b: [0, 9],
      c: [0, 17],
      d: [12, 0],
    })
  })

  it('lets change places what fits above', () => {
    const panels = [panel('a', 0, 0), panel('b', 0, 8)]
    assert.deepEqual(at(placed(panels, 'a', { x: 0, y: 8, w: 12, h: 8 })), { a: [0, 8], b: [0, 0] })
  })

  it('stays inside the grid and keeps a usable size', () => {
    const [wide] = placed([panel('a', 0, 0)], 'a', { x: -3, y: -1, w: 99, h: 0 })
    assert.deepEqual(wide, { id: 'a', x: 0, y: 0, w: 24, h: 2 })
  })

  it('never leaves two on one place, whatever is moved where', () => {
    let seed = 7
    const random = (below: number): number => (seed = (seed * 16_807) % 2_147_483_647) % below
    let panels = Array.from({ length: 12 }, (_, index) =>
      panel(`p${index}`, (index % 3) * 8, Math.floor(index / 3) * 4, 8, 4),
    )
    for (let round = 0; round < 500; round += 1) {
      const to = { x: random(24), y: random(20), w: 1 + random(24), h: 1 + random(10) }
      panels = placed(panels, `p${random(12)}`, to)
      assert.ok(!overlaps(panels), `round ${round}`)
      assert.ok(panels.every(({ x, w }) => x >= 0 && x + w <= 24))
      if (round % 20 === 0) panels = compacted(panels)
    }
  })
})

it('compacted closes gaps and keeps the order', () => {
  const panels = compacted([panel('a', 0, 5), panel('b', 0, 30), panel('c', 12, 2)])
  assert.deepEqual(at(panels), { a: [0, 0], b: [0, 8], c: [12, 0] })
  assert.equal(bottom(panels), 16)
})

it('arrow keys move, with Shift they resize, others do nothing', () => {
  const rect = panel('a', 12, 3)
  assert.deepEqual(byKey(rect, 'ArrowLeft', false), { x: 11, y: 3, w: 12, h: 8 })
  assert.deepEqual(byKey(rect, 'ArrowDown', true), { x: 12, y: 3, w: 12, h: 9 })
  assert.deepEqual(byKey(rect, 'ArrowRight', true), { x: 12, y: 3, w: 12, h: 8 })
  assert.equal(byKey(rect, 'a', false), undefined)
})
