import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Series, TimeSpan } from '../metrics.ts'
import type { BlockFile, Region } from './blockFile.ts'
import { copySamples, type HeadWindow, type WindowSeries } from './headWindow.ts'
import type { Samples, Scratch } from './scratch.ts'
import type { IndexedSeries } from './seriesIndex.ts'

/** How many series are read from the files at once, and from how many places of files, to bound the memory. */
const batchSeries = 256
const batchRegions = 2_048
const turnMs = 8

/** What holds the samples of a span. */
export interface Sources {
  files: readonly BlockFile[]
  windows: readonly HeadWindow[]
}

/** One source's samples of one series. */
type Piece = Region | WindowSeries

/** Lets others have their turn after about 8 ms; throws where the caller gave up. */
export class Turns {
  readonly #signal: AbortSignal | undefined
  #since = performance.now()
  #asked = 0

  constructor(signal?: AbortSignal) {
    this.#signal = signal
  }

  /** Looks at the clock every sixteenth time: that costs as much as a sample. */
  get isDue(): boolean {
    if (++this.#asked % 16 !== 0) return false
    return performance.now() - this.#since > turnMs
  }

  async next(): Promise<void> {
    await nextTurn()
    this.#signal?.throwIfAborted()
    this.#since = performance.now()
  }
}

/**
 * The samples of each series within the span; a series with none is left out. The arrays of a series are filled
 * anew for the next.
 */
export async function* readSeries(
  wanted: IndexedSeries[],
  sources: Sources,
  span: TimeSpan,
  signal: AbortSignal,
  scratch: Scratch,
): AsyncGenerator<Series> {
  signal.throwIfAborted()
  const turns = new Turns(signal)
  inOrderOfFile(wanted, sources.files.at(-1), span)
  const size = Math.max(1, Math.min(batchSeries, Math.floor(batchRegions / Math.max(1, sources.files.length))))
  for (let first = 0; first < wanted.length; first += size) {
    const batch = wanted.slice(first, first + size)
    scratch.reuseBytes()
    const pieces = piecesOf(batch, sources, span, scratch)
    for (const [index, { labels }] of batch.entries()) {
      const samples = gather(pieces[index]!, span, scratch)
      if (samples) yield { labels, ...samples }
      if (turns.isDue) await turns.next()
    }
  }
}

/** Neighbours in the file are then read together. */
function inOrderOfFile(wanted: IndexedSeries[], file: BlockFile | undefined, { fromMs, toMs }: TimeSpan): void {
  if (!file || wanted.length <= batchSeries) return
  const places = new Map(wanted.map((series) => [series, file.find(series, fromMs, toMs)]))
  wanted.sort((a, b) => places.get(a)! - places.get(b)!)
}

/** For each series its pieces in order of time. */
export function piecesOf(
  batch: IndexedSeries[],
  sources: Sources,
  { fromMs, toMs }: TimeSpan,
  scratch: Scratch,
): Piece[][] {
  const pieces: Piece[][] = batch.map(() => [])
  for (const file of sources.files) {
    for (const [index, region] of regionsOf(batch, file, { fromMs, toMs }, scratch))
      if (region) pieces[index]!.push(region)
  }
  for (const window of sources.windows) {
    for (const [index, series] of batch.entries()) {
      const samples = window.series.get(series)
      if (samples) pieces[index]!.push(samples)
    }
  }
  return pieces
}

/** Regions of those of the batch that are in the file, with their index in the batch; null where one is damaged. */
export function regionsOf(
  batch: IndexedSeries[],
  file: BlockFile,
  { fromMs, toMs }: TimeSpan,
  scratch: Scratch,
): [index: number, region: Region | null][] {
  const found = batch
    .map((series, index) => ({ index, place: file.find(series, fromMs, toMs) }))
    .filter(({ place }) => place >= 0)
    .toSorted((a, b) => a.place - b.place)
  const regions = file.read(
    found.map(({ place }) => place),
    scratch,
  )
  return found.map(({ index }, at) => [index, regions[at]!])
}

/** All samples of the pieces within the span, ascending, each time once; null if there are none. */
export function gather(pieces: readonly Piece[], { fromMs, toMs }: TimeSpan, scratch: Scratch): Samples | null {
  let most = 0
  for (const piece of pieces) most += piece.countWithin(fromMs, toMs)
  if (most === 0) return null
  let samples = scratch.samples(most)
  let count = 0
  let ascending = true
  for (const piece of pieces) {
    const more = piece.read(fromMs, toMs, samples.timestamps, samples.values, count)
    if (more > 0 && count > 0) ascending &&= samples.timestamps[count]! > samples.timestamps[count - 1]!
    count += more
  }
  if (!ascending) {
    samples = sorted(samples, count)
    count = samples.timestamps.length
  }
  return within(samples, count, fromMs, toMs)
}

/** Of equal times the first stays. */
function sorted({ timestamps, values }: Samples, count: number): Samples {
  const order = Uint32Array.from({ length: count }, (_, at) => at).toSorted(
    (a, b) => timestamps[a]! - timestamps[b]! || a - b,
  )
  const unique = order.filter((at, index) => index === 0 || timestamps[at] !== timestamps[order[index - 1]!])
  const result = { timestamps: new Float64Array(unique.length), values: new Float64Array(unique.length) }
  for (const [to, at] of unique.entries()) {
    result.timestamps[to] = timestamps[at]!
    copySamples(values, at, 1, result.values, to)
  }
  return result
}

function within({ timestamps, values }: Samples, count: number, fromMs: number, toMs: number): Samples | null {
  const first = lowerBound(timestamps, count, fromMs)
  const end = lowerBound(timestamps, count, toMs + 1)
  if (first >= end) return null
  return { timestamps: timestamps.subarray(first, end), values: values.subarray(first, end) }
}

/** Index of the first of `count` ascending times that is not before `atMs`. */
export function lowerBound(times: Float64Array, count: number, atMs: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle]! < atMs) low = middle + 1
    else high = middle
  }
  return low
}
