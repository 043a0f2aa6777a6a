import { open, readdir, readFile, rm, stat, truncate, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { ByteReader, ByteWriter } from './bytes.ts'
import { syncFolder } from './writeWhole.ts'

const frameMagic = 0x4c41574d
const headerBytes = 16

export const segmentPath = (folder: string, segment: number): string =>
  join(folder, `${String(segment).padStart(8, '0')}.wal`)

/**
 * Frames (magic, length, checksum of the payload, checksum of the header; payload) in numbered files. A frame is kept
 * in memory until `flush` wrote it and had it forced to disk; one that could not be written is tried again.
 */
export class WriteAheadLog {
  readonly #folder: string
  #segment: number
  #file: FileHandle
  #written = 0
  readonly #pending = new ByteWriter(65_536)
  /** Bytes of the segments before this one. */
  #olderBytes = new Map<number, number>()

  private constructor(folder: string, segment: number, file: FileHandle, olderBytes: Map<number, number>) {
    this.#folder = folder
    this.#segment = segment
    this.#file = file
    this.#olderBytes = olderBytes
  }

  /** Begins a segment after those that are there. */
  static async open(folder: string): Promise<WriteAheadLog> {
    const older = new Map<number, number>()
    for (const segment of await segmentsIn(folder)) {
      older.set(segment, (await stat(segmentPath(folder, segment))).size)
    }
    const segment = Math.max(0, ...older.keys()) + 1
    return new WriteAheadLog(folder, segment, await createSegment(folder, segment), older)
  }

  get segment(): number {
    return this.#segment
  }

  get bytes(): number {
    let sum = this.#written
    for (const bytes of this.#olderBytes.values()) sum += bytes
    return sum
  }

  get segmentBytes(): number {
    return this.#written + this.#pending.length
  }

  get pendingBytes(): number {
    return this.#pending.length
  }

  get oldestSegment(): number {
    return Math.min(this.#segment, ...this.#olderBytes.keys())
  }

  add(payload: Uint8Array): void {
    const start = this.#pending.length
    this.#pending.uint32(frameMagic)
    this.#pending.uint32(payload.length)
    this.#pending.uint32(crc32(payload))
    this.#pending.uint32(crc32(this.#pending.bytes.subarray(start, start + headerBytes - 4)))
    this.#pending.raw(payload)
  }

  /** Resolves when all frames are on disk. After an error they stay pending and the next call writes them again. */
  async flush(): Promise<void> {
    if (this.#pending.length === 0) return
    const { written } = this.#pending
    let done = 0
    while (done < written.length) {
      const { bytesWritten } = await this.#file.write(written, done, written.length - done, this.#written + done)
      done += bytesWritten
    }
    await this.#file.datasync()
    this.#written += done
    this.#pending.clear()
  }

  /** Begins the next segment; nothing may be pending. */
  async rotate(): Promise<void> {
    const file = await createSegment(this.#folder, this.#segment + 1)
    await this.#file.close()
    this.#olderBytes.set(this.#segment, this.#written)
    this.#segment++
    this.#file = file
    this.#written = 0
  }

  olderThan(segment: number): number[] {
    return [...this.#olderBytes.keys()].filter((older) => older < segment)
  }

  async remove(segment: number): Promise<void> {
    await rm(segmentPath(this.#folder, segment), { force: true })
    this.#olderBytes.delete(segment)
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

async function createSegment(folder: string, segment: number): Promise<FileHandle> {
  const file = await open(segmentPath(folder, segment), 'w', 0o600)
  await syncFolder(folder)
  return file
}

export async function segmentsIn(folder: string): Promise<number[]> {
  const names = await readdir(folder)
  return names
    .filter((name) => /^\d{8,}\.wal$/.test(name))
    .map((name) => parseInt(name, 10))
    .toSorted((a, b) => a - b)
}

export interface SegmentContent {
  payloads: Uint8Array[]
  /** Stretches that are not as they were written. */
  damaged: number
}

/** The frames of a segment. What a crash left half-written at its end is cut off; damage before it is skipped. */
export async function readSegment(folder: string, segment: number): Promise<SegmentContent> {
  const path = segmentPath(folder, segment)
  const bytes = new Uint8Array(await readFile(path))
  const payloads: Uint8Array[] = []
  let damaged = 0
  let at = 0
  while (at < bytes.length) {
    const frame = frameAt(bytes, at)
    if (frame) {
      at = frame.end
      if (frame.payload) payloads.push(frame.payload)
      else damaged++
      continue
    }
    const next = nextFrame(bytes, at + 1)
    if (next === -1) {
      await truncate(path, at)
      break
    }
    damaged++
    at = next
  }
  return { payloads, damaged }
}

/** The frame at `at`; without payload if that is damaged, null if there is no whole frame. */
function frameAt(bytes: Uint8Array, at: number): { payload: Uint8Array | null; end: number } | null {
  const payloadAt = at + headerBytes
  if (payloadAt > bytes.length) return null
  const header = new ByteReader(bytes, at)
  if (header.uint32() !== frameMagic) return null
  const length = header.uint32()
  const payloadSum = header.uint32()
  if (crc32(bytes.subarray(at, at + headerBytes - 4)) !== header.uint32()) return null
  const end = payloadAt + length
  if (end > bytes.length) return null
  const payload = bytes.subarray(payloadAt, end)
  return { payload: crc32(payload) === payloadSum ? payload : null, end }
}

function nextFrame(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(frameMagic & 255, from)
  while (at !== -1 && !frameAt(bytes, at)) at = bytes.indexOf(frameMagic & 255, at + 1)
  return at
}
