import { open, readdir, readFile, rm, stat, truncate, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { ByteWriter } from './bytes.ts'
import { isPacked, packed, readFrames, writeFrame, type SegmentContent } from './walFrames.ts'
import { syncFolder, writeWhole } from './writeWhole.ts'

export const segmentPath = (folder: string, segment: number): string =>
  join(folder, `${String(segment).padStart(8, '0')}.wal`)

/**
 * Frames in numbered files. A frame is kept in memory until `flush` wrote it and had it forced to disk; one that could
 * not be written is tried again.
 */
export class WriteAheadLog {
  readonly #folder: string
  #segment: number
  #file: FileHandle
  #written = 0
  readonly #pending = new ByteWriter(65_536)
  /** Bytes of the segments before this one. */
  readonly #olderBytes: Map<number, number>
  readonly #unpacked: Set<number>

  private constructor(folder: string, segment: number, file: FileHandle, olderBytes: Map<number, number>) {
    this.#folder = folder
    this.#segment = segment
    this.#file = file
    this.#olderBytes = olderBytes
    this.#unpacked = new Set(olderBytes.keys())
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
    writeFrame(this.#pending, payload)
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
    this.#unpacked.add(this.#segment)
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
    this.#unpacked.delete(segment)
  }

  /** Compresses the segments before this one, to less than half. One that is damaged stays as it is. */
  async pack(): Promise<void> {
    for (const segment of [...this.#unpacked].filter((older) => this.#olderBytes.has(older))) {
      const path = segmentPath(this.#folder, segment)
      const bytes = new Uint8Array(await readFile(path))
      const smaller = isPacked(bytes) ? null : await packed(bytes)
      if (smaller) {
        await writeWhole(path, smaller)
        this.#olderBytes.set(segment, smaller.length)
      }
      this.#unpacked.delete(segment)
    }
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

/** The content of a segment. What a crash left half-written at its end is cut off; damage before it is skipped. */
export async function readSegment(folder: string, segment: number): Promise<SegmentContent> {
  const path = segmentPath(folder, segment)
  const bytes = new Uint8Array(await readFile(path))
  const content = readFrames(bytes)
  if (content.end < bytes.length) await truncate(path, content.end)
  return content
}
