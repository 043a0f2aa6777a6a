import type { Labels } from '../../labels.ts'
import { Turns } from './reading.ts'
import { windowStart } from './headWindow.ts'
import type { Intake, IntakeParts } from './intake.ts'
import type { IndexedSeries } from './seriesIndex.ts'
import { readSegment, segmentsIn } from './wal.ts'
import { readBatch, type BatchHead, type BatchReader } from './walBatch.ts'

/**
 * Brings back what was acknowledged but in no file yet when the process ended.
 * @returns segments in which something was damaged
 */
export async function replay(
  folder: string,
  parts: IntakeParts,
  intake: Intake,
  now: number,
  oldestMs: number,
): Promise<number[]> {
  const turns = new Turns()
  const damaged: number[] = []
  for (const segment of await segmentsIn(folder)) {
    const content = await readSegment(folder, segment)
    if (content.damaged > 0) damaged.push(segment)
    const reader = new SegmentReplay(segment, parts, intake, now, oldestMs)
    for (const payload of content.payloads) {
      readBatch(payload, reader)
      if (turns.isDue) await turns.next()
    }
  }
  return damaged
}

/** Numbers of series mean something within their segment only. */
class SegmentReplay implements BatchReader {
  readonly #segment: number
  readonly #parts: IntakeParts
  readonly #intake: Intake
  readonly #now: number
  readonly #oldestMs: number
  readonly #labels = new Map<number, Labels>()
  readonly #series = new Map<number, IndexedSeries>()
  readonly #sealedBefore = new Map<number, number>()
  #lastWindowMs = -Infinity
  #lastIsSealed = false

  constructor(segment: number, parts: IntakeParts, intake: Intake, now: number, oldestMs: number) {
    this.#segment = segment
    this.#parts = parts
    this.#intake = intake
    this.#now = now
    this.#oldestMs = oldestMs
  }

  head({ id, receivedMs, metadata }: BatchHead): void {
    if (id) this.#parts.ids.add(id, receivedMs, this.#segment)
    for (const entry of metadata) this.#parts.metadata.add(entry)
  }

  define(ref: number, labels: Labels): void {
    this.#labels.set(ref, labels)
    this.#series.delete(ref)
  }

  sample(ref: number, atMs: number, value: Float64Array): void {
    if (atMs < this.#oldestMs || this.#isSealed(atMs)) return
    const series = this.#seriesOf(ref)
    if (series) this.#intake.place(series, atMs, value, 0, this.#segment, this.#now)
  }

  #isSealed(atMs: number): boolean {
    const start = windowStart(atMs)
    if (start === this.#lastWindowMs) return this.#lastIsSealed
    let before = this.#sealedBefore.get(start)
    if (before === undefined) this.#sealedBefore.set(start, (before = this.#parts.blocks.sealedBefore(start)))
    this.#lastWindowMs = start
    return (this.#lastIsSealed = this.#segment < before)
  }

  /** A number whose definition was lost with a damaged frame stands for nothing. */
  #seriesOf(ref: number): IndexedSeries | undefined {
    const known = this.#series.get(ref)
    if (known) return known
    const labels = this.#labels.get(ref)
    if (!labels) return undefined
    const series = this.#parts.index.open(labels)
    this.#series.set(ref, series)
    return series
  }
}
