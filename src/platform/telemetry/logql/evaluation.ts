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
}
