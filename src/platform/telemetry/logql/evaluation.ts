import { AppError } from '#kernel/errors.ts'
import type { LogOptions } from '../logs/logs.ts'
import type { LineSource } from './select.ts'

/** The moments at which a metric query is answered: `steps` of them, `stepNs` apart. */
export interface Grid {
  startNs: bigint
  stepNs: number
  steps: number
}

/** What evaluating a metric query needs beside the expression. */
export interface Evaluation {
  grid: Grid
  store: LineSource
  options: LogOptions
  /** ms since 1970, for templates. */
  now: () => number
  budget: Budget
}

/** What the series of a query may take while they are made, however many aggregations it has: 128 MB. */
const numbersMax = 16_000_000
/** Numbers that the labels of a series take as much as. */
const numbersPerSeries = 64

export class Budget {
  #numbers = 0

  /** @throws AppError VALIDATION_FAILED when it is used up */
  spend(numbers: number): void {
    this.#numbers += numbers
    if (this.#numbers > numbersMax) {
      throw new AppError(
        'VALIDATION_FAILED',
        'the query makes too many series and samples; narrow its selector or time range, enlarge its step, or aggregate with sum by',
      )
    }
  }

  spendSeries(numbers: number): void {
    this.spend(numbersPerSeries + numbers)
  }
}
