import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Labels } from '../../labels.ts'
import { encodeIndex, type BlockEntry, type BlockIndex } from './blockIndex.ts'
import { ByteWriter } from './bytes.ts'
import { syncFolder } from './writeWhole.ts'

const writeBytes = 1_048_576

export interface ChunkBytes {
  bytes: Uint8Array
  samples: number
  firstMs: number
  lastMs: number
}

/**
 * Writes a block file: for each series one region (checksum, table of its chunks, chunks), at the end the index.
 * The file has its name, and is complete and on disk, or is not there at all.
 */
export class BlockWriter {
  readonly path: string
  readonly #fromMs: number
  readonly #file: FileHandle
  readonly #pending = new ByteWriter(writeBytes * 2)
  readonly #region = new ByteWriter()
  readonly #series: BlockEntry[] = []
  #written = 0

  private constructor(path: string, fromMs: number, file: FileHandle) {
    this.path = path
    this.#fromMs = fromMs
    this.#file = file
  }

  static async create(path: string, fromMs: number): Promise<BlockWriter> {
    return new BlockWriter(path, fromMs, await open(`${path}.tmp`, 'w', 0o600))
  }

  get isEmpty(): boolean {
    return this.#series.length === 0
  }

  /** @param chunks in order of time, at least one */
  async add(labels: Labels, chunks: ChunkBytes[]): Promise<void> {
    const region = this.#region
    region.clear()
    region.uint32(chunks.length)
    for (const { bytes, samples, firstMs, lastMs } of chunks) {
      region.uint32(firstMs - this.#fromMs)
      region.uint32(lastMs - this.#fromMs)
      region.uint32(samples)
      region.uint32(bytes.length / 4)
    }
    for (const { bytes } of chunks) region.raw(bytes)
    this.#pending.uint32(crc32(region.written))
    this.#pending.raw(region.written)
    this.#series.push({
      labels,
      words: region.length / 4 + 1,
      samples: chunks.reduce((sum, { samples }) => sum + samples, 0),
      firstMs: chunks[0]!.firstMs - this.#fromMs,
      lastMs: chunks.at(-1)!.lastMs - this.#fromMs,
    })
    if (this.#pending.length >= writeBytes) await this.#flush()
  }

  async #flush(): Promise<void> {
    const { written } = this.#pending
    let done = 0
    while (done < written.length) {
      const { bytesWritten } = await this.#file.write(written, done, written.length - done, this.#written + done)
      done += bytesWritten
    }
    this.#written += done
    this.#pending.clear()
  }

  /** @returns the index as it was written, and the size of the file */
  async finish(about: Omit<BlockIndex, 'series' | 'fromMs'>): Promise<{ index: BlockIndex; bytes: number }> {
    const index = { ...about, fromMs: this.#fromMs, series: this.#series }
    this.#pending.raw(encodeIndex(index, this.#written + this.#pending.length))
    await this.#flush()
    await this.#file.sync()
    await this.#file.close()
    await rename(`${this.path}.tmp`, this.path)
    await syncFolder(dirname(this.path))
    return { index, bytes: this.#written }
  }

  /** Leaves nothing behind; for when something failed. */
  async abandon(): Promise<void> {
    await this.#file.close()
    await rm(`${this.path}.tmp`, { force: true })
  }
}
