import type { Labels } from '../../labels.ts'
import { FilterBuilder, type Filters } from './filters.ts'
import { HeadDay } from './head.ts'
import { severityCount } from './lines.ts'
import type { Streams } from './streams.ts'
import { minuteNs } from './time.ts'
import { VarintWriter } from './varint.ts'
import { compress } from './zstd.ts'

export interface BlockSizes {
  /** Lines of a block. */
  blockLines: number
  /** Text that is compressed, and later read, at a time. */
  frameBytes: number
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
  frame_rows: number[]
}

export interface EncodedBlock {
  head: Buffer
  columns: Buffer
  frames: { text: Buffer; metadata: Buffer | null }[]
  filters: Filters
}

/**
 * Rows of each block to be, in order of time. A service with many lines has blocks of its own, so that a search for
 * a service skips all others; the rest share blocks, neighbours by name together.
 */
export function arrange(head: HeadDay, streams: Streams, { blockLines }: BlockSizes): Uint32Array[] {
  const blocks: Uint32Array[] = []
  let shared: number[] = []
  const closeShared = (): void => {
    if (shared.length > 0) blocks.push(inOrderOfTime(head, shared))
    shared = []
  }
  const services = [...rowsByService(head, streams)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  for (const [, rows] of services) {
    if (rows.length * 4 >= blockLines) blocks.push(...portions(inOrderOfTime(head, rows), blockLines))
    else {
      if (shared.length + rows.length > blockLines) closeShared()
      for (const row of rows) shared.push(row)
    }
  }
  closeShared()
  return blocks
}

function rowsByService(head: HeadDay, streams: Streams): Map<string, number[]> {
  const services = new Map<string, number[]>()
  const byStream = new Map<number, number[]>()
  for (let row = 0; row < head.length; row++) {
    const stream = head.chunkOf(row).streams[HeadDay.rowInChunk(row)]!
    let rows = byStream.get(stream)
    if (!rows) {
      const { service } = streams.at(stream)
      rows = services.get(service) ?? []
      services.set(service, rows)
      byStream.set(stream, rows)
    }
    rows.push(row)
  }
  return services
}

/** Rows are in the order in which they came; those of the same time stay so. */
function inOrderOfTime(head: HeadDay, rows: number[]): Uint32Array {
  const offsets = rows.map((row) => head.chunkOf(row).offsets[HeadDay.rowInChunk(row)]!)
  const isSorted = offsets.every((offset, index) => index === 0 || offset >= offsets[index - 1]!)
  const isInOrderOfArrival = rows.every((row, index) => index === 0 || row > rows[index - 1]!)
  if (isSorted && isInOrderOfArrival) return Uint32Array.from(rows)
  const order = rows.map((_, index) => index).sort((a, b) => offsets[a]! - offsets[b]! || rows[a]! - rows[b]!)
  return Uint32Array.from(order, (index) => rows[index]!)
}

/** Equal parts, so that the last one is not tiny. */
function portions(rows: Uint32Array, sizeMax: number): Uint32Array[] {
  const count = Math.ceil(rows.length / sizeMax)
  const size = Math.ceil(rows.length / count)
  return Array.from({ length: count }, (_, index) => rows.subarray(index * size, (index + 1) * size))
}

const filterBuilder = new FilterBuilder()

/** Compresses in the thread pool; everything else happens in one go of a few ms. */
export async function encodeBlock(
  head: HeadDay,
  rows: Uint32Array,
  streams: Streams,
  { frameBytes }: BlockSizes,
): Promise<EncodedBlock> {
  const frames = framesOf(head, rows, frameBytes)
  filterBuilder.reset()
  for (const { text } of frames) filterBuilder.add(text)
  const filters = filterBuilder.build()
  const { summary, columns } = describe(head, rows, streams)
  summary.has_metadata = frames.some(({ metadata }) => metadata !== null)
  summary.frame_rows = [...frames.map(({ firstRow }) => firstRow), rows.length]
  const [compressedHead, compressedColumns, ...compressedFrames] = await Promise.all([
    compress(Buffer.from(JSON.stringify(summary))),
    compress(columns),
    ...frames.map(async ({ text, metadata }) => ({
      text: await compress(text),
      metadata: metadata && (await compress(metadata)),
    })),
  ])
  return { head: compressedHead, columns: compressedColumns, frames: compressedFrames, filters }
}

interface RawFrame {
  firstRow: number
  text: Buffer
  metadata: Buffer | null
}

function framesOf(head: HeadDay, rows: Uint32Array, frameBytes: number): RawFrame[] {
  const frames: RawFrame[] = []
  for (let from = 0, to = 0; from < rows.length; from = to) {
    let bytes = 0
    for (to = from; to < rows.length && (to === from || bytes < frameBytes); to++) bytes += lineBytes(head, rows[to]!)
    const text = Buffer.allocUnsafe(bytes)
    const metadata: string[] = []
    let hasMetadata = false
    let length = 0
    for (let index = from; index < to; index++) {
      const row = rows[index]!
      const chunk = head.chunkOf(row)
      const inChunk = HeadDay.rowInChunk(row)
      length += chunk.text.copy(text, length, chunk.starts[inChunk], chunk.starts[inChunk + 1])
      const fields = chunk.metadata?.[inChunk] ?? ''
      hasMetadata ||= fields !== ''
      metadata.push(fields)
    }
    frames.push({ firstRow: from, text, metadata: hasMetadata ? Buffer.from(metadata.join('\n')) : null })
  }
  return frames
}

function lineBytes(head: HeadDay, row: number): number {
  const { starts } = head.chunkOf(row)
  const inChunk = HeadDay.rowInChunk(row)
  return starts[inChunk + 1]! - starts[inChunk]!
}

const writer = new VarintWriter()

/** Columns: offsets in the coarsest unit that keeps them exact, severities, streams, arrival, lengths of lines. */
function describe(head: HeadDay, rows: Uint32Array, streams: Streams): { summary: BlockHead; columns: Buffer } {
  const offsets = new Float64Array(rows.length)
  const severities = Buffer.allocUnsafe(rows.length)
  const severityCounts = Array.from({ length: severityCount }, () => 0)
  const local = new Map<number, number>()
  const streamCounts: number[] = []
  const streamNewest: number[] = []
  const streamSeverities: number[][] = []
  const localStreams = new Int32Array(rows.length)
  const minutes = new Map<number, number>()
  let bytes = 0
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!
    const chunk = head.chunkOf(row)
    const inChunk = HeadDay.rowInChunk(row)
    const offset = (offsets[index] = chunk.offsets[inChunk]!)
    const severity = (severities[index] = chunk.severities[inChunk]!)
    severityCounts[severity]!++
    const stream = chunk.streams[inChunk]!
    let place = local.get(stream)
    if (place === undefined) {
      place = local.size
      local.set(stream, place)
      streamCounts.push(0)
      streamNewest.push(0)
      streamSeverities.push(Array.from({ length: severityCount }, () => 0))
    }
    localStreams[index] = place
    streamCounts[place]!++
    streamNewest[place] = offset
    streamSeverities[place]![severity]!++
    const minute = Math.floor(offset / minuteNs) * severityCount + severity
    minutes.set(minute, (minutes.get(minute) ?? 0) + 1)
    bytes += chunk.starts[inChunk + 1]! - chunk.starts[inChunk]!
  }
  const summary: BlockHead = {
    generation: head.generation,
    lines: rows.length,
    bytes,
    min_offset: offsets[0]!,
    max_offset: offsets[rows.length - 1]!,
    severities: severityCounts,
    streams: [...local.keys()].map((stream, place) => [
      streams.at(stream).labels,
      streamCounts[place]!,
      streamNewest[place]!,
      streamSeverities[place]!,
    ]),
    minutes: [...minutes]
      .toSorted(([a], [b]) => a - b)
      .flatMap(([key, count]) => [Math.floor(key / severityCount), key % severityCount, count]),
    has_metadata: false,
    frame_rows: [],
  }
  return { summary, columns: encodeColumns(head, rows, offsets, severities, localStreams, local.size) }
}

function encodeColumns(
  head: HeadDay,
  rows: Uint32Array,
  offsets: Float64Array,
  severities: Buffer,
  localStreams: Int32Array,
  streamCount: number,
): Buffer {
  const unit = unitOf(offsets)
  const parts: Buffer[] = []
  const close = (): void => {
    const part = Buffer.from(writer.take())
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32LE(part.length)
    parts.push(length, part)
  }
  writer.add(unit)
  for (let index = 0, previous = 0; index < offsets.length; index++) {
    const offset = offsets[index]! / unit
    writer.add(offset - previous)
    previous = offset
  }
  close()
  if (streamCount > 1) for (const stream of localStreams) writer.add(stream)
  close()
  let previous = 0
  for (const row of rows) {
    const ordinal = head.chunkOf(row).ordinals[HeadDay.rowInChunk(row)]!
    writer.addSigned(ordinal - previous)
    previous = ordinal
  }
  close()
  for (const row of rows) writer.add(lineBytes(head, row) - 1)
  close()
  return Buffer.concat([severities, ...parts])
}

function unitOf(offsets: Float64Array): number {
  for (const unit of [1_000_000_000, 1_000_000, 1_000]) if (offsets.every((offset) => offset % unit === 0)) return unit
  return 1
}
