import type { Labels } from '../../labels.ts'
import type { MetricMetadata, MetricType } from '../metrics.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { copySamples } from './headWindow.ts'
import type { IndexedSeries } from './seriesIndex.ts'

const defineCode = 0
const rawTag = 255
const decimalPowers = [1, 10, 100, 1_000]
const wholeMax = 2 ** 50

/**
 * One batch as the payload of a frame: when it came, its id, metadata, then samples. A series is told
 * with its labels before its first sample in a segment; samples name it by number.
 */
export class BatchEncoder {
  readonly #out = new ByteWriter(65_536)
  #lastRef = 0
  #lastMs = 0
  #samples = 0

  begin(receivedMs: number, id: string | undefined, metadata: readonly MetricMetadata[]): void {
    const out = this.#out
    out.clear()
    this.#lastRef = 0
    this.#lastMs = receivedMs
    this.#samples = 0
    out.float64(receivedMs)
    out.text(id ?? '')
    out.varint(metadata.length)
    for (const { metric, type, help, unit } of metadata) for (const text of [metric, type, help, unit]) out.text(text)
  }

  get samples(): number {
    return this.#samples
  }

  define({ id, labels }: IndexedSeries): void {
    const pairs = Object.entries(labels)
    this.#out.varint(defineCode)
    this.#out.varint(id)
    this.#out.varint(pairs.length)
    for (const pair of pairs) for (const text of pair) this.#out.text(text)
  }

  sample(ref: number, atMs: number, values: Float64Array, index: number): void {
    const step = ref - this.#lastRef
    this.#out.varint(1 + (step < 0 ? -step * 2 - 1 : step * 2))
    this.#out.signed(atMs - this.#lastMs)
    this.#value(values, index)
    this.#lastRef = ref
    this.#lastMs = atMs
    this.#samples++
  }

  #value(values: Float64Array, index: number): void {
    const value = values[index]!
    for (let decimals = 0; decimals < decimalPowers.length; decimals++) {
      const power = decimalPowers[decimals]!
      const whole = Math.round(value * power)
      if (whole / power !== value || Math.abs(whole) >= wholeMax || Object.is(whole, -0)) continue
      this.#out.byte(decimals)
      this.#out.signed(whole)
      return
    }
    this.#out.byte(rawTag)
    this.#out.raw(new Uint8Array(values.buffer, values.byteOffset + index * 8, 8))
  }

  get payload(): Uint8Array {
    return this.#out.written
  }
}

export interface BatchHead {
  receivedMs: number
  id: string
  metadata: MetricMetadata[]
}

/** What a payload tells, in its order. The value of a sample stands at index 0 of `value`. */
export interface BatchReader {
  head(head: BatchHead): void
  define(ref: number, labels: Labels): void
  sample(ref: number, atMs: number, value: Float64Array): void
}

export function readBatch(payload: Uint8Array, to: BatchReader): void {
  const reader = new ByteReader(payload)
  const receivedMs = reader.float64()
  const id = reader.text()
  const metadata = Array.from({ length: reader.varint() }, () => ({
    metric: reader.text(),
    type: reader.text() as MetricType,
    help: reader.text(),
    unit: reader.text(),
  }))
  to.head({ receivedMs, id, metadata })
  let ref = 0
  let atMs = receivedMs
  const value = new Float64Array(1)
  while (!reader.atEnd) {
    const code = reader.varint()
    if (code === defineCode) {
      to.define(reader.varint(), readLabels(reader))
      continue
    }
    const step = code - 1
    ref += step % 2 === 1 ? -(step + 1) / 2 : step / 2
    atMs += reader.signed()
    readValue(reader, value)
    to.sample(ref, atMs, value)
  }
}

const readLabels = (reader: ByteReader): Labels =>
  Object.fromEntries(Array.from({ length: reader.varint() }, () => [reader.text(), reader.text()]))

function readValue(reader: ByteReader, value: Float64Array): void {
  const tag = reader.byte()
  if (tag !== rawTag) {
    value[0] = reader.signed() / decimalPowers[tag]!
    return
  }
  const bytes = reader.bytes.slice(reader.at, reader.at + 8)
  copySamples(new Float64Array(bytes.buffer), 0, 1, value, 0)
  reader.at += 8
}
