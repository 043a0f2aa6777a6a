import { ByteReader, ByteWriter } from './bytes.ts'
import { decodeFrames, encodeFrames, WordWriter, type WordReader } from './frames.ts'

/**
 * The samples of one series over a while, encoded without loss. A chunk is a multiple of 4 bytes:
 * two words (count, kind and decimals; length of the control bytes), control bytes, packed words.
 *
 * Values that are decimals of up to 15 digits, as nearly all measurements are, become whole numbers by a power
 * of ten; the few that are not (stale markers, infinities, -0) stand beside with all their bits. A chunk
 * with many such values keeps each as the bytes by which it differs from the one before.
 */
export const chunkSamplesMax = 1_024

const kindConstant = 0
const kindDecimal = 1
const kindXor = 2
const headerWords = 2
const decimalsMax = 15
const wholeMax = 2 ** 50
const powers = Float64Array.from({ length: decimalsMax + 1 }, (_, decimals) => 10 ** decimals)

const control = new ByteWriter()
const packed = new WordWriter()
const differences = new Float64Array(chunkSamplesMax)
const wholes = new Float64Array(chunkSamplesMax)
const odd = new Uint16Array(chunkSamplesMax)

/**
 * Encodes `count` (1 to `chunkSamplesMax`) samples from `from` on. Times are whole ms, ascending.
 * The bytes are valid until the next call.
 */
export function encodeChunk(times: Float64Array, values: Float64Array, from: number, count: number): Uint8Array {
  control.clear()
  packed.length = headerWords
  encodeTimes(times, from, count)
  const kind = encodeValues(values, from, count)
  control.align(4)
  return assembled(count, kind)
}

function assembled(count: number, kind: number): Uint8Array {
  const controlWords = control.length / 4
  packed.reserve(controlWords)
  const { words } = packed
  words.copyWithin(headerWords + controlWords, headerWords, packed.length)
  words[0] = count | (kind << 16)
  words[1] = control.length
  const bytes = new Uint8Array(words.buffer, 0, (packed.length + controlWords) * 4)
  bytes.set(control.written, headerWords * 4)
  return bytes
}

function encodeTimes(times: Float64Array, from: number, count: number): void {
  control.signed(times[from]!)
  for (let index = 1; index < count; index++) differences[index - 1] = times[from + index]! - times[from + index - 1]!
  encodeFrames(differences, count - 1, control, packed)
}

/** @returns the kind, and for decimals their number in the bits above it */
function encodeValues(values: Float64Array, from: number, count: number): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset + from * 8, count * 2)
  if (allEqual(bits)) {
    control.uint32(bits[0]!)
    control.uint32(bits[1]!)
    return kindConstant
  }
  const decimals = decimalsOf(values, from, count)
  const oddCount = toWholes(values, from, count, decimals)
  if (oddCount > count / 8) {
    encodeXor(bits)
    return kindXor
  }
  control.signed(wholes[0]!)
  for (let index = 1; index < count; index++) differences[index - 1] = wholes[index]! - wholes[index - 1]!
  encodeFrames(differences, count - 1, control, packed)
  control.varint(oddCount)
  for (let index = 0; index < oddCount; index++) {
    const at = odd[index]!
    control.varint(at)
    control.uint32(bits[at * 2]!)
    control.uint32(bits[at * 2 + 1]!)
  }
  return kindDecimal | (decimals << 8)
}

function allEqual(bits: Uint32Array): boolean {
  for (let index = 2; index < bits.length; index++) if (bits[index] !== bits[index - 2]) return false
  return true
}

/** The fewest decimals with which every value is whole, as far as it can be at all. */
function decimalsOf(values: Float64Array, from: number, count: number): number {
  let decimals = 0
  for (let index = from; index < from + count; index++) {
    const value = values[index]!
    let tried = decimals
    while (tried <= decimalsMax && !isWhole(value, powers[tried]!)) tried++
    if (tried <= decimalsMax) decimals = tried
  }
  return decimals
}

