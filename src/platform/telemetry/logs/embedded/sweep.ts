import { reading } from './damage.ts'
import { Piece, type Block, type Columns, type Hit, type Opened } from './lines.ts'
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
  /** Null while the block has not been opened. */
  piece: Piece | null
  /** Resolves when the text of the piece is there, or cannot be read. */
  loading: Promise<void> | null
}

/** Texts that are decompressed in the thread pool while others are looked through. */
const loadsMax = 4
/** Pieces looked at before it is worth while: most questions are answered by then. */
const alonePieces = 6

/** Rows that are looked at at a time where nothing has to be read of them. */
const pieceRowsMax = 256

const noRows = new Uint32Array(0)

/** Rows of a block with several frames are in order of time. */
const isInOrder = ({ frameRows }: Block): boolean => frameRows.length > 2

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
  #looked = 0

  constructor(blocks: readonly Block[], plan: Plan, direction: Direction, work: Work) {
    this.#plan = plan
    this.#work = work
    this.#sign = direction === 'forward' ? 1 : -1
    this.#waiting = blocks
      .map((block) => ({
        bound: direction === 'forward' ? block.minOffset : -block.maxOffset,
        block,
        piece: null,
        loading: null,
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
      await this.#loaded(next)
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
      await this.#loaded(next)
      count += this.#countOf(next)
      await this.#work.pause()
    }
    return count
  }

  /** Waits for the text of what is looked at now, if it is on its way, and sends for that of what comes next. */
  async #loaded({ piece, loading }: Waiting): Promise<void> {
    if (!piece || !this.#readsText(piece) || ++this.#looked <= alonePieces) return
    for (let at = this.#waiting.length - 1; at >= Math.max(0, this.#waiting.length - loadsMax); at--) {
      const next = this.#waiting[at]!
      // What cannot be read is found out when it is looked at.
      if (next.piece && this.#readsText(next.piece)) next.loading ??= next.piece.load().catch(() => undefined)
    }
    if (loading) await loading
  }

  #readsText(opened: Opened): boolean {
    return this.#plan.rest?.readsText(opened) ?? false
  }

  #countOf({ block, piece }: Waiting): number {
    if (piece) return countMarks(this.#marks(piece))
    const known = this.#plan.countOf(block)
    if (known !== null) return known
    this.#waiting.push(...this.#open(block, block.length))
    return 0
  }

  #look({ block, piece }: Waiting): void {
    if (!piece) {
      for (const opened of this.#open(block, pieceRowsMax)) this.#wait(opened)
      return
    }
    const rows = this.#inOrder(piece, this.#marks(piece))
    if (rows.length > 0) this.#runs.push({ piece, rows, at: 0 })
    else piece.release()
  }

  #open(block: Block, rowsMax: number): Waiting[] {
    const { stats } = this.#work
    if (!this.#plan.mayMatch(block)) {
      stats.blocksSkipped++
      return []
    }
    stats.blocks++
    const columns = reading(block, () => block.columns(), null)
    if (!columns) return []
    const isByRows = isInOrder(block) && !this.#readsText({ block, columns })
    return piecesOf(block, columns, isByRows ? rowsMax : block.length).map((piece) => ({
      bound: this.#boundOf(piece),
      block,
      piece,
      loading: null,
    }))
  }

  #boundOf({ block, columns: { offsets }, fromRow, toRow }: Piece): number {
    if (!isInOrder(block)) return this.#sign > 0 ? block.minOffset : -block.maxOffset
    return this.#sign > 0 ? offsets[fromRow]! : -offsets[toRow - 1]!
  }

  #marks(piece: Piece): Uint8Array {
    const { stats } = this.#work
    stats.lines += piece.toRow - piece.fromRow
    if (this.#readsText(piece)) stats.bytes += piece.start(piece.toRow)
    return reading(piece.block, () => this.#plan.marks(piece), new Uint8Array(0))
  }

  #inOrder(piece: Piece, marks: Uint8Array): Uint32Array {
    const count = countMarks(marks)
    if (count === 0) return noRows
    const rows = new Uint32Array(count)
    let at = 0
    for (let mark = marks.indexOf(1); mark >= 0; mark = marks.indexOf(1, mark + 1)) rows[at++] = piece.fromRow + mark
    const { offsets } = piece.columns
    let isSorted = true
    for (let index = 1; index < rows.length && isSorted; index++) {
      isSorted = offsets[rows[index]!]! >= offsets[rows[index - 1]!]!
    }
    // The rows of a chunk are in the order in which they came, so this sort, being stable, keeps that.
    if (!isSorted) rows.sort((a, b) => offsets[a]! - offsets[b]! || a - b)
    return this.#sign > 0 ? rows : rows.toReversed()
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
    return hits.toSorted((a, b) => this.#sign * inOrderOfTime(a, b))
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

/** Its frames, in parts of so many rows. */
function piecesOf(block: Block, columns: Columns, rowsMax: number): Piece[] {
  const pieces: Piece[] = []
  for (let frame = 0; frame + 1 < block.frameRows.length; frame++) {
    const end = block.frameRows[frame + 1]!
    for (let from = block.frameRows[frame]!; from < end; from += rowsMax) {
      pieces.push(new Piece(block, columns, frame, from, Math.min(end, from + rowsMax)))
    }
  }
  return pieces
}
