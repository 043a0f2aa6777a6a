import { decodeChunk, encodeChunk } from './chunk.ts'
import type { IndexedSeries } from './seriesIndex.ts'

/** Two hours: the newest samples wait this long in memory and in the write-ahead log before they become a file. */
export const windowMs = 7_200_000

/** Samples of a series stay as they came until there are this many; then they are encoded. */
const openSamplesMax = 128
const capacities = [8, 32, openSamplesMax]
const pageSamples = 8_192
const arenaBytes = 262_144

export const windowStart = (atMs: number): number => Math.floor(atMs / windowMs) * windowMs

/** Copies samples between arrays without a NaN losing its bits. */
export function copySamples(from: Float64Array, at: number, count: number, to: Float64Array, toAt: number): void {
  to.set(from.subarray(at, at + count), toAt)
}

/** Memory for encoded chunks, seen in two ways; views of its own for each chunk would take as much as the chunk. */
interface Arena {
  words: Uint32Array
  bytes: Uint8Array
}

interface EncodedChunk {
  arena: Arena
  /** Where it begins, in words. */
  at: number
  count: number
  fromMs: number
  toMs: number
}

interface Page {
  times: Float64Array
  values: Float64Array
}

/** Places of one size for open samples, in few arrays: a typed array for each series would cost more than its samples. */
class PlacesOf {
  readonly capacity: number
  readonly #free: { page: Page; at: number }[] = []
  #page: Page | null = null
  #used = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  take(): { page: Page; at: number } {
    const free = this.#free.pop()
    if (free) return free
    if (!this.#page || this.#used === pageSamples) {
      this.#page = { times: new Float64Array(pageSamples), values: new Float64Array(pageSamples) }
      this.#used = 0
    }
    this.#used += this.capacity
    return { page: this.#page, at: this.#used - this.capacity }
  }

  give(page: Page, at: number): void {
    this.#free.push({ page, at })
  }
}

/** Shared by all windows: what a series needs in one, it has left in the one before. */
export class Places {
  readonly sizes: readonly PlacesOf[] = capacities.map((capacity) => new PlacesOf(capacity))
}

/** The samples of all series in one window of time, in memory. */
export class HeadWindow {
  readonly fromMs: number
  /** The first segment of the write-ahead log with a sample of this window. */
  readonly firstSegment: number
  readonly series = new Map<IndexedSeries, WindowSeries>()
  readonly places: Places
  bytes = 0
  samples = 0
  /** When something was appended last, by the wall clock. */
  touchedAt = 0
  /** Once it takes no more: the segment of the log from which on there is nothing of it. */
  sealedBefore = 0
  #arena = arenaOf(0)
  #arenaUsed = 0

  constructor(fromMs: number, firstSegment: number, places: Places) {
    this.fromMs = fromMs
    this.firstSegment = firstSegment
    this.places = places
  }

  /** Exclusive. */
  get toMs(): number {
    return this.fromMs + windowMs
  }

  /** Time of the first sample. */
  get oldestMs(): number {
    let oldest = Infinity
    for (const series of this.series.values()) oldest = Math.min(oldest, series.oldestMs)
    return oldest
  }

  open(series: IndexedSeries): WindowSeries {
    const known = this.series.get(series)
    if (known) return known
    const opened = new WindowSeries(this)
    this.series.set(series, opened)
    series.uses++
    this.bytes += 200
    return opened
  }

  keep(encoded: Uint8Array): { arena: Arena; at: number } {
    if (this.#arenaUsed + encoded.length > this.#arena.bytes.length) {
      this.#arena = arenaOf(Math.max(arenaBytes, encoded.length))
      this.#arenaUsed = 0
      this.bytes += this.#arena.bytes.length
    }
    const at = this.#arenaUsed
    this.#arena.bytes.set(encoded, at)
    this.#arenaUsed += encoded.length
    return { arena: this.#arena, at: at / 4 }
  }
}

function arenaOf(bytes: number): Arena {
  const buffer = new ArrayBuffer(bytes)
  return { words: new Uint32Array(buffer), bytes: new Uint8Array(buffer) }
}

/** The samples of one series in one window: encoded chunks in order of time, then those still open. */
export class WindowSeries {
  readonly window: HeadWindow
  newestMs = -Infinity
  readonly #chunks: EncodedChunk[] = []
  #size = 0
  #page: Page | null = null
  #at = 0
  #count = 0

  constructor(window: HeadWindow) {
    this.window = window
  }

  get oldestMs(): number {
    return this.#chunks[0]?.fromMs ?? this.#page!.times[this.#at]!
  }

  overlaps(fromMs: number, toMs: number): boolean {
    const open = this.#page !== null && this.newestMs >= fromMs && this.#page.times[this.#at]! <= toMs
    return open || this.#chunks.some((chunk) => chunk.toMs >= fromMs && chunk.fromMs <= toMs)
  }

