import type { Probe } from './lines.ts'

/**
 * Two filters per block. Words: a Bloom filter whose probes for one word share 64 bytes. Trigrams: one bit for each
 * sequence of three bytes. Both know ASCII letters only in lower case and never deny what is there.
 */
export interface Filters {
  words: Uint8Array
  trigrams: Uint8Array
}

const bucketBytes = 64
const bucketBits = 512
const bitsPerWord = 13
const probes = 7
const trigramBitsLog = 17
/** A trigram filter is halved while this part of its bits stays free. */
const freeShare = 0.8

/** Bytes of words: letters, digits, `_` and whatever is not ASCII. */
export const isWordByte = new Uint8Array(256)
const folded = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) {
  const isUpper = byte >= 65 && byte <= 90
  folded[byte] = isUpper ? byte + 32 : byte
  isWordByte[byte] =
    isUpper || (byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 57) || byte === 95 || byte >= 128 ? 1 : 0
}

const hashSeed = 0x811c9dc5 | 0
const extend = (hash: number, byte: number): number => Math.imul(hash ^ folded[byte]!, 0x01000193)

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

const trigramBit = (trigram: number): number => Math.imul(trigram, 0x9e3779b1) >>> (32 - trigramBitsLog)

/** Collects what is in the text of one block; used again for the next. */
export class FilterBuilder {
  #table = new Int32Array(1 << 15)
  #count = 0
  readonly #trigrams = new Uint8Array(1 << (trigramBitsLog - 3))

  reset(): void {
    this.#table.fill(0)
    this.#count = 0
    this.#trigrams.fill(0)
  }

  add(text: Uint8Array): void {
    let hash = hashSeed
    let inWord = false
    let trigram = 0
    const trigrams = this.#trigrams
    for (let index = 0; index < text.length; index++) {
      const byte = text[index]!
      const lower = folded[byte]!
      trigram = ((trigram << 8) | lower) & 0xffffff
      const bit = Math.imul(trigram, 0x9e3779b1) >>> (32 - trigramBitsLog)
      trigrams[bit >>> 3]! |= 1 << (bit & 7)
      if (isWordByte[byte]) {
        hash = Math.imul(hash ^ lower, 0x01000193)
        inWord = true
      } else if (inWord) {
        this.#insert(hash)
        hash = hashSeed
        inWord = false
      }
    }
    if (inWord) this.#insert(hash)
  }

  build(): Filters {
    return { words: this.#wordFilter(), trigrams: halved(this.#trigrams) }
  }

  #insert(hash: number): void {
    const key = hash | 0 || 1
    const mask = this.#table.length - 1
    let slot = (Math.imul(key, 0x9e3779b1) >>> 7) & mask
    for (let found = this.#table[slot]!; found !== 0; found = this.#table[slot]!) {
      if (found === key) return
      slot = (slot + 1) & mask
    }
    this.#table[slot] = key
    if (++this.#count * 2 > this.#table.length) this.#grow()
  }

  #grow(): void {
    const keys = this.#table
    this.#table = new Int32Array(keys.length * 2)
    this.#count = 0
    for (const key of keys) if (key !== 0) this.#insert(key)
  }

  #wordFilter(): Uint8Array {
    const buckets = Math.max(1, Math.ceil((this.#count * bitsPerWord) / bucketBits))
    const filter = new Uint8Array(buckets * bucketBytes)
    for (const key of this.#table) {
      if (key === 0) continue
      const first = finish(key)
      let at = finish(first ^ 0x9e3779b9)
      const step = (at >>> 9) | 1
      const start = (first % buckets) * bucketBytes
      for (let probe = 0; probe < probes; probe++, at = (at + step) | 0) {
        filter[start + ((at >>> 3) & 63)]! |= 1 << (at & 7)
      }
    }
    return filter
  }
}

function halved(bits: Uint8Array): Uint8Array {
  let filter = Uint8Array.from(bits)
  for (;;) {
    const half = filter.length / 2
    if (half < 64) return filter
    const smaller = filter.slice(0, half)
    let ones = 0
    for (let index = 0; index < half; index++) {
      const byte = (smaller[index]! |= filter[half + index]!)
      ones += onesIn[byte]!
    }
    if (ones > half * 8 * (1 - freeShare)) return filter
    filter = smaller
  }
}

const onesIn = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length)

/** `wholeWords`: the text stands alone, so that its first and last word are whole too. */
export function probeOf(text: string, wholeWords: boolean): Probe {
  const bytes = Buffer.from(text)
  return { words: wordHashes(bytes, wholeWords), trigrams: trigramBits(bytes) }
}

function wordHashes(bytes: Buffer, wholeWords: boolean): number[] {
  const hashes = new Set<number>()
  let start = 0
  for (let index = 0; index <= bytes.length; index++) {
    if (index < bytes.length && isWordByte[bytes[index]!]) continue
    const isWhole = wholeWords || (start > 0 && index < bytes.length)
    if (index > start && isWhole) hashes.add(bytes.subarray(start, index).reduce(extend, hashSeed) | 0 || 1)
    start = index + 1
  }
  return [...hashes]
}

function trigramBits(bytes: Buffer): number[] {
  const bits = new Set<number>()
  for (let index = 2; index < bytes.length; index++) {
    bits.add(
      trigramBit((folded[bytes[index - 2]!]! << 16) | (folded[bytes[index - 1]!]! << 8) | folded[bytes[index]!]!),
    )
  }
  return [...bits]
}

export function mayContain({ words, trigrams }: Filters, probe: Probe): boolean {
  return probe.trigrams.every((bit) => hasTrigram(trigrams, bit)) && probe.words.every((key) => hasWord(words, key))
}

function hasTrigram(filter: Uint8Array, bit: number): boolean {
  const place = bit & (filter.length * 8 - 1)
  return (filter[place >>> 3]! & (1 << (place & 7))) !== 0
}

function hasWord(filter: Uint8Array, key: number): boolean {
  const first = finish(key)
  let at = finish(first ^ 0x9e3779b9)
  const step = (at >>> 9) | 1
  const start = (first % (filter.length / bucketBytes)) * bucketBytes
  for (let probe = 0; probe < probes; probe++, at = (at + step) | 0) {
    if ((filter[start + ((at >>> 3) & 63)]! & (1 << (at & 7))) === 0) return false
  }
  return true
}
