import type { Probe } from './lines.ts'

/**
 * Two filters per block. Words: a Bloom filter whose bits for one word share 64 bytes; it also knows pieces of long
 * words, so that an id is found that stands within a longer one. Trigrams: a bit for each sequence of three bytes. Both
 * take ASCII letters of either case for the same and never deny what is there.
 */
export interface Filters {
  words: Uint8Array
  trigrams: Uint8Array
}

const bucketBytes = 64
const bucketBits = 512
const bitsPerWord = 13
const probes = 7
/** Bits of a trigram filter for each trigram that is there. */
const bitsPerTrigram = 4
const trigramBytesMin = 64

/** Bytes of words: letters, digits, `_` and whatever is not ASCII. */
export const isWordByte = new Uint8Array(256)
/** Letters and digits by themselves, the rest in groups, in 6 bits; bytes of words have `wordBit` as well. */
const wordBit = 64
const classes = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) {
  const lower = byte >= 65 && byte <= 90 ? byte + 32 : byte
  const isLetter = lower >= 97 && lower <= 122
  const isDigit = byte >= 48 && byte <= 57
  isWordByte[byte] = isLetter || isDigit || byte === 95 || byte >= 128 ? 1 : 0
  classes[byte] = isLetter ? lower - 97 : isDigit ? byte - 48 + 26 : 36 + (byte % 28)
  classes[byte]! |= isWordByte[byte]! * wordBit
}

const trigramCount = 1 << 18

const classOf = (byte: number): number => classes[byte]! & 63

/**
 * Of the pieces of six bytes that begin at eleven places one after the other, the one with the least hash is kept. So
 * whatever stretch of a word is looked for, from 16 bytes on, it has a piece that was kept as well.
 */
const pieceBytes = 6
const pieceWindow = 11
const longWordBytes = pieceBytes + pieceWindow - 1

const hashSeed = 0x811c9dc5 | 0
/** The bit that tells small letters from capitals is set; other signs that differ in it alone pass for the same. */
const extend = (hash: number, byte: number): number => Math.imul(hash ^ (byte | 0x20), 0x01000193)

const lineFeed = 10

const slotOf = (key: number, slots: number): number => (Math.imul(key, 0x9e3779b1) >>> 7) & (slots - 1)

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** Which sequences of three bytes there are. */
export class TrigramFilter {
  /** 1 for each that was met. */
  readonly marks = new Uint8Array(trigramCount)
  readonly #fours = new Uint32Array(this.marks.buffer)

  reset(): void {
    this.marks.fill(0)
  }

  /** The part of a text from `from` up to `to`. */
  add(text: Uint8Array, from: number, to: number): void {
    let trigram = (classOf(text[from]!) << 6) | classOf(text[from + 1]!)
    for (let at = from + 2; at < to; at++) {
      trigram = ((trigram << 6) | classOf(text[at]!)) & (trigramCount - 1)
      this.marks[trigram] = 1
    }
  }

  build(): Uint8Array {
    const trigrams: number[] = []
    // Most were not met: they are passed over by fours.
    for (let four = 0; four < this.#fours.length; four++) {
      if (this.#fours[four] === 0) continue
      for (let trigram = four * 4; trigram < four * 4 + 4; trigram++) {
        if (this.marks[trigram] === 1) trigrams.push(trigram)
      }
    }
    let bytes = trigramBytesMin
    while (bytes * 8 < trigrams.length * bitsPerTrigram) bytes *= 2
    const filter = new Uint8Array(bytes)
    for (const trigram of trigrams) {
      const place = trigramPlace(trigram, bytes)
      filter[place >>> 3]! |= 1 << (place & 7)
    }
    return filter
  }

  static has(filter: Uint8Array, trigram: number): boolean {
    const place = trigramPlace(trigram, filter.length)
    return (filter[place >>> 3]! & (1 << (place & 7))) !== 0
  }
}

type OnWord = (hash: number, from: number, to: number, line: number) => void

/** Collects what is in the text of one block; used again for the next. */
export class FilterBuilder {
  #table = new Int32Array(1 << 15)
  #count = 0
  readonly #trigrams = new TrigramFilter()

  reset(): void {
    this.#table.fill(0)
    this.#count = 0
    this.#trigrams.reset()
  }

  /** Lines begin at `starts`. `onWord` is told of every word: its hash, where it stands, and in which line. */
  add(text: Uint8Array, starts: Uint32Array, onWord: OnWord): void {
    const trigrams = this.#trigrams.marks
    let trigram = 0
    let line = 0
    for (let index = 0; index < text.length; index++) {
      const start = index
      let hash = hashSeed
      let signs = classes[text[index]!]!
      while (signs >= wordBit) {
        trigram = ((trigram << 6) | (signs & 63)) & (trigramCount - 1)
        trigrams[trigram] = 1
        hash = extend(hash, text[index]!)
        if (++index === text.length) break
        signs = classes[text[index]!]!
      }
      if (index > start) {
        this.#addWord(text, hash, start, index)
        onWord(hash, start, index, line)
        if (index === text.length) break
      }
      trigram = ((trigram << 6) | (signs & 63)) & (trigramCount - 1)
      trigrams[trigram] = 1
      // A line may have line feeds itself.
      if (text[index] === lineFeed && index + 1 === starts[line + 1]) line++
    }
  }