  /** How many samples `read` gives for the span. */
  countWithin(fromMs: number, toMs: number): number {
    let count = this.#count
    for (const chunk of this.#chunks) if (chunk.toMs >= fromMs && chunk.fromMs <= toMs) count += chunk.count
    return count
  }

  /** Decodes all that may lie in the span into the arrays from `out` on. @returns how many */
  read(fromMs: number, toMs: number, times: Float64Array, values: Float64Array, out: number): number {
    let at = out
    for (const chunk of this.#chunks) {
      if (chunk.toMs < fromMs || chunk.fromMs > toMs) continue
      at += decodeChunk(chunk.arena.words, chunk.arena.bytes, chunk.at, times, values, at)
    }
    if (!this.#page) return at - out
    copySamples(this.#page.times, this.#at, this.#count, times, at)
    copySamples(this.#page.values, this.#at, this.#count, values, at)
    return at + this.#count - out
  }

  /** Adds the sample at `index` of `values`; its time is in the window, and none has the same time. */
  append(atMs: number, values: Float64Array, index: number): void {
    if (atMs > this.newestMs) {
      const page = this.#pageWithRoom()
      this.#place(page, this.#count, atMs, values, index)
      this.newestMs = atMs
    } else this.#insert(atMs, values, index)
    this.window.samples++
  }

  /** Encodes what is open and gives its place back; the series goes on in another window. */
  settle(): void {
    if (!this.#page) return
    this.#encodeOpen(this.#page)
    this.#give(this.#page)
    this.#page = null
    this.#size = 0
  }

  #place(page: Page, slot: number, atMs: number, values: Float64Array, index: number): void {
    const place = this.#at + slot
    page.times[place] = atMs
    const value = values[index]!
    if (value === value) page.values[place] = value
    else copySamples(values, index, 1, page.values, place)
    this.#count++
  }

  #pageWithRoom(): Page {
    if (!this.#page) return this.#take()
    if (this.#count < capacities[this.#size]!) return this.#page
    if (this.#count < openSamplesMax) return this.#grow(this.#page)
    this.#encodeOpen(this.#page)
    return this.#page
  }

  #take(): Page {
    const { page, at } = this.window.places.sizes[this.#size]!.take()
    this.window.bytes += capacities[this.#size]! * 16
    this.#page = page
    this.#at = at
    return page
  }

  #give(page: Page): void {
    this.window.places.sizes[this.#size]!.give(page, this.#at)
    this.window.bytes -= capacities[this.#size]! * 16
  }

  #grow(old: Page): Page {
    const oldAt = this.#at
    this.#give(old)
    this.#size++
    const page = this.#take()
    copySamples(old.times, oldAt, this.#count, page.times, this.#at)
    copySamples(old.values, oldAt, this.#count, page.values, this.#at)
    return page
  }

  #encodeOpen({ times, values }: Page): void {
    if (this.#count > 0) this.#chunks.push(this.#encoded(times, values, this.#at, this.#count))
    this.#count = 0
  }

  #encoded(times: Float64Array, values: Float64Array, from: number, count: number): EncodedChunk {
    const kept = this.window.keep(encodeChunk(times, values, from, count))
    this.window.bytes += 100
    return { ...kept, count, fromMs: times[from]!, toMs: times[from + count - 1]! }
  }

  /** A sample that comes late goes where it belongs: among the open ones, or into the chunk of its time. */
  #insert(atMs: number, values: Float64Array, index: number): void {
    const lastChunk = this.#chunks.at(-1)
    if (!lastChunk || atMs > lastChunk.toMs) return this.#insertOpen(atMs, values, index)
    const which = this.#chunks.findIndex(({ toMs }) => atMs <= toMs)
    const old = this.#chunks[which]!
    const times = new Float64Array(old.count + 1)
    const merged = new Float64Array(old.count + 1)
    decodeChunk(old.arena.words, old.arena.bytes, old.at, times, merged, 0)
    let slot = old.count
    while (slot > 0 && times[slot - 1]! > atMs) slot--
    times.copyWithin(slot + 1, slot, old.count)
    merged.copyWithin(slot + 1, slot, old.count)
    times[slot] = atMs
    copySamples(values, index, 1, merged, slot)
    this.#chunks.splice(which, 1, ...this.#encodedInHalves(times, merged))
  }

  #encodedInHalves(times: Float64Array, values: Float64Array): EncodedChunk[] {
    const count = times.length
    if (count < 2 * openSamplesMax) return [this.#encoded(times, values, 0, count)]
    const half = count >> 1
    return [this.#encoded(times, values, 0, half), this.#encoded(times, values, half, count - half)]
  }

  #insertOpen(atMs: number, values: Float64Array, index: number): void {
    const page = this.#pageWithRoom()
    // To make room, the open ones may just have become a chunk.
    if (this.#count === 0) return this.#insert(atMs, values, index)
    let slot = this.#count
    while (slot > 0 && page.times[this.#at + slot - 1]! > atMs) slot--
    const moved = this.#at + slot
    page.times.copyWithin(moved + 1, moved, this.#at + this.#count)
    page.values.copyWithin(moved + 1, moved, this.#at + this.#count)
    this.#place(page, slot, atMs, values, index)
  }
}
