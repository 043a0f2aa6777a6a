import type { ByteReader, ByteWriter } from './bytes.ts'

/**
 * Whole numbers that change evenly, by their differences: runs of equal differences as one token, all
 * else in frames of 32, each with its smallest difference and what is above it in as many bits as the
 * largest needs. Timestamps of a steady scrape are one run; a counter costs about the bits of its noise.
 * Numbers lie within +-2^50, so that every sum and difference is exact.
 */
const frameLength = 32
const runToken = 64
const runLengthMin = 24

/** 32-bit words beside the bytes, so that packed bits are read a word at a time. */
export class WordWriter {
  words = new Uint32Array(1_024)
  length = 0

  reserve(more: number): void {
    if (this.length + more <= this.words.length) return
    const grown = new Uint32Array(Math.max(this.words.length * 2, this.length + more))
    grown.set(this.words.subarray(0, this.length))
    this.words = grown
  }
}

export interface WordReader {
  words: Uint32Array
  at: number
}

/** @param differences of which the first `count` are written */
export function encodeFrames(differences: Float64Array, count: number, control: ByteWriter, packed: WordWriter): void {
  let at = 0
  while (at < count) {
    const run = runLength(differences, at, count)
    if (run >= runLengthMin || at + run === count) {
      control.byte(runToken)
      control.varint(run)
      control.signed(differences[at]!)
      at += run
    } else {
      const end = Math.min(at + frameLength, count)
      encodeFrame(differences, at, end, control, packed)
      at = end
    }
  }
}

function runLength(differences: Float64Array, from: number, count: number): number {
  const first = differences[from]!
  let at = from + 1
  while (at < count && differences[at] === first) at++
  return at - from
}

function encodeFrame(
  differences: Float64Array,
  from: number,
  to: number,
  control: ByteWriter,
  packed: WordWriter,
): void {
  let least = differences[from]!
  let most = least
  for (let at = from + 1; at < to; at++) {
    const difference = differences[at]!
    if (difference < least) least = difference
    if (difference > most) most = difference
  }
  const width = bitsOf(most - least)
  control.byte(width)
  control.signed(least)
  packed.reserve(2 * frameLength)
  if (width <= 32) return pack(differences, from, to, least, width, 1, packed)
  pack(differences, from, to, least, 32, 1, packed)
  pack(differences, from, to, least, width - 32, 2 ** 32, packed)
}

const bitsOf = (value: number): number =>
  value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 2 ** 32))

/** Packs `width` bits of each number above `least`, after dividing by `unit`. */
function pack(
  differences: Float64Array,
  from: number,
  to: number,
  least: number,
  width: number,
  unit: number,
  packed: WordWriter,
): void {
  const { words } = packed
  let word = packed.length
  let bits = 0
  let current = 0
  for (let at = from; at < to; at++) {
    const above = differences[at]! - least
    const value = unit === 1 ? above >>> 0 : Math.floor(above / unit)
    current |= value << bits
    bits += width
    if (bits >= 32) {
      words[word++] = current
      bits -= 32
      // A shift by 32 would shift by none.
      current = bits === 0 ? 0 : value >>> (width - bits)
    }
  }
  if (bits > 0) words[word++] = current
  packed.length = word
}

/** Writes the numbers that follow `start` into `out` from `at` on, each divided by `divisor`. */
export function decodeFrames(
  start: number,
  count: number,
  divisor: number,
  control: ByteReader,
  packed: WordReader,
  out: Float64Array,
  at: number,
): void {
  let value = start
  const end = at + count
  while (at < end) {
    const token = control.byte()
    if (token === runToken) {
      const run = Math.min(control.varint(), end - at)
      const step = control.signed()
      const stop = at + run
      if (step === 0) out.fill(value / divisor, at, stop)
      else for (let index = at; index < stop; index++) out[index] = (value += step) / divisor
      if (run === 0) return
      at = stop
    } else {
      const stop = Math.min(at + frameLength, end)
      value =
        token <= 32
          ? unpack(value, token, divisor, control.signed(), packed, out, at, stop)
          : unpackWide(value, token, divisor, control.signed(), packed, out, at, stop)
      at = stop
    }
  }
}

function unpack(
  start: number,
  width: number,
  divisor: number,
  least: number,
  packed: WordReader,
  out: Float64Array,
  from: number,
  to: number,
): number {
  const { words } = packed
  const mask = width === 32 ? -1 : (1 << width) - 1
  let word = packed.at
  let bits = 0
  let value = start
  for (let at = from; at < to; at++) {
    let above = words[word]! >>> bits
    bits += width
    if (bits >= 32) {
      word++
      bits -= 32
      if (bits > 0) above |= words[word]! << (width - bits)
    }
    value += least + ((above & mask) >>> 0)
    out[at] = value / divisor
  }
  packed.at = bits > 0 ? word + 1 : word
  return value
}

const wideLow = new Float64Array(frameLength)
const wideHigh = new Float64Array(frameLength)

function unpackWide(
  start: number,
  width: number,
  divisor: number,
  least: number,
  packed: WordReader,
  out: Float64Array,
  from: number,
  to: number,
): number {
  const count = to - from
  unpackPlain(32, packed, wideLow, count)
  unpackPlain(width - 32, packed, wideHigh, count)
  let value = start
  for (let index = 0; index < count; index++) {
    value += least + wideHigh[index]! * 2 ** 32 + wideLow[index]!
    out[from + index] = value / divisor
  }
  return value
}

function unpackPlain(width: number, packed: WordReader, out: Float64Array, count: number): void {
  out.fill(0)
  unpack(0, width, 1, 0, packed, out, 0, count)
  for (let index = count - 1; index > 0; index--) out[index]! -= out[index - 1]!
}
