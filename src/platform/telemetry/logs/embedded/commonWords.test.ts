import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBlock, type RawBlock } from './encode.ts'
import { linesWith, rowsWith, type WordText } from './commonWords.ts'

const lines = Array.from({ length: 2_000 }, (_, index) =>
  [
    `{"id":"${(Math.imul(index + 1, 0x9e3779b1) >>> 0).toString(16)}","msg":"request completed","status":${200 + (index % 5)}}`,
    `GET /users/${index} completed completed in ${index % 90} ms, Größe ${index % 7}`,
    `${index % 2 ? 'ERROR' : 'error'} incomplete job_${index} of tenant-${index % 11}`,
  ].at(index % 3),
) as string[]
/** Stands once, within another word than the others. */
/** Twice the same word, with a line feed between them. */
lines[778] = 'request\nrequest'
lines[777] = 'the uncompleted one, and a Größenordnung'

function blockOf(all: string[]): RawBlock {
  const text = new TextEncoder().encode(all.map((line) => `${line}\n`).join(''))
  const starts = new Uint32Array(all.length + 1)
  all.forEach((line, row) => (starts[row + 1] = starts[row]! + Buffer.byteLength(line) + 1))
  return {
    generation: 1,
    offsets: new Float64Array(all.length),
    severities: new Uint8Array(all.length),
    streams: new Int32Array(all.length),
    labels: [{}],
    ordinals: new Uint32Array(all.length),
    starts,
    text,
    frameRows: [0, all.length],
    metadata: [null],
  }
}

const block = encodeBlock(blockOf(lines))
const encoded = Buffer.from(block.commonWords)
const wordRows = Buffer.from(block.wordRows)
const told = (text: string, more: Partial<WordText> = {}): number | null =>
  linesWith(encoded, { text, caseSensitive: true, word: false, ...more })

const isIn = (line: string, { text, caseSensitive, word }: WordText): boolean => {
  const [one, wanted] = caseSensitive ? [line, text] : [line.toLowerCase(), text.toLowerCase()]
  return word ? one.split(/[^\w\x80-\uffff]+/).includes(wanted) : one.includes(wanted)
}

/** Rows that are told to have a text. */
const toldRows = (wanted: WordText): number[] | null => {
  const marks = rowsWith(encoded, wordRows, lines.length, wanted)
  return marks && [...marks.keys()].filter((row) => marks[row] === 1)
}

test('a text within common words is counted and found as if every line were read, or not at all', () => {
  const words = new Set(lines.slice(770, 790).flatMap((line) => line.split(/[^\w\x80-\uffff]+/)))
  let counted = 0
  let found = 0
  for (const word of words) {
    for (let from = 0; from < word.length; from += 2) {
      for (const to of [from + 1, from + 3, from + 5, word.length]) {
        const text = word.slice(from, to)
        for (const caseSensitive of [true, false]) {
          for (const whole of [true, false]) {
            const wanted = { text, caseSensitive, word: whole }
            const rows = toldRows(wanted)
            if (rows === null) continue
            found++
            const expected = [...lines.keys()].filter((row) => isIn(lines[row]!, wanted))
            assert.deepEqual(rows, expected, JSON.stringify(wanted))
            const count = linesWith(encoded, wanted)
            if (count === null) continue
            counted++
            assert.equal(count, expected.length, JSON.stringify(wanted))
          }
        }
      }
    }
  }
  assert.ok(counted > 100, `only ${counted} were counted`)
  assert.ok(found > counted, 'a text in several common words is found, though not counted')
})

test('what is counted: a common word, once for each line; what is not: parts of rare words, several words, signs', () => {
  assert.equal(told('request'), 667)
  assert.equal(told('tenant', { word: true }), 666)
  assert.equal(told('completed'), null, 'a rare word contains it')
  assert.equal(told('error', { caseSensitive: false }), null, 'two words that a line may have both')
  assert.equal(told('request completed'), null)
  assert.equal(told('ms'), null)
})
