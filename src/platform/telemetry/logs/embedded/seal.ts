import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Labels } from '../../labels.ts'
import { severities } from '../logs.ts'
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
  /** Of its filters. */
  word_bytes: number
  trigram_bytes: number
  frame_rows: number[]
}

export interface EncodedBlock {
  head: Buffer
  columns: Buffer
  frames: { text: Buffer; metadata: Buffer | null }[]
  filters: Filters
}

/** Severities that are looked for by themselves: those of a group share blocks, where they are few. */
const sought = [[severities.indexOf('error'), severities.indexOf('critical')], [severities.indexOf('warn')]]
/** Of all lines; where more have such a severity they stay with their services. */
const soughtShareMax = 0.1

/**
 * Rows of each block to be, in order of time. Errors are kept together, so that the newest of them are in one place.
 * Of the rest, a service with many lines has blocks of its own, so that a search for a service skips all others; the
 * remaining ones share blocks, neighbours by name together.
 */
export function arrange(head: HeadDay, streams: Streams, { blockLines }: BlockSizes): Uint32Array[] {
  const severityOf = (row: number): number => head.chunkOf(row).severities[HeadDay.rowInChunk(row)]!
  let rest = Uint32Array.from({ length: head.length }, (_, row) => row)
  const blocks: Uint32Array[] = []
  for (const group of sought) {
    const found = rest.filter((row) => group.includes(severityOf(row)))
    if (found.length === 0 || found.length > head.length * soughtShareMax) continue
    blocks.push(...portions(inOrderOfTime(head, found), blockLines))
    rest = rest.filter((row) => !group.includes(severityOf(row)))
  }
  return [...blocks, ...arrangeServices(head, rest, streams, blockLines)]
}

function arrangeServices(head: HeadDay, rows: Uint32Array, streams: Streams, blockLines: number): Uint32Array[] {
  const blocks: Uint32Array[] = []
  let shared: Uint32Array[] = []
  let sharedLines = 0
  const closeShared = (): void => {
    if (sharedLines > 0) blocks.push(inOrderOfTime(head, together(shared, sharedLines)))
    shared = []
    sharedLines = 0
  }
  for (const ofService of rowsByService(head, rows, streams)) {
    if (ofService.length * 4 >= blockLines) blocks.push(...portions(inOrderOfTime(head, ofService), blockLines))
    else {
      if (sharedLines + ofService.length > blockLines) closeShared()
      shared.push(ofService)
      sharedLines += ofService.length
    }
  }
  closeShared()
  return blocks
}

/** The rows of each service, services in order of their names. */
function rowsByService(head: HeadDay, all: Uint32Array, streams: Streams): Uint32Array[] {
  const counts = new Map<string, number>()
  const serviceOf = (row: number): string => streams.at(head.chunkOf(row).streams[HeadDay.rowInChunk(row)]!).service
  for (const row of all) counts.set(serviceOf(row), (counts.get(serviceOf(row)) ?? 0) + 1)
  const names = [...counts.keys()].toSorted()
  const rows = new Map(names.map((name) => [name, { rows: new Uint32Array(counts.get(name)!), length: 0 }]))
  for (const row of all) {
    const service = rows.get(serviceOf(row))!
    service.rows[service.length++] = row
  }
  return [...rows.values()].map((service) => service.rows)
}

function together(parts: Uint32Array[], length: number): Uint32Array {
  const rows = new Uint32Array(length)
  let at = 0
  for (const part of parts) {
    rows.set(part, at)
    at += part.length
  }
  return rows.toSorted()
}

/** Rows are in the order in which they came; those of the same time stay so. */
function inOrderOfTime(head: HeadDay, rows: Uint32Array): Uint32Array {
  const offsetOf = (row: number): number => head.chunkOf(row).offsets[HeadDay.rowInChunk(row)]!
  for (let index = 1; index < rows.length; index++) {
    if (offsetOf(rows[index]!) < offsetOf(rows[index - 1]!)) {
      return rows.toSorted((a, b) => offsetOf(a) - offsetOf(b) || a - b)
    }
  }
  return rows
}

/** Equal parts, so that the last one is not tiny. */
function portions(rows: Uint32Array, sizeMax: number): Uint32Array[] {
  const count = Math.ceil(rows.length / sizeMax)
  const size = Math.ceil(rows.length / count)
  return Array.from({ length: count }, (_, index) => rows.subarray(index * size, (index + 1) * size))
}

const filterBuilder = new FilterBuilder()

/** Some 20 ms of work for a full block; lets others run in between. */
export async function encodeBlock(
  head: HeadDay,
  rows: Uint32Array,
  streams: Streams,
  { frameBytes }: BlockSizes,
): Promise<EncodedBlock> {
  const frames = framesOf(head, rows, frameBytes)
  const filters = filtersOf(frames)
  await nextTurn()
  const { summary, columns } = describe(head, rows, streams)
  summary.word_bytes = filters.words.length
  summary.trigram_bytes = filters.trigrams.length
  summary.has_metadata = frames.some(({ metadata }) => metadata !== null)
  summary.frame_rows = [...frames.map(({ firstRow }) => firstRow), rows.length]
  const compressedColumns = compress(columns)
  await nextTurn()
  return {
    head: compress(Buffer.from(JSON.stringify(summary))),
    columns: compressedColumns,
    frames: frames.map(({ text, metadata }) => ({ text: compress(text), metadata: metadata && compress(metadata) })),
    filters,
  }
}

function filtersOf(frames: RawFrame[]): Filters {
  filterBuilder.reset()
  for (const { text } of frames) filterBuilder.add(text)
  return filterBuilder.build()
}

interface RawFrame {
  firstRow: number
  text: Buffer
  metadata: Buffer | null
}

function framesOf(head: HeadDay, rows: Uint32Array, frameBytes: number): RawFrame[] {
  const frames: RawFrame[] = []
  const hasMetadata = head.chunks.some(({ metadata }) => metadata !== null)
  for (let from = 0, to = 0; from < rows.length; from = to) {
    let bytes = 0
    for (to = from; to < rows.length && (to === from || bytes < frameBytes); to++) bytes += lineBytes(head, rows[to]!)
    const text = Buffer.allocUnsafe(bytes)
    const metadata: string[] | null = hasMetadata ? [] : null
    let length = 0
    for (let index = from; index < to; index++) {
      const row = rows[index]!
      const chunk = head.chunkOf(row)
      const inChunk = HeadDay.rowInChunk(row)
      length += chunk.text.copy(text, length, chunk.starts[inChunk], chunk.starts[inChunk + 1])
      metadata?.push(chunk.metadata?.[inChunk] ?? '')
    }
    frames.push({
      firstRow: from,
      text,
      metadata: metadata?.some((fields) => fields !== '') ? Buffer.from(metadata.join('\n')) : null,
    })
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
  minuteCounts.fill(0)
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
    minuteCounts[Math.floor(offset / minuteNs) * severityCount + severity]!++
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
    minutes: minutesOf(minuteCounts),
    has_metadata: false,
    word_bytes: 0,
    trigram_bytes: 0,
    frame_rows: [],
  }
  return { summary, columns: encodeColumns(head, rows, offsets, severities, localStreams, local.size) }
}

const minuteCounts = new Uint32Array(24 * 60 * severityCount)

function minutesOf(counts: Uint32Array): number[] {
  const found: number[] = []
  counts.forEach((count, at) => {
    if (count > 0) found.push(Math.floor(at / severityCount), at % severityCount, count)
  })
  return found
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
