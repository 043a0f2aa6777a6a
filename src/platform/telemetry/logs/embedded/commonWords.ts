import { hashOfWord, isWordByte, probeOf, TrigramFilter } from './filters.ts'
import { compress, decompress } from './zstd.ts'

/** Shorter ones have no trigrams. */
const wordBytesMin = 3
const wordBytesMax = 64
const sampleLines = 256
/** Of each. */
const sampleBytesMax = 2_048
/** In so many of the sampled lines a word stands that is counted in all. */
const sampledMin = 3
const wordsMax = 128
const slots = 1_024

interface Counted {
  bytes: Buffer
  /** Where its bits begin: one for each line. */
  rowsAt: number
  lines: number
  lastLine: number
}

/**
 * Marks the lines that have a word, for words that many lines of a block have, and keeps the trigrams of all other
 * words. So a text within a word can be counted and found without the lines, where no other word has it. Used for one
 * block after the other.
 */
export class CommonWords {
  readonly #others = new TrigramFilter()
  readonly #slots: Counted[][] = Array.from({ length: slots }, () => [])
  #words: Counted[] = []
  #rows = new Uint8Array(0)

  /** Begins with a block. */
  begin(text: Uint8Array, starts: Uint32Array): void {
    this.#others.reset()
    for (const slot of this.#slots) slot.length = 0
    const rowBytes = rowBytesOf(starts.length - 1)
    this.#words = sampledWords(text, starts).map((bytes, at) => ({
      bytes,
      rowsAt: at * rowBytes,
      lines: 0,
      lastLine: -1,
    }))
    this.#rows = new Uint8Array(this.#words.length * rowBytes)
    for (const word of this.#words) this.#slotOf(hashOfWord(word.bytes)).push(word)
  }

  /** Takes a word of the text; `hash` is that of `hashOfWord`. */
  add(text: Uint8Array, hash: number, from: number, to: number, line: number): void {
    if (to - from < wordBytesMin) return
    for (const word of this.#slotOf(hash)) {
      if (!isAt(word.bytes, text, from, to)) continue
      if (word.lastLine !== line) word.lines++
      word.lastLine = line
      this.#rows[word.rowsAt + (line >>> 3)]! |= 1 << (line & 7)
      return
    }
    this.#others.add(text, from, to)
  }

  /** `[[word, lines], ...]` in JSON behind its length, and the filter of what the other words have. */
  encode(): Buffer {
    const words = Buffer.from(JSON.stringify(this.#words.map(({ bytes, lines }) => [bytes.toString(), lines])))
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32LE(words.length)
    return Buffer.concat([length, words, this.#others.build()])
  }

  /** For each of the words a bit for each line. */
  encodeRows(): Buffer {
    return compress(this.#rows)
  }

  #slotOf(hash: number): Counted[] {
    return this.#slots[(hash ^ (hash >>> 15)) & (slots - 1)]!
  }
}

function isAt(word: Buffer, text: Uint8Array, from: number, to: number): boolean {
  if (word.length !== to - from) return false
  for (let at = 0; at < word.length; at++) if (word[at] !== text[from + at]) return false
  return true
}

/** The commonest words of some of the lines. */
function sampledWords(text: Uint8Array, starts: Uint32Array): Buffer[] {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.length)
  const counts = new Map<string, number>()
  const step = Math.max(1, Math.floor((starts.length - 1) / sampleLines))
  for (let row = 0; row + 1 < starts.length; row += step) {
    const from = starts[row]!
    const line = bytes.toString('latin1', from, Math.min(starts[row + 1]! - 1, from + sampleBytesMax))
    for (const word of new Set(line.match(/[\w\x80-\xff]+/g))) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return [...counts]
    .filter(([{ length }, count]) => length >= wordBytesMin && length <= wordBytesMax && count >= sampledMin)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, wordsMax)
    .map(([word]) => Buffer.from(word, 'latin1'))
}

/** What is looked for in the words of a block. */
export interface WordText {
  text: string
  caseSensitive: boolean
  /** Nothing else in the same word. */
  word: boolean
}

const rowBytesOf = (rows: number): number => (rows + 7) >>> 3

/** How many lines have a text, as the common words of their block tell; null where they do not. */
export function linesWith(commonWords: Buffer, wanted: WordText): number | null {
  const having = wordsWith(commonWords, wanted)
  // Of several, they do not say how many lines have more than one.
  return having === null || having.length > 1 ? null : (having[0]?.lines ?? 0)
}

/** A mark for each of the `length` lines of a block, 1 where it has a text; null where its common words do not tell. */
export function rowsWith(commonWords: Buffer, wordRows: Buffer, length: number, wanted: WordText): Uint8Array | null {
  const having = wordsWith(commonWords, wanted)
  if (having === null) return null
  const rowBytes = rowBytesOf(length)
  const marks = new Uint8Array(length)
  const bits = having.length === 0 ? wordRows : decompress(wordRows)
  for (const { at } of having) {
    for (let row = 0; row < length; row++) marks[row]! |= (bits[at * rowBytes + (row >>> 3)]! >> (row & 7)) & 1
  }
  return marks
}

/** The common words that have a text, and where they stand in the list; null where other words may have it too. */
function wordsWith(
  commonWords: Buffer,
  { text, caseSensitive, word }: WordText,
): { at: number; lines: number }[] | null {
  const needle = Buffer.from(text)
  if (needle.length < wordBytesMin || !needle.every((byte) => isWordByte[byte] === 1)) return null
  const wordsEnd = 4 + commonWords.readUInt32LE()
  const others = commonWords.subarray(wordsEnd)
  if (probeOf(text, false).trigrams.every((trigram) => TrigramFilter.has(others, trigram))) return null
  const words = JSON.parse(commonWords.toString('utf8', 4, wordsEnd)) as [word: string, lines: number][]
  const wanted = caseSensitive ? text : lower(text)
  return words
    .map(([one, lines], at) => ({ own: caseSensitive ? one : lower(one), lines, at }))
    .filter(({ own }) => (word ? own === wanted : own.includes(wanted)))
}

const lower = (text: string): string => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
