import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { staleNan } from '../metrics.ts'
import { decodeChunk, encodeChunk } from './chunk.ts'

const startMs = Date.UTC(2026, 0, 1)

const bitsOf = (values: Float64Array): bigint[] => [...new BigUint64Array(values.slice().buffer)]

function again(
  times: Float64Array,
  values: Float64Array,
): { times: Float64Array; values: Float64Array; bytes: number } {
  const encoded = encodeChunk(times, values, 0, times.length).slice()
  const decoded = { times: new Float64Array(times.length + 3), values: new Float64Array(times.length + 3) }
  const count = decodeChunk(new Uint32Array(encoded.buffer), encoded, 0, decoded.times, decoded.values, 2)
  assert.equal(count, times.length)
  return {
    times: decoded.times.subarray(2, 2 + count),
    values: decoded.values.subarray(2, 2 + count),
    bytes: encoded.length,
  }
}

function assertLossless(times: Float64Array, values: Float64Array): number {
  const decoded = again(times, values)
  assert.deepEqual(decoded.times, times)
  assert.deepEqual(bitsOf(decoded.values), bitsOf(values))
  return decoded.bytes
}

const steady = (count: number): Float64Array => Float64Array.from({ length: count }, (_, at) => startMs + at * 15_000)

test('any doubles at any ascending times come back bit for bit', () => {
  const sample = fc.tuple(
    fc.oneof(fc.constant(15_000), fc.integer({ min: 1, max: 2 ** 40 })),
    fc.oneof(
      fc.double(),
      fc.integer(),
      fc.constantFrom(0, -0, Infinity, -Infinity, NaN, 5e-324, Number.MAX_VALUE, 2 ** 53),
      fc.integer({ min: -1e9, max: 1e9 }).map((whole) => whole / 1_000),
      fc.maxSafeInteger(),
    ),
  )
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 300 }), (samples) => {
      let time = startMs
      const times = Float64Array.from(samples, ([step]) => (time += step))
      assertLossless(
        times,
        Float64Array.from(samples, ([, value]) => value),
      )
    }),
    { numRuns: 500 },
  )
})

test('every width of difference comes back', () => {
  for (let bits = 0; bits <= 50; bits++) {
    const values = Float64Array.from({ length: 100 }, (_, at) =>
      at % 3 === 0 ? 2 ** bits - 1 : (at * 7919) % 2 ** bits,
    )
    assertLossless(steady(100), values)
    assertLossless(
      steady(100),
      values.map((value) => -value || 0),
    )
  }
})

test('a stale marker keeps its bits among decimals and costs a dozen bytes', () => {
  const values = Float64Array.from({ length: 480 }, (_, at) => 20 + (at % 10) / 10)
  const without = assertLossless(steady(480), values)
  new BigUint64Array(values.buffer)[479] = staleNan
  const with1 = assertLossless(steady(480), values)
  assert.ok(with1 - without <= 16, `${with1} - ${without}`)
})

test('a constant series of two hours takes 40 bytes at most', () => {
  assert.ok(assertLossless(steady(480), new Float64Array(480).fill(3.25)) <= 40)
})

test('a counter with noise takes about the bits of its noise', () => {
  let total = 0
  const values = Float64Array.from({ length: 480 }, (_, at) => (total += 1_000 + ((at * 7919) % 64)))
  const bytes = assertLossless(steady(480), values)
  assert.ok(bytes / 480 < 1.05, `${bytes / 480} bytes a sample`)
})
