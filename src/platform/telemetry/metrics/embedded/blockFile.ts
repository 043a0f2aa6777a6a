import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { crc32 } from 'node:zlib'
import { readIndex, type BlockIndex } from './blockIndex.ts'
import { decodeChunk } from './chunk.ts'
import type { ChunkBytes } from './blockWriter.ts'
import type { Scratch } from './scratch.ts'
import type { IndexedSeries, SeriesIndex } from './seriesIndex.ts'

/** Regions this near to each other are read at once: a second call costs more than the bytes between. */
const gapBytesMax = 16_384
const readBytesMax = 4_194_304
const tableEntryWords = 4

/** An immutable file of sealed samples. Its index is in memory; regions of series are read when asked for. */
export class BlockFile {
  readonly path: string
  readonly bytes: number
  readonly fromMs: number
  /** Exclusive. */
  readonly toMs: number
  readonly sealed: BlockIndex['sealed']
  readonly replaces: string[]
  /** In the order in which they lie in the file. */
  readonly series: IndexedSeries[]
  readonly samples: number
  readonly #descriptor: number
  readonly #firstMs: Uint32Array
  readonly #lastMs: Uint32Array
  readonly #samples: Uint32Array
  /** Where regions begin, in words; one more than there are series. */
  readonly #offsets: Uint32Array
  readonly #idsSorted: Uint32Array
  readonly #positions: Uint32Array
  readonly #damaged = new Set<number>()
  #readers = 0
  #retired = false

