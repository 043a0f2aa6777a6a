import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FilterBuilder, hasTrigram, hasWord, partBytes, probeOf, type Filters } from './filters.ts'

const readerOf = (bytes: Uint8Array) => (part: number) => bytes.subarray(part * partBytes, (part + 1) * partBytes)

function mayContain({ words, trigrams }: Filters, text: string, wholeWords = false): boolean {
  const probe = probeOf(text, wholeWords)
  return (
    probe.words.every((word) => hasWord(words.length, readerOf(words), word)) &&
    probe.trigrams.every((trigram) => hasTrigram(trigrams.length, readerOf(trigrams), trigram))
  )
}

function filtersOf(text: string): Filters {
  const builder = new FilterBuilder()
  builder.reset()
  builder.add(Buffer.from(text), new Uint32Array(0), () => undefined)
  return builder.build()
}

const hex = (index: number): string =>
  [1, 2, 3, 4].map((part) => (Math.imul(index * 4 + part, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')).join('')

const ids = Array.from({ length: 3_000 }, (_, index) => hex(index))
const text = ids.map((id, index) => `{"id":"${id}","path":"/users/${index}","Größe":${index}}\n`).join('')
const filters = filtersOf(text)

describe('filters of a block', () => {
  test('never deny a part of the text, whatever its case', () => {
    for (let at = 0; at < text.length - 60; at += 61) {
      const part = text.slice(at, at + 1 + (at % 59))
      assert.ok(mayContain(filters, part), part)
      assert.ok(
        mayContain(
          filters,
          part.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase()),
        ),
        part,
      )
    }
    for (const id of ids) assert.ok(mayContain(filters, id, true), id)
  })

  test('deny nearly every word and every id that is not there, also as a part of a word', () => {
    const others = Array.from({ length: 2_000 }, (_, index) => hex(index + 1_000_000))
    const passed = (texts: string[], wholeWords: boolean): number =>
      texts.filter((one) => mayContain(filters, one, wholeWords)).length
    assert.ok(passed(others, true) < 20)
    assert.ok(passed(others, false) < 20)
    assert.ok(
      passed(
        others.map((id) => id.slice(5, 25)),
        false,
      ) < 60,
    )
    assert.equal(passed(['deadlock detected', 'zzz', 'out of memory'], false), 0)
  })
})
