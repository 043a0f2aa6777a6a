import type { Labels } from '../../labels.ts'
import { severities } from '../logs.ts'
import type { WordText } from './commonWords.ts'

/** What is known of each line without its text, one array per property; rows are positions in them. */
export interface Columns {
  /** ns since the day began. */
  offsets: Float64Array
  severities: Uint8Array
  /** Places in `Streams`. */
  streams: Int32Array
  /** The order in which lines came within their generation. */
  ordinals: Uint32Array
  /** Where each line begins in the text, one more than there are rows; a line feed stands after each line. */
  starts: Uint32Array
}

/** The text of consecutive rows. */
export interface Frame {
  text: Buffer
  /** Metadata as JSON or nothing, a line feed after each; null where no row of the frame has any. */
  metadata: Buffer | null
}

/** Lines of one day, in memory or on disk, with what tells whether they are worth opening. */
export interface Block {
  readonly day: number
  /** Lines of a later generation came later. */
  readonly generation: number
  readonly length: number
  readonly minOffset: number
  readonly maxOffset: number
  /** Decoded. */
  readonly bytes: number
  /** Lines of each severity. */
  readonly severityCounts: ArrayLike<number>
  /** Places in `Streams` of the streams it has, and how many lines of each. */
  readonly streams: Int32Array
  readonly streamCounts: Uint32Array
  /** Lines of each severity, stream by stream. */
  readonly streamSeverities: Uint32Array
  /** The newest line of each, ns since the day began. */
  readonly streamNewest: Float64Array
  /** `minute of the day, severity, lines` one after the other; null where nobody counted. */
  readonly minutes: Uint32Array | null
  /** Whether any line has metadata. */
  readonly hasMetadata: boolean
  /** The first row of each frame, and the number of rows. */
  readonly frameRows: ArrayLike<number>
  columns(): Columns
  frame(index: number): Frame
  /** The same, decoded in the thread pool. */
  frameLater(index: number): Promise<Frame>
  /** False where certainly no line contains the text that the probe stands for. */
  mayContain(probe: Probe): boolean
  /** How many lines have a text, where that can be told without them; null otherwise. */
  linesWith(wanted: WordText): number | null
  /** A mark for each line, 1 where it has a text, where that can be told without the lines; null otherwise. */
  rowsWith(wanted: WordText): Uint8Array | null
  /** Called when a part turned out to be damaged: nothing is read from it again. */
  quarantine(): void
}

/** What a text leaves in the filters of every block that contains it. */
export interface Probe {
  /** Hashes of its whole words. */
  words: number[]
  /** Hashes of its sequences of three bytes. */
  trigrams: number[]
}

/** One row of a block, found. */
export interface Hit {
  piece: Piece
  row: number
}

/** A block whose columns were read. */
export interface Opened {
  readonly block: Block
  readonly columns: Columns
}

/** A frame of a block, or some of its rows, with the columns: what is looked at at a time. */
export class Piece implements Opened {
  readonly block: Block
  readonly columns: Columns
  readonly frameIndex: number
  readonly fromRow: number
  readonly toRow: number
  #frame: Frame | null = null
  #latin1: string | null = null

  /** Where text is searched, all rows of the frame. */
  constructor(
    block: Block,
    columns: Columns,
    frameIndex: number,
    fromRow: number = block.frameRows[frameIndex]!,
    toRow: number = block.frameRows[frameIndex + 1]!,
  ) {
    this.block = block
    this.columns = columns
    this.frameIndex = frameIndex
    this.fromRow = fromRow
    this.toRow = toRow
  }

  get #frameRow(): number {
    return this.block.frameRows[this.frameIndex]!
  }

  get frame(): Frame {
    return (this.#frame ??= this.block.frame(this.frameIndex))
  }

  get isLoaded(): boolean {
    return this.#frame !== null
  }

  async load(): Promise<void> {
    this.#frame ??= await this.block.frameLater(this.frameIndex)
  }

  /** The text with one character per byte, which searches faster than bytes do. */
  get latin1(): string {
    return (this.#latin1 ??= this.frame.text.toString('latin1'))
  }

  /** Lets go of the text; it is read again when somebody asks. */
  release(): void {
    this.#frame = null
    this.#latin1 = null
    this.#metadata = null
  }

  /** Where a row's line begins in the text of the frame. */
  start(row: number): number {
    return this.columns.starts[row]! - this.columns.starts[this.#frameRow]!
  }

  lineBytes(row: number): Buffer {
    return this.frame.text.subarray(this.start(row), this.start(row + 1) - 1)
  }

  line(row: number): string {
    return this.frame.text.toString('utf8', this.start(row), this.start(row + 1) - 1)
  }

  metadata(row: number): Labels | undefined {
    const { metadata } = this.frame
    if (!metadata) return undefined
    const text = this.#metadataLines(metadata)[row - this.#frameRow]!
    return text === '' ? undefined : (JSON.parse(text) as Labels)
  }

  #metadata: string[] | null = null

  #metadataLines(metadata: Buffer): string[] {
    return (this.#metadata ??= metadata.toString().split('\n'))
  }
}

export const severityCount = severities.length
export const allSeverities = (1 << severityCount) - 1