  constructor(path: string, descriptor: number, bytes: number, index: BlockIndex, known: SeriesIndex) {
    this.path = path
    this.#descriptor = descriptor
    this.bytes = bytes
    this.fromMs = index.fromMs
    this.toMs = index.toMs
    this.sealed = index.sealed
    this.replaces = index.replaces
    const count = index.series.length
    this.series = index.series.map(({ labels }) => known.open(labels))
    this.#firstMs = Uint32Array.from(index.series, ({ firstMs }) => firstMs)
    this.#lastMs = Uint32Array.from(index.series, ({ lastMs }) => lastMs)
    this.#samples = Uint32Array.from(index.series, ({ samples }) => samples)
    this.#offsets = new Uint32Array(count + 1)
    for (const [position, { words }] of index.series.entries())
      this.#offsets[position + 1] = this.#offsets[position]! + words
    this.#positions = Uint32Array.from(this.series.keys()).toSorted((a, b) => this.series[a]!.id - this.series[b]!.id)
    this.#idsSorted = this.#positions.map((position) => this.series[position]!.id)
    this.samples = this.#samples.reduce((sum, samples) => sum + samples, 0)
    for (const [position, series] of this.series.entries()) {
      series.uses++
      series.newestMs = Math.max(series.newestMs, this.fromMs + this.#lastMs[position]!)
    }
  }

  /** Opens the file; null when it is damaged so that nothing can be found in it. */
  static open(path: string, known: SeriesIndex): BlockFile | null {
    const descriptor = openSync(path, 'r')
    const { size } = fstatSync(descriptor)
    const index = readIndex((offset, length) => readAt(descriptor, offset, length), size)
    if (index) return new BlockFile(path, descriptor, size, index, known)
    closeSync(descriptor)
    return null
  }

  get name(): string {
    return basename(this.path)
  }

  get damagedRegions(): number {
    return this.#damaged.size
  }

  /** Time of the first sample. */
  get oldestMs(): number {
    return this.fromMs + this.#firstMs.reduce((least, ms) => Math.min(least, ms), Infinity)
  }

  overlaps(fromMs: number, toMs: number): boolean {
    return this.fromMs <= toMs && this.toMs > fromMs
  }

  /** Place of the series in the file; -1 when it has no sample in the span here. */
  find(series: IndexedSeries, fromMs: number, toMs: number): number {
    let low = 0
    let high = this.#idsSorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#idsSorted[middle]! < series.id) low = middle + 1
      else high = middle
    }
    if (this.#idsSorted[low] !== series.id) return -1
    const position = this.#positions[low]!
    const overlaps = this.fromMs + this.#firstMs[position]! <= toMs && this.fromMs + this.#lastMs[position]! >= fromMs
    return overlaps ? position : -1
  }

  /**
   * The regions of the series at these places, which ascend. Null for one whose checksum is wrong.
   */
  read(positions: readonly number[], scratch: Scratch): (Region | null)[] {
    const regions: (Region | null)[] = []
    let first = 0
    while (first < positions.length) {
      let end = first + 1
      while (end < positions.length && this.#readTogether(positions[first]!, positions[end - 1]!, positions[end]!))
        end++
      this.#readRun(positions, first, end, regions, scratch)
      first = end
    }
    return regions
  }

  #readTogether(first: number, last: number, next: number): boolean {
    const gap = (this.#offsets[next]! - this.#offsets[last + 1]!) * 4
    return gap <= gapBytesMax && (this.#offsets[next + 1]! - this.#offsets[first]!) * 4 <= readBytesMax
  }

  #readRun(
    positions: readonly number[],
    first: number,
    end: number,
    regions: (Region | null)[],
    scratch: Scratch,
  ): void {
    const start = this.#offsets[positions[first]!]!
    const stop = this.#offsets[positions[end - 1]! + 1]!
    const bytes = readInto(this.#descriptor, start * 4, scratch.bytes((stop - start) * 4))
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, stop - start)
    for (let index = first; index < end; index++) {
      const position = positions[index]!
      const at = this.#offsets[position]! - start
      const to = this.#offsets[position + 1]! - start
      const whole = crc32(bytes.subarray((at + 1) * 4, to * 4)) === words[at]
      if (!whole) this.#damaged.add(position)
      regions.push(whole ? new Region(words, bytes, at, this.fromMs) : null)
    }
  }

  /** Keeps the file readable until it is released as often. */
  hold(): void {
    this.#readers++
  }

  release(): void {
    this.#readers--
    this.#closeWhenDone()
  }

  /** Takes the file away; who reads it may finish. */
  retire(): void {
    rmSync(this.path, { force: true })
    this.close()
  }

  /** Like `retire`, but keeps the file in a folder for what is damaged. */
  moveTo(path: string): void {
    renameSync(this.path, path)
    this.close()
  }

  close(): void {
    this.#retired = true
    this.#closeWhenDone()
  }

  #closeWhenDone(): void {
    if (this.#retired && this.#readers === 0) closeSync(this.#descriptor)
  }
}

const readAt = (descriptor: number, offset: number, length: number): Uint8Array =>
  readInto(descriptor, offset, new Uint8Array(length))

/** What lies behind the end of the file reads as zeros. */
function readInto(descriptor: number, offset: number, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.fill(0, readSync(descriptor, bytes, 0, bytes.length, offset))
}

/** The samples of one series in one file. */
export class Region {
  readonly #words: Uint32Array
  readonly #bytes: Uint8Array
  readonly #table: number
  readonly #chunks: number
  readonly #baseMs: number

  constructor(words: Uint32Array, bytes: Uint8Array, at: number, baseMs: number) {
    this.#words = words
    this.#bytes = bytes
    this.#chunks = words[at + 1]!
    this.#table = at + 2
    this.#baseMs = baseMs
  }

  countWithin(fromMs: number, toMs: number): number {
    let count = 0
    for (let chunk = 0; chunk < this.#chunks; chunk++) {
      const entry = this.#table + chunk * tableEntryWords
      if (this.#overlaps(entry, fromMs, toMs)) count += this.#words[entry + 2]!
    }
    return count
  }

  /** Decodes the chunks that may have samples in the span. @returns how many samples */
  read(fromMs: number, toMs: number, times: Float64Array, values: Float64Array, out: number): number {
    let at = out
    let chunkAt = this.#table + this.#chunks * tableEntryWords
    for (let chunk = 0; chunk < this.#chunks; chunk++) {
      const entry = this.#table + chunk * tableEntryWords
      if (this.#overlaps(entry, fromMs, toMs)) at += decodeChunk(this.#words, this.#bytes, chunkAt, times, values, at)
      chunkAt += this.#words[entry + 3]!
    }
    return at - out
  }

  /** The chunks as they are, to be put into another file. */
  chunks(): ChunkBytes[] {
    let chunkAt = this.#table + this.#chunks * tableEntryWords
    return Array.from({ length: this.#chunks }, (_, chunk) => {
      const entry = this.#table + chunk * tableEntryWords
      const bytes = this.#bytes.subarray(chunkAt * 4, (chunkAt + this.#words[entry + 3]!) * 4)
      chunkAt += this.#words[entry + 3]!
      return {
        bytes,
        samples: this.#words[entry + 2]!,
        firstMs: this.#baseMs + this.#words[entry]!,
        lastMs: this.#baseMs + this.#words[entry + 1]!,
      }
    })
  }

  #overlaps(entry: number, fromMs: number, toMs: number): boolean {
    return this.#baseMs + this.#words[entry]! <= toMs && this.#baseMs + this.#words[entry + 1]! >= fromMs
  }
}
