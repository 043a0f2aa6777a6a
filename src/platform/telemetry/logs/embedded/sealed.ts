import { Damaged } from './checked.ts'
import { linesWith, rowsWith, type WordText } from './commonWords.ts'
import type { BlockHead } from './encode.ts'
import type { Block, Columns, Frame, Probe } from './lines.ts'
import { hasTrigram, hasWord, type ReadPart } from './filters.ts'
import type { Streams } from './streams.ts'
import { VarintReader } from './varint.ts'

export type FilterKind = 'words' | 'trigrams'

/** Where a block's parts are read from. Throws `Damaged` for what does not carry its checksum. */
export interface BlockSource {
  columns(id: number): Buffer
  frame(id: number, index: number): Frame
  frameLater(id: number, index: number): Promise<Frame>
  filterPart(id: number, kind: FilterKind, part: number): Buffer
  /** Null for a block that was written before they were. */
  commonWords(id: number): Buffer | null
  wordRows(id: number): Buffer | null
  quarantine(id: number): void
}

/** A block on disk. */
export class SealedBlock implements Block {
  readonly id: number
  readonly day: number
  readonly generation: number
  readonly length: number
  readonly minOffset: number
  readonly maxOffset: number
  readonly bytes: number
  readonly severityCounts: Uint32Array
  readonly streams: Int32Array
  readonly streamCounts: Uint32Array
  readonly streamSeverities: Uint32Array
  readonly streamNewest: Float64Array
  readonly minutes: Uint32Array
  readonly hasMetadata: boolean
  readonly frameRows: Uint32Array
  readonly #wordBytes: number
  readonly #trigramBytes: number
  readonly #source: BlockSource
  /** What was decoded stays for the next question, as long as nothing else needs the memory. */
  #columns: WeakRef<Columns> | null = null
  readonly #frames = new Map<number, WeakRef<Frame>>()

  constructor(id: number, day: number, head: BlockHead, streams: Streams, source: BlockSource) {
    this.id = id
    this.day = day
    this.generation = head.generation
    this.length = head.lines
    this.minOffset = head.min_offset
    this.maxOffset = head.max_offset
    this.bytes = head.bytes
    this.severityCounts = Uint32Array.from(head.severities)
    this.streams = Int32Array.from(head.streams, ([labels]) => streams.intern(labels).index)
    this.streamSeverities = Uint32Array.from(head.streams.flatMap(([, , , counts]) => counts))
    this.streamNewest = Float64Array.from(head.streams, ([, , newest]) => newest)
    this.streamCounts = Uint32Array.from(head.streams, ([, lines]) => lines)
    this.minutes = Uint32Array.from(head.minutes)
    this.hasMetadata = head.has_metadata
    this.frameRows = Uint32Array.from(head.frame_rows)
    this.#wordBytes = head.word_bytes
    this.#trigramBytes = head.trigram_bytes
    this.#source = source
  }

  columns(): Columns {
    const kept = this.#columns?.deref()
    if (kept) return kept
    const columns = new EncodedColumns(this.#source.columns(this.id), this.length, this.streams)
    this.#columns = new WeakRef(columns)
    return columns
  }

  frame(index: number): Frame {
    const kept = this.#frames.get(index)?.deref()
    if (kept) return kept
    const frame = this.#source.frame(this.id, index)
    this.#frames.set(index, new WeakRef(frame))
    return frame
  }

  frameLater(index: number): Promise<Frame> {
    return this.#source.frameLater(this.id, index)
  }

  mayContain({ words, trigrams }: Probe): boolean {
    const read = (kind: FilterKind): ReadPart => {
      const parts = new Map<number, Buffer>()
      return (part) => {
        const bytes = parts.get(part) ?? this.#source.filterPart(this.id, kind, part)
        parts.set(part, bytes)
        return bytes
      }
    }
    try {
      const readWords = read('words')
      if (!words.every((word) => hasWord(this.#wordBytes, readWords, word))) return false
      const readTrigrams = read('trigrams')
      return trigrams.every((trigram) => hasTrigram(this.#trigramBytes, readTrigrams, trigram))
    } catch (error) {
      // A damaged filter says nothing about the lines, which may be whole.
      if (error instanceof Damaged) return true
      throw error
    }
  }

  linesWith(wanted: WordText): number | null {
    return unlessDamaged(() => {
      const commonWords = this.#source.commonWords(this.id)
      return commonWords && linesWith(commonWords, wanted)
    })
  }

  rowsWith(wanted: WordText): Uint8Array | null {
    return unlessDamaged(() => {
      const commonWords = this.#source.commonWords(this.id)
      const wordRows = commonWords && this.#source.wordRows(this.id)
      return wordRows && rowsWith(commonWords, wordRows, this.length, wanted)
    })
  }

  quarantine(): void {
    this.#source.quarantine(this.id)
  }
}

/** The lines themselves may be whole where what tells of them is damaged. */
function unlessDamaged<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof Damaged) return null
    throw error
  }
}

/** Columns are decoded when they are asked for: most questions need two of them. */
class EncodedColumns implements Columns {
  readonly severities: Uint8Array
  readonly #parts: Buffer[] = []
  readonly #length: number
  readonly #blockStreams: Int32Array
  #offsets: Float64Array | null = null
  #streams: Int32Array | null = null
  #ordinals: Uint32Array | null = null
  #starts: Uint32Array | null = null

  constructor(bytes: Buffer, length: number, blockStreams: Int32Array) {
    this.#length = length
    this.#blockStreams = blockStreams
    this.severities = bytes.subarray(0, length)
    for (let at = length; at < bytes.length;) {
      const end = at + 4 + bytes.readUInt32LE(at)
      this.#parts.push(bytes.subarray(at + 4, end))
      at = end
    }
  }

  get offsets(): Float64Array {
    return (this.#offsets ??= this.#decodeOffsets(new VarintReader(this.#parts[0]!)))
  }

  get streams(): Int32Array {
    return (this.#streams ??= this.#decodeStreams(new VarintReader(this.#parts[1]!)))
  }

  get ordinals(): Uint32Array {
    return (this.#ordinals ??= this.#decodeOrdinals(new VarintReader(this.#parts[2]!)))
  }

  get starts(): Uint32Array {
    return (this.#starts ??= this.#decodeStarts(new VarintReader(this.#parts[3]!)))
  }

  #decodeOffsets(times: VarintReader): Float64Array {
    const offsets = new Float64Array(this.#length)
    const unit = times.next()
    for (let row = 0, units = 0; row < offsets.length; row++) {
      units += times.next()
      offsets[row] = units * unit
    }
    return offsets
  }

  #decodeStreams(places: VarintReader): Int32Array {
    const streams = new Int32Array(this.#length)
    if (this.#blockStreams.length === 1) return streams.fill(this.#blockStreams[0]!)
    for (let row = 0; row < streams.length; row++) streams[row] = this.#blockStreams[places.next()]!
    return streams
  }

  #decodeOrdinals(arrivals: VarintReader): Uint32Array {
    const ordinals = new Uint32Array(this.#length)
    for (let row = 0, ordinal = 0; row < ordinals.length; row++) ordinals[row] = ordinal += arrivals.nextSigned()
    return ordinals
  }

  #decodeStarts(lengths: VarintReader): Uint32Array {
    const starts = new Uint32Array(this.#length + 1)
    for (let row = 0; row < this.#length; row++) starts[row + 1] = starts[row]! + lengths.next() + 1
    return starts
  }
}
