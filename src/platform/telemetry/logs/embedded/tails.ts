import type { LogRow, Tail } from '../logs.ts'
import type { Group } from './group.ts'
import { Head } from './head.ts'
import { Piece } from './lines.ts'
import type { Plan } from './plan.ts'
import { rowOf } from './row.ts'
import type { Streams } from './streams.ts'

/** Rows that wait for one watcher; more are dropped, and counted. */
const waitingMax = 2_000
const portionMax = 300

interface Watcher {
  plan: Plan
  tail: Tail
  waiting: LogRow[]
  dropped: number
  isScheduled: boolean
}

/** Watchers of what comes in. Each gets its lines a portion per turn of the event loop. */
export class Tails {
  readonly #streams: Streams
  readonly #watchers = new Set<Watcher>()

  constructor(streams: Streams) {
    this.#streams = streams
  }

  add(plan: Plan, tail: Tail): () => void {
    const watcher = { plan, tail, waiting: [], dropped: 0, isScheduled: false }
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }

  offer(group: Group): void {
    if (this.#watchers.size === 0) return
    const pieces = piecesOf(group)
    for (const watcher of this.#watchers) {
      for (const piece of pieces) this.#match(watcher, piece)
      this.#schedule(watcher)
    }
  }

  #match(watcher: Watcher, piece: Piece): void {
    if (!watcher.plan.mayMatch(piece.block)) return
    const marks = watcher.plan.marks(piece)
    for (let row = marks.indexOf(1); row >= 0; row = marks.indexOf(1, row + 1)) {
      if (watcher.waiting.length < waitingMax) watcher.waiting.push(rowOf(piece, row, this.#streams))
      else watcher.dropped++
    }
  }

  #schedule(watcher: Watcher): void {
    if (watcher.isScheduled || watcher.waiting.length === 0) return
    watcher.isScheduled = true
    setImmediate(() => {
      watcher.isScheduled = false
      if (!this.#watchers.has(watcher)) return
      const rows = watcher.waiting.splice(0, portionMax)
      const { dropped } = watcher
      watcher.dropped = 0
      watcher.tail.onRows(rows, dropped)
      this.#schedule(watcher)
    })
  }
}

function piecesOf(group: Group): Piece[] {
  const fresh = new Head(0)
  fresh.add(group)
  return [...fresh.days.values()].flatMap(({ chunks }) =>
    chunks.map((chunk) => {
      const block = chunk.snapshot()
      return new Piece(block, block.columns(), 0)
    }),
  )
}
