import { closeSync, fsyncSync, openSync, readFileSync, writeSync, writevSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import type { Labels } from '../../labels.ts'
import { groupOf, type Group, type GroupBatch } from './group.ts'
import type { Streams } from './streams.ts'

/** `MLR1`, length, checksum. */
const recordMagic = 0x31524c4d
const recordHeadBytes = 12

interface RecordHead {
  lines: number
  text: number
  metadata: number
  streams: Labels[]
  batches: GroupBatch[]
}

/**
 * The file that fresh lines are appended to, a record for each group. What `append` has resolved for is on disk. A
 * failed append leaves nothing: what it wrote is cut off before the next one.
 */
export class Segment {
  readonly path: string
  readonly #file: FileHandle
  #length: number
  #isTorn = false

  private constructor(path: string, file: FileHandle, length: number) {
    this.path = path
    this.#file = file
    this.#length = length
  }

  /** Opens a file of which the first `length` bytes are good; the rest is cut off. */
  static async open(path: string, length: number): Promise<Segment> {
    const file = await open(path, length === 0 ? 'w' : 'r+')
    const segment = new Segment(path, file, length)
    await file.truncate(length)
    await file.datasync()
    return segment
  }

  get length(): number {
    return this.#length
  }

  async append(group: Group, streams: Streams): Promise<void> {
    if (this.#isTorn) await this.#cut()
    const record = recordOf(group, streams)
    const bytes = record.reduce((sum, part) => sum + part.length, 0)
    this.#isTorn = true
    this.#write(record, bytes)
    await this.#file.datasync()
    this.#isTorn = false
    this.#length += bytes
  }

  async close(): Promise<void> {
    if (this.#isTorn) await this.#cut().catch(() => undefined)
    await this.#file.close()
  }

  /** Into the memory of the system, which is quicker done than to ask the thread pool for it. */
  #write(record: Buffer[], bytes: number): void {
    const written = writevSync(this.#file.fd, record, this.#length)
    if (written === bytes) return
    const rest = Buffer.concat(record).subarray(written)
    for (let at = 0; at < rest.length;) {
      at += writeSync(this.#file.fd, rest, at, rest.length - at, this.#length + written + at)
    }
  }

  async #cut(): Promise<void> {
    await this.#file.truncate(this.#length)
    await this.#file.datasync()
    this.#isTorn = false
  }
}

/** Makes names that were added to or taken from a folder durable. */
export async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

export function syncFolderNow(dir: string): void {
  const fd = openSync(dir, 'r')
  fsyncSync(fd)
  closeSync(fd)
}

const bytesOf = (array: ArrayBufferView): Buffer => Buffer.from(array.buffer, array.byteOffset, array.byteLength)

function recordOf(group: Group, streams: Streams): Buffer[] {
  const local = new Map<number, number>()
  const localStreams = group.streams.map((stream) => {
    const known = local.get(stream)
    if (known !== undefined) return known
    local.set(stream, local.size)
    return local.size - 1
  })
  const metadata = Buffer.from(group.metadata?.join('\n') ?? '')
  const head: RecordHead = {
    lines: group.length,
    text: group.text.length,
    metadata: group.metadata ? metadata.length : -1,
    streams: [...local.keys()].map((stream) => streams.at(stream).labels),
    batches: group.batches,
  }
  const headBytes = Buffer.from(JSON.stringify(head))
  const headLength = Buffer.allocUnsafe(4)
  headLength.writeUInt32LE(headBytes.length)
  const payload = [
    headLength,
    headBytes,
    bytesOf(group.timestamps),
    bytesOf(localStreams),
    bytesOf(group.starts),
    bytesOf(group.severities),
    group.text,
    metadata,
  ]
  const recordHead = Buffer.allocUnsafe(recordHeadBytes)
  recordHead.writeUInt32LE(recordMagic, 0)
  recordHead.writeUInt32LE(
    payload.reduce((sum, part) => sum + part.length, 0),
    4,
  )
  recordHead.writeUInt32LE(
    payload.reduce((sum, part) => crc32(part, sum), 0),
    8,
  )
  return [recordHead, ...payload]
}

export interface Replay {
  /** Bytes up to the end of the last whole record. */
  length: number
  /** Bytes that stood after it and are of no record. */
  torn: number
  /** Bytes between whole records that are of no record any more. */
  damaged: Buffer[]
}

/** Gives `take` every whole record of a segment, in order. */
export function replaySegment(path: string, streams: Streams, take: (group: Group) => void): Replay {
  const file = readFileSync(path)
  const damaged: Buffer[] = []
  let good = 0
  for (let at = 0; at < file.length;) {
    const end = recordEnd(file, at)
    if (end > 0) {
      if (at > good) damaged.push(file.subarray(good, at))
      take(groupOfRecord(file.subarray(at + recordHeadBytes, end), streams))
      good = at = end
    } else at = nextMagic(file, at + 1)
  }
  return { length: good, torn: file.length - good, damaged }
}

/** Where the record that begins here ends; 0 where none does. */
function recordEnd(file: Buffer, at: number): number {
  if (at + recordHeadBytes > file.length || file.readUInt32LE(at) !== recordMagic) return 0
  const end = at + recordHeadBytes + file.readUInt32LE(at + 4)
  if (end > file.length || crc32(file.subarray(at + recordHeadBytes, end)) !== file.readUInt32LE(at + 8)) return 0
  return end
}

const magicBytes = Buffer.from('MLR1')

function nextMagic(file: Buffer, from: number): number {
  const found = file.indexOf(magicBytes, from)
  return found < 0 ? file.length : found
}

function groupOfRecord(payload: Buffer, streams: Streams): Group {
  const headEnd = 4 + payload.readUInt32LE()
  const head = JSON.parse(payload.toString('utf8', 4, headEnd)) as RecordHead
  let at = headEnd
  const take = (bytes: number): Buffer => payload.subarray(at, (at += bytes))
  const aligned = (bytes: number): ArrayBuffer => Uint8Array.from(take(bytes)).buffer
  const indexes = head.streams.map((labels) => streams.intern(labels).index)
  const timestamps = new BigInt64Array(aligned(head.lines * 8))
  const localStreams = new Int32Array(aligned(head.lines * 4))
  const starts = new Uint32Array(aligned(head.lines * 4 + 4))
  const severities = Uint8Array.from(take(head.lines))
  const text = take(head.text)
  return groupOf({
    timestamps,
    severities,
    streams: localStreams.map((local) => indexes[local]!),
    starts,
    text,
    metadata: head.metadata < 0 ? null : take(head.metadata).toString().split('\n'),
    batches: head.batches,
  })
}
