import type { RangeAggregation } from './ast.ts'
import type { Budget } from './evaluation.ts'
import { lineFolds, valueFolds, type Fold } from './folds.ts'
import type { Turn } from './select.ts'
import type { Series } from './series.ts'
import type { Windows } from './windows.ts'

/** What a series has in the cells. */
export interface Cells {
  add(cell: number, value: number): void
  fill(series: Series, windows: Windows, turn: Turn): Promise<void>
}

/** How the cells of one series are opened. */
export function cellsOf(expression: RangeAggregation, windows: Windows, budget: Budget): () => Cells {
  if (expression.op === 'quantile_over_time') {
    return () => {
      budget.spendSeries(0)
      return new EveryValue(expression.parameter!, budget)
    }
  }
  const fold = (expression.unwrap ? valueFolds : lineFolds)[expression.op]!
  return () => {
    // Also what comes of the cells.
    budget.spendSeries(windows.count * fold.width + windows.from.length)
    return new Folded(fold, windows)
  }
}

class Folded implements Cells {
  readonly #fold: Fold
  readonly #numbers: Float64Array

  constructor(fold: Fold, windows: Windows) {
    this.#fold = fold
    this.#numbers = new Float64Array(windows.count * fold.width)
  }

  add(cell: number, value: number): void {
    this.#fold.add(this.#numbers, cell * this.#fold.width, value)
  }

  async fill(series: Series, windows: Windows, turn: Turn): Promise<void> {
    if (turn.isOver) await turn.pass()
    if (this.#fold.width === 1) this.#fillCounts(series, windows)
    else await this.#fillMerged(series, windows, turn)
  }

  /** Whole numbers: the sum over a window is the difference of two running sums. */
  #fillCounts({ values, has }: Series, { from, to, count, rangeS }: Windows): void {
    const running = new Float64Array(count + 1)
    for (let cell = 0; cell < count; cell++) running[cell + 1] = running[cell]! + this.#numbers[cell]!
    const total = new Float64Array(1)
    for (let step = 0; step < values.length; step++) {
      total[0] = running[to[step]!]! - running[from[step]!]!
      if (total[0] === 0) continue
      has[step] = 1
      values[step] = this.#fold.result(total, 0, rangeS)
    }
  }

  /**
   * A window slides over the cells; each is merged twice, however long the window is. `older` holds, for every cell up
   * to `middle`, all from there to `middle`; `newer` what came after.
   */
  async #fillMerged({ values, has }: Series, { from, to, count, rangeS }: Windows, turn: Turn): Promise<void> {
    const { width, result } = this.#fold
    const older = new Float64Array(count * width)
    const newer = new Float64Array(width)
    const merged = new Float64Array(width)
    let [middle, end] = [0, 0]
    for (let step = 0; step < values.length; step++) {
      const begin = from[step]!
      for (; end < to[step]!; end++) this.#join(newer, 0, this.#numbers, end * width)
      if (begin >= middle) {
        for (let cell = end - 1; cell >= begin; cell--) {
          older.set(this.#numbers.subarray(cell * width, (cell + 1) * width), cell * width)
          if (cell + 1 < end) this.#join(older, cell * width, older, (cell + 1) * width)
        }
        middle = end
        newer.fill(0)
      }
      merged.set(older.subarray(begin * width, (begin + 1) * width))
      this.#join(merged, 0, newer, 0)
      if (step % 256 === 0 && turn.isOver) await turn.pass()
      if (merged[0] === 0) continue
      has[step] = 1
      values[step] = result(merged, 0, rangeS)
    }
  }

  #join(cells: Float64Array, at: number, later: Float64Array, laterAt: number): void {
    if (later[laterAt] === 0) return
    if (cells[at] === 0) cells.set(later.subarray(laterAt, laterAt + this.#fold.width), at)
    else this.#fold.merge(cells, at, later, laterAt)
  }
}

/** Values in order of time, and their cells. */
class EveryValue implements Cells {
  readonly #quantile: number
  readonly #budget: Budget
  readonly #values: number[] = []
  readonly #cells: number[] = []

  constructor(quantile: number, budget: Budget) {
    this.#quantile = quantile
    this.#budget = budget
  }

  add(cell: number, value: number): void {
    this.#budget.spend(2)
    this.#values.push(value)
    this.#cells.push(cell)
  }

  async fill({ values, has }: Series, { from, to }: Windows, turn: Turn): Promise<void> {
    let [first, behind] = [0, 0]
    for (let step = 0; step < values.length; step++) {
      while (behind < this.#cells.length && this.#cells[behind]! < to[step]!) behind++
      while (first < behind && this.#cells[first]! < from[step]!) first++
      if (turn.isOver) await turn.pass()
      if (first === behind) continue
      has[step] = 1
      values[step] = quantile(this.#quantile, Float64Array.from(this.#values.slice(first, behind)).toSorted())
    }
  }
}

/** Between two values the weighted mean of both. */
function quantile(q: number, sorted: Float64Array): number {
  if (Number.isNaN(q) || q < 0) return -Infinity
  if (q > 1) return Infinity
  const rank = q * (sorted.length - 1)
  const lower = Math.floor(rank)
  const weight = rank - lower
  return sorted[lower]! * (1 - weight) + sorted[Math.min(sorted.length - 1, lower + 1)]! * weight
}
