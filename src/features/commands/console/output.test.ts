import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isNext, linesOf, nothing, plain, withPieces, type Piece } from './output.ts'

const piece = (seq: number, text: string, stream: Piece['stream'] = 'stdout'): Piece => ({
  seq,
  at: '2026-11-22T10:00:00Z',
  stream,
  text,
})
const shown = (pieces: Piece[]): string[] => linesOf(pieces).map(({ stream, text }) => `${stream} ${text}`)

describe('output of a command', () => {
  it('is in lines wherever the pieces end', () => {
    assert.deepEqual(shown([piece(0, 'one\ntw'), piece(1, 'o\n\nthree')]), [
      'stdout one',
      'stdout two',
      'stdout ',
      'stdout three',
    ])
    assert.deepEqual(shown([piece(0, 'one\n')]), ['stdout one'])
  })

  it('of both streams does not break into the lines of the other', () => {
    assert.deepEqual(shown([piece(0, 'half'), piece(1, 'bad\n', 'stderr'), piece(2, ' done\n')]), [
      'stdout half done',
      'stderr bad',
    ])
  })

  it('has every line whatever the pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.constantFrom('a', 'b', '\n')).map((signs) => signs.join(''))), (texts) => {
        const lines = linesOf(texts.map((text, seq) => piece(seq, text))).map(({ text }) => text)
        assert.equal(lines.join('\n'), texts.join('').replace(/\n$/, ''))
      }),
    )
  })

  it('is read without colours, titles and what a progress bar wrote before', () => {
    assert.equal(plain('\u001B[1;31mred\u001B[0m \u001B]0;title\u0007text'), 'red text')
    assert.equal(plain('10 %\r50 %\r100 %\r'), '100 %')
    assert.equal(plain('a\tb'), 'a\tb')
  })

  it('shows signs that nobody would see', () => {
    assert.equal(plain('user\u202Egpj.exe\u0007'), 'user\\u202egpj.exe\\x07')
  })

  it('is known once each, in order', () => {
    const first = withPieces(nothing, [piece(1, 'b'), piece(0, 'a'), piece(1, 'b')])
    assert.deepEqual(
      first.pieces.map(({ text }) => text),
      ['a', 'b'],
    )
    assert.equal(withPieces(first, [piece(1, 'b')]), first)
    assert.equal(withPieces(first, [], true).truncated, true)
  })

  it('that follows on what is known is told from what has a gap before it', () => {
    const known = withPieces(nothing, [piece(0, 'a')])
    assert.equal(isNext(known, [piece(1, 'b'), piece(2, 'c')]), true)
    assert.equal(isNext(known, [piece(2, 'c')]), false)
    assert.equal(isNext(known, [piece(1, 'b'), piece(5, 'f')]), false)
  })
})