  build(): Filters {
    return { words: this.#wordFilter(), trigrams: this.#trigrams.build() }
  }

  #addWord(text: Uint8Array, hash: number, from: number, to: number): void {
    if (to - from >= longWordBytes) for (const piece of keptPieces(text, from, to)) this.#insert(piece)
    // Most words were there before, and are found at the first look.
    if (this.#table[slotOf(hash, this.#table.length)] !== hash) this.#insert(hash)
  }

  #insert(hash: number): void {
    const key = hash | 0 || 1
    const table = this.#table
    const mask = table.length - 1
    let slot = slotOf(key, table.length)
    for (let found = table[slot]!; found !== 0; found = table[slot]!) {
      if (found === key) return
      slot = (slot + 1) & mask
    }
    table[slot] = key
    if (++this.#count * 2 > table.length) this.#grow()
  }

  #grow(): void {
    const keys = this.#table
    this.#table = new Int32Array(keys.length * 2)
    this.#count = 0
    for (const key of keys) if (key !== 0) this.#insert(key)
  }

  #wordFilter(): Uint8Array {
    // To the compiler a whole number too: it divides others many times as slowly.
    const buckets = Math.max(1, Math.ceil((this.#count * bitsPerWord) / bucketBits)) >>> 0
    const filter = new Uint8Array(buckets * bucketBytes)
    const table = this.#table
    for (let slot = 0; slot < table.length; slot++) {
      const key = table[slot]!
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

let hashes = new Uint32Array(256)

/** Hashes of the pieces of a long word that are kept. */
function keptPieces(bytes: Uint8Array, from: number, to: number): number[] {
  const count = to - from - pieceBytes + 1
  if (count > hashes.length) hashes = new Uint32Array(count * 2)
  for (let place = 0; place < count; place++) {
    let hash = hashSeed
    for (let at = from + place; at < from + place + pieceBytes; at++) hash = extend(hash, bytes[at]!)
    hashes[place] = finish(hash)
  }
  const kept: number[] = []
  for (let first = 0, least = -1; first + pieceWindow <= count; first++) {
    const last = first + pieceWindow - 1
    const before = least
    if (least >= first) least = hashes[last]! <= hashes[least]! ? last : least
    else
      for (let place = (least = first) + 1; place <= last; place++) if (hashes[place]! <= hashes[least]!) least = place
    if (least !== before) kept.push(hashes[least]! | 0 || 1)
  }
  return kept
}

/** The bit of a trigram in a filter of so many bytes, a power of two. */
const trigramPlace = (trigram: number, bytes: number): number =>
  (Math.imul(trigram, 0x9e3779b1) >>> 8) & (bytes * 8 - 1)

/** As `FilterBuilder` tells it of a word. */
export const hashOfWord = (word: Uint8Array): number => word.reduce(extend, hashSeed)

/** `wholeWords`: the text stands alone, so that its first and last word are whole too. */
export function probeOf(text: string, wholeWords: boolean): Probe {
  const bytes = Buffer.from(text)
  return { words: wordHashes(bytes, wholeWords), trigrams: trigramsOf(bytes) }
}

function wordHashes(bytes: Buffer, wholeWords: boolean): number[] {
  const hashes = new Set<number>()
  let start = 0
  for (let index = 0; index <= bytes.length; index++) {
    if (index < bytes.length && isWordByte[bytes[index]!]) continue
    const isWhole = wholeWords || (start > 0 && index < bytes.length)
    if (index > start && isWhole) hashes.add(hashOfWord(bytes.subarray(start, index)) | 0 || 1)
    if (index - start >= longWordBytes) for (const piece of keptPieces(bytes, start, index)) hashes.add(piece)
    start = index + 1
  }
  // One that hashes to the seed passes for no word when filters are built.
  hashes.delete(hashSeed)
  return [...hashes]
}

function trigramsOf(bytes: Buffer): number[] {
  const trigrams = new Set<number>()
  for (let index = 2; index < bytes.length; index++) {
    trigrams.add((classOf(bytes[index - 2]!) << 12) | (classOf(bytes[index - 1]!) << 6) | classOf(bytes[index]!))
  }
  return [...trigrams]
}

/** A part of a filter, from a multiple of `partBytes` on. */
export type ReadPart = (part: number) => Uint8Array

/**
 * Filters are kept, and read, in parts of so many bytes: asking for a word looks at one. A whole number of buckets, and
 * two fit into a page of the file.
 */
export const partBytes = 63 * bucketBytes

/** Whether a filter of `bytes` bytes has a trigram. */
export function hasTrigram(bytes: number, read: ReadPart, trigram: number): boolean {
  const place = trigramPlace(trigram, bytes)
  const byte = place >>> 3
  return (read(Math.floor(byte / partBytes))[byte % partBytes]! & (1 << (place & 7))) !== 0
}

export function hasWord(bytes: number, read: ReadPart, key: number): boolean {
  const first = finish(key)
  let at = finish(first ^ 0x9e3779b9)
  const step = (at >>> 9) | 1
  const start = (first % (bytes / bucketBytes)) * bucketBytes
  const part = read(Math.floor(start / partBytes))
  const inPart = start % partBytes
  for (let probe = 0; probe < probes; probe++, at = (at + step) | 0) {
    if ((part[inPart + ((at >>> 3) & 63)]! & (1 << (at & 7))) === 0) return false
  }
  return true
}
