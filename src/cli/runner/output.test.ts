import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { until } from '../../../test/support/until.ts'
import { Output, type Piece } from './output.ts'

const collect = (kept = (_piece: Piece): boolean => true) => {
  const pieces: Piece[] = []
  const output = new Output(async (piece) => {
    pieces.push(piece)
    return { kept: kept(piece) }
  })
  return { pieces, output, text: () => pieces.map(({ text }) => text).join('') }
}

describe('output of a command', () => {
  test('arrives whole and numbered, in pieces that split no character', async () => {
    const { pieces, output, text } = collect()
    const long = '🎉'.repeat(20_000)
    output.write('stdout', `x${long}`)
    output.write('stderr', 'oh')
    output.write('stdout', 'end')
    await output.finish()
    assert.equal(text(), `x${long}ohend`)
    assert.deepEqual(
      pieces.map(({ seq }) => seq),
      pieces.map((_, index) => index),
    )
    assert.ok(pieces.every((piece) => piece.text.length <= 16_384 && piece.text.isWellFormed()))
    assert.equal(pieces.at(-2)!.stream, 'stderr')
  })

  test('many small writes become few pieces', async () => {
    const { pieces, output } = collect()
    for (let index = 0; index < 1_000; index++) output.write('stdout', 'line\n')
    await output.finish()
    assert.equal(pieces.length, 1)
  })

  test('what the server no longer keeps is not sent', async () => {
    const { pieces, output } = collect(() => false)
    output.write('stdout', 'y'.repeat(100_000))
    await output.finish()
    output.write('stdout', 'more')
    await output.finish()
    assert.equal(pieces.length, 1)
  })

  test('while nobody takes it only so much is kept, and what is left out is counted', async () => {
    const gate = Promise.withResolvers<void>()
    const pieces: Piece[] = []
    const output = new Output(async (piece) => {
      pieces.push(piece)
      await gate.promise
      return { kept: true }
    })
    output.write('stdout', 'a'.repeat(1024 * 1024))
    await until('the first piece is on its way', () => pieces.length === 1)
    output.write('stdout', 'b'.repeat(20_000))
    gate.resolve()
    await output.finish()
    assert.equal(pieces.at(-1)!.text, '[20000 characters are left out]\n')
  })
})
