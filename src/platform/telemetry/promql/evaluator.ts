import type { Displaced, Expression } from './ast.ts'
import type { Execution } from './execution.ts'
import { oneMoment, type Grid } from './grid.ts'
import type { StepSeries } from './stepSeries.ts'

/** What the kinds of expressions need of each other. */
export interface Evaluator {
  readonly execution: Execution
  /** Gives the series of an instant vector one by one, in any order; none without a value. */
  each(expression: Expression, grid: Grid, emit: (series: StepSeries) => void): Promise<void>
  /** All of them, held until the evaluation ends. */
  all(expression: Expression, grid: Grid): Promise<StepSeries[]>
  /** The values of a scalar at every step. */
  scalar(expression: Expression, grid: Grid): Promise<Float64Array>
  /** The moments that `offset` and `@` make of those of the grid. */
  displaced(displaced: Displaced, grid: Grid): Grid
}

export type Emit = (series: StepSeries) => void

/** With `@`, every step looks at the same moment. */
export function displacedGrid({ offsetMs, at }: Displaced, grid: Grid, ends: { fromMs: number; toMs: number }): Grid {
  if (at === undefined) return { ...grid, fromMs: grid.fromMs - offsetMs }
  const atMs = at === 'start' ? ends.fromMs : at === 'end' ? ends.toMs : at
  return { ...oneMoment(atMs - offsetMs), stepMs: 0, count: grid.count }
}
