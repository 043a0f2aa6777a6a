import { ExactSum } from './goMath.ts'

/** Something about the samples from `lo` up to, but not including, `hi`. Both only ever grow from call to call. */
export type OverWindow = (lo: number, hi: number) => number

/** Below this, adding up every window anew costs less than keeping sums, and is to the bit what Prometheus does. */
const fewSamples = 32

/**
 * Sums of windows, each sample added twice however much the windows overlap: one sum to the left of a mark for each
 * beginning, and a running one to its right. Nothing is ever subtracted, so nothing is lost to cancellation.
 * `direct` gives the same for a window alone; it is asked where that is cheaper, and where a sum is not finite.
 */
export function slidingSum(values: Float64Array, direct: OverWindow, perSample: boolean): OverWindow {
  const left = new Float64Array(values.length)
  const leftLost = new Float64Array(values.length)
  let right = new ExactSum()
  let mark = 0
  let end = 0

  const moveMark = (lo: number, hi: number): void => {
    const sum = new ExactSum()
    for (let i = hi - 1; i >= lo; i--) {
      sum.add(values[i]!)
      left[i] = sum.sum
      leftLost[i] = sum.lost
    }
    right = new ExactSum()
    mark = end = hi
  }

  return (lo, hi) => {
    if (hi - lo <= fewSamples) return direct(lo, hi)
    if (lo >= mark) moveMark(lo, hi)
    else while (end < hi) right.add(values[end++]!)
    const total = new ExactSum()
    total.add(left[lo]!)
    total.add(right.sum)
    const sum = total.value + (leftLost[lo]! + right.lost)
    if (!Number.isFinite(sum)) return direct(lo, hi)
    return perSample ? sum / (hi - lo) : sum
  }
}

/** The value of every window that `better` finds, by the same division. */
export function slidingBest(values: Float64Array, better: (a: number, b: number) => number): OverWindow {
  const left = new Float64Array(values.length)
  let right = NaN
  let mark = 0
  let end = 0

  const moveMark = (lo: number, hi: number): void => {
    let best = NaN
    for (let i = hi - 1; i >= lo; i--) left[i] = best = better(best, values[i]!)
    right = NaN
    mark = end = hi
  }

  return (lo, hi) => {
    if (lo >= mark) moveMark(lo, hi)
    else while (end < hi) right = better(right, values[end++]!)
    return better(left[lo]!, right)
  }
}

/** Window after window in ascending order, with how many of it are NaN. */
export class SortedWindow {
  readonly #values: Float64Array
  readonly sorted: Float64Array
  count = 0
  nans = 0
  #lo = 0
  #hi = 0

  constructor(values: Float64Array) {
    this.#values = values
    this.sorted = new Float64Array(values.length)
  }

  moveTo(lo: number, hi: number): void {
    const changes = lo - this.#lo + (hi - this.#hi)
    if (lo >= this.#hi || changes > (hi - lo) / 4) this.#sort(lo, hi)
    else {
      for (let i = this.#lo; i < lo; i++) this.#remove(this.#values[i]!)
      for (let i = this.#hi; i < hi; i++) this.#insert(this.#values[i]!)
    }
    this.#lo = lo
    this.#hi = hi
  }

  #sort(lo: number, hi: number): void {
    this.count = this.nans = 0
    for (let i = lo; i < hi; i++) {
      const value = this.#values[i]!
      if (Number.isNaN(value)) this.nans++
      else this.sorted[this.count++] = value
    }
    this.sorted.subarray(0, this.count).sort()
  }

  #insert(value: number): void {
    if (Number.isNaN(value)) {
      this.nans++
      return
    }
    const index = this.#indexOf(value)
    this.sorted.copyWithin(index + 1, index, this.count++)
    this.sorted[index] = value
  }

  #remove(value: number): void {
    if (Number.isNaN(value)) {
      this.nans--
      return
    }
    this.sorted.copyWithin(this.#indexOf(value), this.#indexOf(value) + 1, this.count--)
  }

  /** The first that is not less. */
  #indexOf(value: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.sorted[middle]! < value) low = middle + 1
      else high = middle
    }
    return low
  }
}
