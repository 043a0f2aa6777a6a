import type { Labels } from '../../labels.ts'
import { CommonWords } from './commonWords.ts'
import { FilterBuilder, type Filters } from './filters.ts'
import { severityCount } from './lines.ts'
import { minuteNs } from './time.ts'
import { VarintWriter } from './varint.ts'
import { compress } from './zstd.ts'

/** The lines of a block to be, in order of time: one array per property, which can be handed over. */
export interface RawBlock {
  generation: number
  /** ns since the day began. */
  offsets: Float64Array<ArrayBuffer>
  severities: Uint8Array<ArrayBuffer>
  /** Places in `labels`. */
  streams: Int32Array<ArrayBuffer>
  labels: Labels[]
  /** The order in which lines came within their generation. */
  ordinals: Uint32Array<ArrayBuffer>
  /** Where each line begins in `text`, one more than there are rows; a line feed stands after each line. */
  starts: Uint32Array<ArrayBuffer>
  text: Uint8Array<ArrayBuffer>
  /** The first row of each frame, and the number of rows. */
  frameRows: number[]
  /** For each frame JSON or nothing per row, a line feed between them; null where no row of the frame has any. */
  metadata: (string | null)[]
}

/** What a block says of itself; stands in its file as compressed JSON. */
export interface BlockHead {
  generation: number
  lines: number
  bytes: number
  min_offset: number
  max_offset: number
  severities: number[]
  streams: [labels: Labels, lines: number, newest_offset: number, severities: number[]][]
  minutes: number[]
  has_metadata: boolean
  /** Of its filters. */
  word_bytes: number
  trigram_bytes: number
  frame_rows: number[]
}

/** A block as its file keeps it. */
export interface EncodedBlock {
  head: Uint8Array
  columns: Uint8Array
  frames: { text: Uint8Array; metadata: Uint8Array | null }[]
  filters: Filters
  commonWords: Uint8Array
  wordRows: Uint8Array
}

/** Some 20 ms of work for a full block. */
export function encodeBlock(block: RawBlock): EncodedBlock {
  const { filters, commonWords, wordRows } = indexOf(block)
  return {
    head: compress(Buffer.from(JSON.stringify(headOf(block, filters)))),
    columns: compress(columnsOf(block)),
    frames: framesOf(block),
    filters,
    commonWords,
    wordRows,
  }
}

const filterBuilder = new FilterBuilder()
const counter = new CommonWords()

function indexOf({ text, starts }: RawBlock): Pick<EncodedBlock, 'filters' | 'commonWords' | 'wordRows'> {
  filterBuilder.reset()
  counter.begin(text, starts)
  filterBuilder.add(text, starts, (hash, from, to, line) => counter.add(text, hash, from, to, line))
  return { filters: filterBuilder.build(), commonWords: counter.encode(), wordRows: counter.encodeRows() }
}

function headOf(block: RawBlock, filters: Filters): BlockHead {
  const { generation, offsets, severities, streams, labels, text, frameRows, metadata } = block
  const severityCounts = new Uint32Array(severityCount)
  const ofStreams = labels.map((of): BlockHead['streams'][number] => [of, 0, 0, Array(severityCount).fill(0)])
  minuteCounts.fill(0)
  for (let row = 0; row < offsets.length; row++) {
    const offset = offsets[row]!
    const severity = severities[row]!
    const ofStream = ofStreams[streams[row]!]!
    severityCounts[severity]!++
    ofStream[1]++
    ofStream[2] = offset
    ofStream[3][severity]!++
    minuteCounts[Math.floor(offset / minuteNs) * severityCount + severity]!++
  }
  return {
    generation,
    lines: offsets.length,
    bytes: text.length,
    min_offset: offsets[0]!,
    max_offset: offsets.at(-1)!,
    severities: [...severityCounts],
    streams: ofStreams,
    minutes: minutesOf(minuteCounts),
    has_metadata: metadata.some((fields) => fields !== null),
    word_bytes: filters.words.length,
    trigram_bytes: filters.trigrams.length,
    frame_rows: frameRows,
  }
}

const minuteCounts = new Uint32Array(24 * 60 * severityCount)

function minutesOf(counts: Uint32Array): number[] {
  const found: number[] = []
  counts.forEach((count, at) => {
    if (count > 0) found.push(Math.floor(at / severityCount), at % severityCount, count)
  })
  return found
}

function framesOf({ text, starts, frameRows, metadata }: RawBlock): EncodedBlock['frames'] {
  return metadata.map((fields, frame) => ({
    text: compress(text.subarray(starts[frameRows[frame]!], starts[frameRows[frame + 1]!])),
    metadata: fields === null ? null : compress(Buffer.from(fields)),
  }))
}

const writer = new VarintWriter()

/** Severities, then offsets in the coarsest unit that keeps them exact, streams, arrival, and lengths of lines. */
function columnsOf({ offsets, severities, streams, labels, ordinals, starts }: RawBlock): Buffer {
  const unit = unitOf(offsets)
  const parts: Uint8Array[] = [severities]
  const close = (): void => {
    const part = Buffer.from(writer.take())
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32LE(part.length)
    parts.push(length, part)
  }
  writer.add(unit)
  for (let row = 0, previous = 0; row < offsets.length; row++) {
    const offset = offsets[row]! / unit
    writer.add(offset - previous)
    previous = offset
  }
  close()
  if (labels.length > 1) for (const stream of streams) writer.add(stream)
  close()
  for (let row = 0, previous = 0; row < ordinals.length; row++) {
    writer.addSigned(ordinals[row]! - previous)
    previous = ordinals[row]!
  }
  close()
  for (let row = 0; row < ordinals.length; row++) writer.add(starts[row + 1]! - starts[row]! - 1)
  close()
  return Buffer.concat(parts)
}

function unitOf(offsets: Float64Array): number {
  for (const unit of [1_000_000_000, 1_000_000, 1_000]) if (offsets.every((offset) => offset % unit === 0)) return unit
  return 1
}
