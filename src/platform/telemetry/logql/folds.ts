import type { RangeOperation } from './ast.ts'

/**
 * How samples of a stretch of time are put together. A cell is `width` numbers, all 0 when there is no sample, of which
 * the first counts the samples; cells that follow each other can be merged.
 */
export interface Fold {
  width: number
  add(cells: Float64Array, at: number, value: number): void
  /** Puts the cell of `later` behind the one of `cells`; both have samples. */
  merge(cells: Float64Array, at: number, later: Float64Array, laterAt: number): void
  result(cells: Float64Array, at: number, rangeS: number): number
}

const counting = (result: Fold['result']): Fold => ({
  width: 1,
  add: (cells, at, value) => {
    cells[at]! += value
  },
  merge: (cells, at, later, laterAt) => {
    cells[at]! += later[laterAt]!
  },
  result,
})

/** Count and one number. */
const pairing = (join: (a: number, b: number) => number, result?: Fold['result']): Fold => ({
  width: 2,
  add: (cells, at, value) => {
    cells[at + 1] = cells[at] === 0 ? value : join(cells[at + 1]!, value)
    cells[at]!++
  },
  merge: (cells, at, later, laterAt) => {
    cells[at + 1] = join(cells[at + 1]!, later[laterAt + 1]!)
    cells[at]! += later[laterAt]!
  },
  result: result ?? ((cells, at) => cells[at + 1]!),
})

/** Count, mean and the sum of squared distances from it. */
const spread = (result: (variance: number) => number): Fold => ({
  width: 3,
  add: (cells, at, value) => {
    const count = ++cells[at]!
    const distance = value - cells[at + 1]!
    cells[at + 1]! += distance / count
    cells[at + 2]! += distance * (value - cells[at + 1]!)
  },
  merge: (cells, at, later, laterAt) => {
    const [before, behind] = [cells[at]!, later[laterAt]!]
    const distance = later[laterAt + 1]! - cells[at + 1]!
    cells[at] = before + behind
    cells[at + 1]! += (distance * behind) / (before + behind)
    cells[at + 2]! += later[laterAt + 2]! + (distance * distance * before * behind) / (before + behind)
  },
  result: (cells, at) => result(cells[at + 2]! / cells[at]!),
})

/** Count, first value, last value, and what was lost to resets of the counter. */
const counter: Fold = {
  width: 4,
  add: (cells, at, value) => {
    if (cells[at]!++ === 0) cells[at + 1] = value
    else if (value < cells[at + 2]!) cells[at + 3]! += cells[at + 2]!
    cells[at + 2] = value
  },
  merge: (cells, at, later, laterAt) => {
    if (later[laterAt + 1]! < cells[at + 2]!) cells[at + 3]! += cells[at + 2]!
    cells[at]! += later[laterAt]!
    cells[at + 2] = later[laterAt + 2]!
    cells[at + 3]! += later[laterAt + 3]!
  },
  // Loki takes Prometheus' formula with times in another unit, so that nothing is extrapolated.
  result: (cells, at, rangeS) => (cells[at]! < 2 ? 0 : (cells[at + 2]! - cells[at + 1]! + cells[at + 3]!) / rangeS),
}

const sum = (a: number, b: number): number => a + b

/** Folds of lines: each counts 1, or its bytes. */
export const lineFolds: Partial<Record<RangeOperation, Fold>> = {
  count_over_time: counting((cells, at) => cells[at]!),
  rate: counting((cells, at, rangeS) => cells[at]! / rangeS),
  // A line may be empty, so that the bytes alone do not say whether there is one.
  bytes_over_time: pairing(sum),
  bytes_rate: pairing(sum, (cells, at, rangeS) => cells[at + 1]! / rangeS),
  absent_over_time: counting((cells, at) => cells[at]!),
}

/** Folds of unwrapped values. Quantiles have none: they need every value. */
export const valueFolds: Partial<Record<RangeOperation, Fold>> = {
  sum_over_time: pairing(sum),
  rate: pairing(sum, (cells, at, rangeS) => cells[at + 1]! / rangeS),
  rate_counter: counter,
  avg_over_time: pairing(sum, (cells, at) => cells[at + 1]! / cells[at]!),
  min_over_time: pairing((a, b) => (b < a || Number.isNaN(a) ? b : a)),
  max_over_time: pairing((a, b) => (b > a || Number.isNaN(a) ? b : a)),
  first_over_time: pairing((first) => first),
  last_over_time: pairing((_, last) => last),
  stddev_over_time: spread(Math.sqrt),
  stdvar_over_time: spread((variance) => variance),
  absent_over_time: pairing((_, last) => last),
}
