import { AppError } from '#kernel/errors.ts'
import type { Labels } from '../labels.ts'
import { staleNan, type Series } from '../metrics/metrics.ts'
import type { IngestCaps } from './caps.ts'
import { Rejections } from './rejections.ts'

const staleLow = Number(staleNan & 0xffff_ffffn)
const staleHigh = Number(staleNan >> 32n)

/**
 * The samples of a body, gathered in two growing columns. Values are written as two halves of their bits, since a NaN
 * that passes through a variable may lose them; this and the wire are little-endian, as is every machine Node runs on
 * but s390x.
 */
export class Samples {
  readonly rejections = new Rejections()
  readonly #caps: Pick<IngestCaps, 'entriesMax'>
  readonly #newestMs: number
  #timestamps: Float64Array<ArrayBuffer>
  #values: Float64Array<ArrayBuffer>
  #bits: Uint32Array
  #labels: Labels[] = []
  #starts: number[] = []
  #count = 0
  #seen = 0

  constructor(caps: Pick<IngestCaps, 'entriesMax' | 'futureMaxMs'>, receivedMs: number, expected: number) {
    this.#caps = caps
    this.#newestMs = receivedMs + caps.futureMaxMs
    this.#timestamps = new Float64Array(Math.max(16, Math.min(expected, caps.entriesMax)))
    this.#values = new Float64Array(this.#timestamps.length)
    this.#bits = new Uint32Array(this.#values.buffer)
  }

  get count(): number {
    return this.#count
  }

  /** What is added from now on belongs to this series. */
  begin(labels: Labels): void {
    this.#labels.push(labels)
    this.#starts.push(this.#count)
  }

  /** Counts against the cap of a body, also what is rejected. @throws AppError PAYLOAD_TOO_LARGE */
  meet(): void {
    if (++this.#seen > this.#caps.entriesMax)
      throw new AppError(
        'PAYLOAD_TOO_LARGE',
        `request body has more than ${this.#caps.entriesMax} samples; send smaller batches`,
        { entries_max: this.#caps.entriesMax },
      )
  }

  /** `low` and `high` are the halves of the bits of the value. */
  addBits(timestampMs: number, low: number, high: number): void {
    if (!this.#accepts(timestampMs)) return
    this.#bits[this.#count * 2] = low
    this.#bits[this.#count * 2 + 1] = high
    this.#timestamps[this.#count++] = timestampMs
  }

  add(timestampMs: number, value: number): void {
    if (!this.#accepts(timestampMs)) return
    this.#values[this.#count] = value
    this.#timestamps[this.#count++] = timestampMs
  }

  /** The series ends here. */
  addStale(timestampMs: number): void {
    this.addBits(timestampMs, staleLow, staleHigh)
  }

  /** Series with at least one sample, as views of the two columns. */
  list(): Series[] {
    const series: Series[] = []
    for (let index = 0; index < this.#labels.length; index++) {
      const start = this.#starts[index]!
      const end = this.#starts[index + 1] ?? this.#count
      if (end === start) continue
      const timestamps = this.#timestamps.subarray(start, end)
      series.push({ labels: this.#labels[index]!, timestamps, values: this.#values.subarray(start, end) })
    }
    return series
  }

  #accepts(timestampMs: number): boolean {
    if (timestampMs > this.#newestMs) {
      this.rejections.add(
        'too_far_in_future',
        () => `out of bounds: timestamp ${timestampMs} of ${this.#series()} is too far in the future`,
      )
      return false
    }
    if (this.#count === this.#timestamps.length) this.#grow()
    return true
  }

  #series(): string {
    return JSON.stringify(this.#labels.at(-1) ?? {})
  }

  #grow(): void {
    const timestamps = new Float64Array(this.#count * 2)
    timestamps.set(this.#timestamps)
    const values = new Float64Array(this.#count * 2)
    values.set(this.#values)
    this.#timestamps = timestamps
    this.#values = values
    this.#bits = new Uint32Array(values.buffer)
  }
}
