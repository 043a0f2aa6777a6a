import type { MetricAppend, MetricBatch, Series, TimeSpan } from '../metrics.ts'
import type { BatchIds } from './batchIds.ts'
import type { Blocks } from './blocks.ts'
import type { Head } from './head.ts'
import { labelsRefusal, Outcome, type StoreLimits } from './limits.ts'
import type { MetadataBook } from './metadataBook.ts'
import type { RangeResults } from './rangeResults.ts'
import { gather, piecesOf, Turns } from './reading.ts'
import { Scratch, type Samples } from './scratch.ts'
import type { IndexedSeries, SeriesIndex } from './seriesIndex.ts'
import type { WriteAheadLog } from './wal.ts'
import { BatchEncoder } from './walBatch.ts'

export interface IntakeParts {
  index: SeriesIndex
  head: Head
  blocks: Blocks
  ids: BatchIds
  metadata: MetadataBook
  results: RangeResults
  limits: StoreLimits
}

/** Decides of each sample whether it is stored, puts it into the head, and tells the write-ahead log. */
export class Intake {
  readonly #parts: IntakeParts
  readonly #encoder = new BatchEncoder()
  readonly #scratch = new Scratch()
  /** Time of the newest sample ever taken. */
  newestMs = -Infinity

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** What is taken is on disk after the next `flush` of the log. One batch at a time. */
  async take(batch: MetricBatch, wal: WriteAheadLog, now: number, oldestMs: number): Promise<MetricAppend> {
    const { ids, metadata } = this.#parts
    const outcome = new Outcome()
    if (batch.id && ids.has(batch.id, now)) {
      outcome.duplicates = batch.series.reduce((sum, { timestamps }) => sum + timestamps.length, 0)
      return outcome.result
    }
    const news = (batch.metadata ?? []).filter((entry) => metadata.add(entry))
    this.#encoder.begin(now, batch.id, news)
    const bounds = { fromMs: Math.max(0, oldestMs), toMs: now + this.#parts.limits.futureMs }
    const turns = new Turns()
    for (const series of batch.series) {
      this.#takeSeries(series, wal, now, bounds, outcome)
      if (turns.isDue) await turns.next()
    }
    if (batch.id) ids.add(batch.id, now, wal.segment)
    if (batch.id || news.length > 0 || this.#encoder.samples > 0) wal.add(this.#encoder.payload)
    return outcome.result
  }

  #takeSeries(given: Series, wal: WriteAheadLog, now: number, bounds: TimeSpan, outcome: Outcome): void {
    const { labels, timestamps, values } = given
    let series: IndexedSeries | null = this.#parts.index.find(labels) ?? null
    for (let index = 0; index < timestamps.length; index++) {
      const atMs = Math.floor(timestamps[index]!)
      // Written so that NaN is refused.
      if (!(atMs >= bounds.fromMs)) outcome.reject('too_old', 1, labels, atMs)
      else if (!(atMs <= bounds.toMs)) outcome.reject('too_far_in_future', 1, labels, atMs)
      else {
        series ??= this.#openSeries(given, timestamps.length - index, outcome)
        if (!series) return
        const isLate = atMs < series.newestMs - this.#parts.limits.outOfOrderMs
        const verdict = isLate ? 'too_old' : this.place(series, atMs, values, index, wal.segment, now)
        if (verdict === 'stored') {
          this.#tell(series, atMs, values, index, wal)
          outcome.stored++
        } else if (verdict === 'known') outcome.duplicates++
        else outcome.reject(verdict, 1, labels, atMs)
      }
    }
  }

  #openSeries({ labels }: Series, samples: number, outcome: Outcome): IndexedSeries | null {
    const { index, limits } = this.#parts
    const full = Object.values(labels).includes('')
      ? Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''))
      : labels
    const refusal = labelsRefusal(full, limits) ?? (index.size >= limits.seriesMax ? 'too_many_series' : null)
    if (!refusal) return index.open(full)
    outcome.reject(refusal, samples, labels)
    return null
  }

  #tell(series: IndexedSeries, atMs: number, values: Float64Array, index: number, wal: WriteAheadLog): void {
    if (series.segment !== wal.segment) {
      this.#encoder.define(series)
      series.segment = wal.segment
    }
    this.#encoder.sample(series.id, atMs, values, index)
  }

  /** Puts a sample into the head unless it is there, or in a file. */
  place(
    series: IndexedSeries,
    atMs: number,
    values: Float64Array,
    index: number,
    segment: number,
    now: number,
  ): 'stored' | 'known' | 'duplicate_timestamp' {
    if (atMs <= series.newestMs) {
      const known = this.#sampleAt(series, atMs)
      if (known) return sameBits(known.values, 0, values, index) ? 'known' : 'duplicate_timestamp'
    }
    const place = this.#parts.head.placeFor(series, atMs, segment)
    place.append(atMs, values, index)
    place.window.touchedAt = now
    this.#parts.results.changed(atMs)
    if (atMs > series.newestMs) series.newestMs = atMs
    if (atMs > this.newestMs) this.newestMs = atMs
    return 'stored'
  }

  #sampleAt(series: IndexedSeries, atMs: number): Samples | null {
    const span = { fromMs: atMs, toMs: atMs }
    const sources = {
      files: this.#parts.blocks.overlapping(atMs, atMs),
      windows: this.#parts.head.overlapping(atMs, atMs),
    }
    this.#scratch.reuseBytes()
    return gather(piecesOf([series], sources, span, this.#scratch)[0]!, span, this.#scratch)
  }
}

function sameBits(a: Float64Array, at: number, b: Float64Array, bt: number): boolean {
  if (a[at] === b[bt] && a[at] !== 0) return true
  const bitsOf = (values: Float64Array, index: number): bigint =>
    new BigUint64Array(values.buffer, values.byteOffset + index * 8, 1)[0]!
  return bitsOf(a, at) === bitsOf(b, bt)
}