/** Whether the value comes back, bit for bit, from the whole number it becomes. */
function isWhole(value: number, power: number): boolean {
  const whole = Math.round(value * power)
  return whole / power === value && Math.abs(whole) < wholeMax && (whole !== 0 || Object.is(value, 0))
}

/** An odd value repeats the one before, which costs nothing; @returns how many there are */
function toWholes(values: Float64Array, from: number, count: number, decimals: number): number {
  const power = powers[decimals]!
  let oddCount = 0
  let last = 0
  for (let index = 0; index < count; index++) {
    const value = values[from + index]!
    if (isWhole(value, power)) last = Math.round(value * power)
    else odd[oddCount++] = index
    wholes[index] = last
  }
  return oddCount
}

/** A byte that says which bytes differ from the value before, then those bytes. */
function encodeXor(bits: Uint32Array): void {
  let low = 0
  let high = 0
  for (let index = 0; index < bits.length; index += 2) {
    const maskAt = control.length
    control.byte(0)
    const mask = xorBytes(bits[index]! ^ low) | (xorBytes(bits[index + 1]! ^ high) << 4)
    control.bytes[maskAt] = mask
    low = bits[index]!
    high = bits[index + 1]!
  }
}

function xorBytes(difference: number): number {
  let mask = 0
  for (let byte = 0; byte < 4; byte++) {
    const value = (difference >>> (byte * 8)) & 255
    if (value === 0) continue
    mask |= 1 << byte
    control.byte(value)
  }
  return mask
}

const reader = new ByteReader(new Uint8Array())
const words: WordReader = { words: new Uint32Array(), at: 0 }

/** The number of samples in the chunk at word `at`. */
export const chunkCount = (chunk: Uint32Array, at: number): number => chunk[at]! & 0xffff

/**
 * Decodes the chunk at word `at` into the arrays from index `out` on.
 * @param bytes the same memory as `chunk`
 * @returns how many samples
 */
export function decodeChunk(
  chunk: Uint32Array,
  bytes: Uint8Array,
  at: number,
  times: Float64Array,
  values: Float64Array,
  out: number,
): number {
  const count = chunkCount(chunk, at)
  const kind = (chunk[at]! >>> 16) & 255
  const controlLength = chunk[at + 1]!
  reader.bytes = bytes
  reader.at = (at + headerWords) * 4
  words.words = chunk
  words.at = at + headerWords + controlLength / 4
  times[out] = reader.signed()
  decodeFrames(times[out]!, count - 1, 1, reader, words, times, out + 1)
  if (kind === kindDecimal) decodeDecimals(values, out, count, powers[chunk[at]! >>> 24]!)
  else if (kind === kindXor) decodeXor(values, out, count)
  else decodeConstant(values, out, count)
  return count
}

function decodeConstant(values: Float64Array, out: number, count: number): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset + out * 8, count * 2)
  bits[0] = reader.uint32()
  bits[1] = reader.uint32()
  for (let filled = 2; filled < bits.length; filled *= 2) bits.copyWithin(filled, 0, filled)
}

function decodeDecimals(values: Float64Array, out: number, count: number, power: number): void {
  const first = reader.signed()
  values[out] = first / power
  decodeFrames(first, count - 1, power, reader, words, values, out + 1)
  const oddCount = reader.varint()
  if (oddCount === 0) return
  const bits = new Uint32Array(values.buffer, values.byteOffset + out * 8, count * 2)
  for (let index = 0; index < oddCount; index++) {
    const at = reader.varint() * 2
    bits[at] = reader.uint32()
    bits[at + 1] = reader.uint32()
  }
}

function decodeXor(values: Float64Array, out: number, count: number): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset + out * 8, count * 2)
  let low = 0
  let high = 0
  for (let index = 0; index < bits.length; index += 2) {
    const mask = reader.byte()
    for (let byte = 0; byte < 4; byte++) if (mask & (1 << byte)) low ^= reader.byte() << (byte * 8)
    for (let byte = 0; byte < 4; byte++) if (mask & (16 << byte)) high ^= reader.byte() << (byte * 8)
    bits[index] = low
    bits[index + 1] = high
  }
}
