import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { quantileOf } from './goMath.ts'
import { slidingBest, slidingSum, SortedWindow, type OverWindow } from './sliding.ts'

const values = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double(), fc.constant(NaN)), {
  minLength: 1,
  maxLength: 200,
})

/** Windows of which both ends only grow, none of them empty. */
const windows = (length: number) =>
  fc.array(fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 60 })), { maxLength: 30 }).map((moves) => {
    const found: [number, number][] = []
    let [lo, hi] = [0, 0]
    for (const [byLo, byHi] of moves) {
      hi = Math.min(length, Math.max(hi + byHi, lo + byLo + 1))
      lo = Math.min(lo + byLo, hi - 1)
      found.push([lo, hi])
    }
    return found
  })

const cases = values.chain((list) => fc.tuple(fc.constant(Float64Array.from(list)), windows(list.length)))

const close = (a: number, b: number, scale: number): boolean =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-12 * scale

test('sums and means of windows are those of each window alone', () => {
  fc.assert(
    fc.property(cases, fc.boolean(), ([list, moves], perSample) => {
      const direct: OverWindow = (lo, hi) => {
        const sum = list.subarray(lo, hi).reduce((total, value) => total + value, 0)
        return perSample ? sum / (hi - lo) : sum
      }
      const sliding = slidingSum(list, direct, perSample)
      for (const [lo, hi] of moves) {
        const scale = list.subarray(lo, hi).reduce((total, value) => total + Math.abs(value), 0)
        const [found, expected] = [sliding(lo, hi), direct(lo, hi)]
        assert.ok(close(found, expected, scale), `${found} instead of ${expected}`)
      }
    }),
  )
})

test('nothing of a huge value is left once it is out of the window', () => {
  const list = Float64Array.from({ length: 400 }, (_, index) => (index === 50 ? 1e300 : 0.1))
  const sum = slidingSum(list, () => NaN, false)
  const sums = Array.from({ length: 300 }, (_, lo) => sum(lo, lo + 100))
  assert.ok(sums.slice(51).every((value) => Math.abs(value - 10) < 1e-12))
})

test('the best of windows are those of each window alone', () => {
  fc.assert(
    fc.property(cases, ([list, moves]) => {
      const least = slidingBest(list, (a, b) => (b < a || Number.isNaN(a) ? b : a))
      for (const [lo, hi] of moves) {
        const numbers = [...list.subarray(lo, hi)].filter((value) => !Number.isNaN(value))
        const expected = numbers.length > 0 ? Math.min(...numbers) : NaN
        const found = least(lo, hi)
        assert.ok(found === expected || (Number.isNaN(found) && Number.isNaN(expected)))
      }
    }),
  )
})

test('sorted windows hold what each window alone would', () => {
  fc.assert(
    fc.property(cases, ([list, moves]) => {
      const window = new SortedWindow(list)
      for (const [lo, hi] of moves) {
        window.moveTo(lo, hi)
        const numbers = list
          .subarray(lo, hi)
          .filter((value) => !Number.isNaN(value))
          .toSorted()
        assert.equal(window.nans, hi - lo - numbers.length)
        assert.deepEqual([...window.sorted.subarray(0, window.count)].map(plain), [...numbers].map(plain))
      }
    }),
  )
})

/** Without the sign of zero, by which nothing is sorted. */
const plain = (value: number): number => value + 0

test('quantiles lie between the values nearest to them, and NaN comes before all', () => {
  const sorted = Float64Array.of(1, 2, 3)
  assert.equal(quantileOf(0.5, sorted, 0, 3, 0), 2)
  assert.equal(quantileOf(0.25, sorted, 0, 3, 0), 1.5)
  assert.equal(quantileOf(-1, sorted, 0, 3, 0), -Infinity)
  assert.equal(quantileOf(2, sorted, 0, 3, 0), Infinity)
  assert.ok(Number.isNaN(quantileOf(0, sorted, 0, 3, 1)))
  assert.equal(quantileOf(1, sorted, 0, 3, 1), 3)
  assert.ok(Number.isNaN(quantileOf(0.5, sorted, 0, 0, 0)))
})
