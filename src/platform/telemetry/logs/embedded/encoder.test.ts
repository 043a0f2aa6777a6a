import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBlock, type RawBlock } from './encode.ts'
import { Encoder } from './encoder.ts'

/** So many that the block is not encoded at once. */
const lineParts = 4_000

function blockOf(encoder: Encoder, labels: RawBlock['labels']): RawBlock {
  const bytes = Buffer.from(`one\n${'and two '.repeat(lineParts)}\n`)
  const text = encoder.memory(bytes.length)
  text.set(bytes)
  return {
    generation: 1,
    offsets: Float64Array.of(1, 2),
    severities: Uint8Array.of(0, 3),
    streams: Int32Array.of(0, 0),
    labels,
    ordinals: Uint32Array.of(0, 1),
    starts: Uint32Array.of(0, 4, bytes.length),
    text,
    frameRows: [0, 2],
    metadata: [null],
  }
}

test('blocks are encoded in a thread as they would be here, also after one that the thread died of', async () => {
  const encoder = new Encoder()
  const expected = encodeBlock(blockOf(encoder, [{ app: 'a' }]))
  for (let round = 0; round < 2; round++) {
    for (let block = 0; block < 2; block++) {
      const { head, columns, frames } = await encoder.encode(blockOf(encoder, [{ app: 'a' }]))
      assert.deepEqual(Buffer.from(head), expected.head)
      assert.deepEqual(Buffer.from(columns), expected.columns)
      assert.deepEqual(Buffer.from(frames[0]!.text), expected.frames[0]!.text)
    }
    await assert.rejects(encoder.encode(blockOf(encoder, [])), TypeError)
  }
  await encoder.close()
})

test('a thread that is closed under way is told of, and closing twice is nothing', async () => {
  const encoder = new Encoder()
  const encoding = assert.rejects(encoder.encode(blockOf(encoder, [{ app: 'a' }])), /has ended/)
  await encoder.close()
  await encoding
  await encoder.close()
})
