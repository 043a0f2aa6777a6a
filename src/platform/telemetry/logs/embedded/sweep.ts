import { reading } from './damage.ts'
import { Piece, type Block, type Columns, type Hit } from './lines.ts'
import type { Plan } from './plan.ts'
import type { Work } from './turn.ts'

export type Direction = 'backward' | 'forward'

/** Rows of one piece that match, the next one to be given first. */
interface Run {
  piece: Piece
  rows: Uint32Array
  at: number
}

/** A block to be opened, or a piece of an opened one to be looked through, and the best time it may have. */
interface Waiting {
  bound: number
  block: Block
  /** The block is open. */
  columns: Columns | null
  frame: number
}

/**
 * Finds the matching rows of one day in order of time: looks first where the next row may be, and gives a row as soon
 * as nothing that is still waiting can come before it. Rows of equal time are in the order in which they came.
 */
export class Sweep {
  readonly #plan: Plan
  readonly #work: Work
  readonly #sign: 1 | -1
  readonly #waiting: Waiting[]
  #runs: Run[] = []

  constructor(blocks: readonly Block[], plan: Plan, direction: Direction, work: Work) {
    this.#plan = plan
    this.#work = work
    this.#sign = direction === 'forward' ? 1 : -1
    this.#waiting = blocks
      .map((block) => ({
        bound: direction === 'forward' ? block.minOffset : -block.maxOffset,
        block,
        columns: null,
        frame: 0,
      }))
      .toSorted((a, b) => b.bound - a.bound)
  }

  /** The next rows in order, at least one; null when there are no more. */
  async next(): Promise<Hit[] | null> {
    for (;;) {
      const hits = this.#ready()
      if (hits.length > 0) return hits
      const next = this.#waiting.pop()
      if (!next) return null
      this.#look(next)
      await this.#work.pause()
      if (this.#work.exceeded) return null
    }
  }

  /** How many rows there are that `next` has not given; stops at `max` or when a limit is used up. */
  async countRest(max: number): Promise<number> {
    let count = this.#runs.reduce((sum, { rows, at }) => sum + rows.length - at, 0)
    this.#runs = []
    while (count < max && !this.#work.exceeded) {
      const next = this.#waiting.pop()
      if (!next) break
      count += this.#countOf(next)
      await this.#work.pause()
    }
    return count
  }

  #countOf(waiting: Waiting): number {
    const { block, columns } = waiting
    if (columns) return countMarks(this.#marks(this.#pieceOf(block, columns, waiting.frame)))
    const known = this.#plan.countOf(block)
    if (known !== null) return known
    for (const piece of this.#open(block)) this.#waiting.push(piece)
    return 0
  }

  #look(waiting: Waiting): void {
    const { block, columns } = waiting
    if (!columns) {
      for (const piece of this.#open(block)) this.#wait(piece)
      return
    }
    const piece = this.#pieceOf(block, columns, waiting.frame)
    const rows = this.#inOrder(piece, this.#marks(piece))
    if (rows.length > 0) this.#runs.push({ piece, rows, at: 0 })
    else piece.release()
  }

  #open(block: Block): Waiting[] {
    const { stats } = this.#work
    if (!this.#plan.mayMatch(block)) {
      stats.blocksSkipped++
      return []
    }
    stats.blocks++
    const columns = reading(block, () => block.columns(), null)
    if (!columns) return []
    const frames = block.frameRows.length - 1
    return Array.from({ length: frames }, (_, frame) => ({
      bound: frames === 1 ? this.#boundOf(block) : this.#boundOfFrame(block, columns, frame),
      block,
      columns,
      frame,
    }))
  }

  #boundOf(block: Block): number {
    return this.#sign > 0 ? block.minOffset : -block.maxOffset
  }

  /** Rows of a block with several frames are in order of time. */
  #boundOfFrame({ frameRows }: Block, { offsets }: Columns, frame: number): number {
    return this.#sign > 0 ? offsets[frameRows[frame]!]! : -offsets[frameRows[frame + 1]! - 1]!
  }

  #pieceOf(block: Block, columns: Columns, frame: number): Piece {
    const piece = new Piece(block, columns, frame)
    this.#work.stats.lines += piece.toRow - piece.fromRow
    if (this.#plan.rest?.readsText) this.#work.stats.bytes += piece.start(piece.toRow)
    return piece
  }

  #marks(piece: Piece): Uint8Array {
    return reading(piece.block, () => this.#plan.marks(piece), new Uint8Array(0))
  }

  #inOrder(piece: Piece, marks: Uint8Array): Uint32Array {
    const rows = new Uint32Array(countMarks(marks))
    let at = 0
    for (let mark = marks.indexOf(1); mark >= 0; mark = marks.indexOf(1, mark + 1)) rows[at++] = piece.fromRow + mark
    const { offsets } = piece.columns
    let isSorted = true
    for (let index = 1; index < rows.length && isSorted; index++) {
      isSorted = offsets[rows[index]!]! >= offsets[rows[index - 1]!]!
    }
    // The rows of a chunk are in the order in which they came, so this sort, being stable, keeps that.
    if (!isSorted) rows.sort((a, b) => offsets[a]! - offsets[b]! || a - b)
    return this.#sign > 0 ? rows : rows.reverse()
  }

  /** Into its place: what is to be looked at next stands last. */
  #wait(waiting: Waiting): void {
    let low = 0
    let high = this.#waiting.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#waiting[middle]!.bound > waiting.bound) low = middle + 1
      else high = middle
    }
    this.#waiting.splice(low, 0, waiting)
  }

  /** Rows that come before everything still waiting. */
  #ready(): Hit[] {
    const bound = this.#waiting.at(-1)?.bound ?? Infinity
    const hits: Hit[] = []
    for (const run of this.#runs) {
      const { offsets } = run.piece.columns
      while (run.at < run.rows.length && offsets[run.rows[run.at]!]! * this.#sign < bound) {
        hits.push({ piece: run.piece, row: run.rows[run.at++]! })
      }
    }
    if (hits.length === 0) return hits
    this.#runs = this.#runs.filter(({ rows, at }) => at < rows.length)
    return hits.sort((a, b) => this.#sign * inOrderOfTime(a, b))
  }
}

function inOrderOfTime(a: Hit, b: Hit): number {
  const { columns: one, block: oneBlock } = a.piece
  const { columns: other, block: otherBlock } = b.piece
  return (
    one.offsets[a.row]! - other.offsets[b.row]! ||
    oneBlock.generation - otherBlock.generation ||
    one.ordinals[a.row]! - other.ordinals[b.row]!
  )
}

function countMarks(marks: Uint8Array): number {
  let count = 0
  for (let row = 0; row < marks.length; row++) count += marks[row]!
  return count
}
