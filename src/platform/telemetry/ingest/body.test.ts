import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { compressSync } from 'snappy'
import { encodingOf, unpack, type Encoding } from './body.ts'
import { defaultCaps } from './caps.ts'
import { refused } from './testing.ts'

const packers: [Encoding, (bytes: Buffer) => Buffer][] = [
  ['gzip', (bytes) => gzipSync(bytes)],
  ['deflate', (bytes) => deflateSync(bytes)],
  ['deflate', (bytes) => deflateRawSync(bytes)],
  ['zstd', (bytes) => zstdCompressSync(bytes)],
  ['snappy', (bytes) => compressSync(bytes)],
  ['none', (bytes) => bytes],
]
const random = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7_919 * index) % 251))

describe('unpack', () => {
  for (const [encoding, pack] of packers) {
    it(`reads ${encoding}, small and large`, async () => {
      for (const bytes of [Buffer.alloc(0), Buffer.from('text'), random])
        assert.deepEqual(await unpack(pack(bytes), encoding, defaultCaps), bytes)
    })

    it(`refuses a bomb of ${encoding} without paying for it`, async () => {
      const bomb = encoding === 'none' ? Buffer.alloc(300e6) : pack(Buffer.alloc(300e6))
      const before = process.memoryUsage()
      const startedMs = performance.now()
      await assert.rejects(unpack(bomb, encoding, defaultCaps), refused('PAYLOAD_TOO_LARGE', /request body too large/))
      const tookMs = performance.now() - startedMs
      const after = process.memoryUsage()
      assert.ok(tookMs < 1_000, `took ${tookMs} ms`)
      const grownMb = (after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed) / 1024 ** 2
      assert.ok(grownMb < 80, `grew by ${grownMb} MiB`)
    })

    it(`refuses what is not ${encoding}`, async () => {
      if (encoding === 'none') return
      const broken = pack(random).subarray(0, 100)
      for (const bytes of [Buffer.from('not packed at all'), broken, Buffer.from([0xff])])
        await assert.rejects(unpack(bytes, encoding, defaultCaps), refused('MALFORMED_REQUEST', /is not valid/))
    })
  }

  it('does not believe a length that the body cannot have', async () => {
    const lies = Buffer.concat([Buffer.from([0x80, 0x80, 0x80, 0x10]), Buffer.from('short')])
    await assert.rejects(
      unpack(lies, 'snappy', defaultCaps),
      refused('MALFORMED_REQUEST', /5? ?bytes cannot hold 33554432/),
    )
  })
})

describe('encodingOf', () => {
  it('takes the usual spellings and names what is accepted', () => {
    assert.equal(encodingOf(undefined, ['none']), 'none')
    assert.equal(encodingOf(' X-GZIP ', ['gzip']), 'gzip')
    assert.throws(
      () => encodingOf('gzip, zstd', ['none', 'gzip']),
      refused('UNSUPPORTED_MEDIA_TYPE', /send gzip or none/),
    )
    assert.throws(() => encodingOf('constructor', ['gzip']), refused('UNSUPPORTED_MEDIA_TYPE', /constructor/))
  })
})
