import type { QueryOptions, QueryResult, PromValue, SampleSource, Series, TimeSpan } from '../metrics/metrics.ts'
import { eachAggregated } from './aggregation.ts'
import type { Displaced, Expression } from './ast.ts'
import { withoutParentheses } from './ast.ts'
import { eachOfBinary, scalarOf } from './binary.ts'
import { typeOf } from './check.ts'
import type { PromErrorType } from './errors.ts'
import { displacedGrid, type Emit, type Evaluator } from './evaluator.ts'
import { Execution } from './execution.ts'
import { eachOfCall, scalarOfCall } from './calls.ts'
import { oneMoment, stepsBetween, timesOf, type Grid } from './grid.ts'
import { isInvariant } from './invariance.ts'
import { inOrder, withoutName } from './labelSets.ts'
import { differWithoutName } from './names.ts'
import { isRangeVector, rangeAt } from './ranges.ts'
import { eachSelected } from './selectors.ts'
import { countOf, DistinctLabels, pointsOf, type StepSeries } from './stepSeries.ts'
import { AppError } from '#kernel/errors.ts'

/** The value of an expression at one moment. @throws AppError QUERY_FAILED, QUERY_TIMEOUT, or what aborted it */
export async function evaluateInstant(
  expression: Expression,
  atMs: number,
  source: SampleSource,
  options: QueryOptions = {},
): Promise<QueryResult> {
  using execution = new Execution(source, options)
  const grid = oneMoment(atMs)
  const evaluator = new Evaluation(execution, { fromMs: atMs, toMs: atMs })
  const value = await valueAt(evaluator, withoutParentheses(expression), grid)
  return { value, warnings: [], stats: execution.stats }
}

async function valueAt(evaluator: Evaluation, expression: Expression, grid: Grid): Promise<PromValue> {
  const atMs = grid.fromMs
  if (isRangeVector(expression)) return { type: 'matrix', series: inOrder(await rangeAt(evaluator, expression, grid)) }
  if (expression.kind === 'string') return { type: 'string', atMs, value: expression.value }
  if (typeOf(expression) === 'scalar')
    return { type: 'scalar', atMs, value: (await evaluator.scalar(expression, grid))[0]! }
  const found = await evaluator.all(expression, grid)
  const ordered = isRanked(expression) ? found : inOrder(found)
  return { type: 'vector', samples: ordered.map(({ labels, values }) => ({ labels, atMs, value: values[0]! })) }
}

/** Whether the order is what was asked for. */
function isRanked(expression: Expression): boolean {
  if (expression.kind === 'call') return expression.name === 'sort' || expression.name === 'sort_desc'
  return expression.kind === 'aggregation' && (expression.name === 'topk' || expression.name === 'bottomk')
}

/**
 * The values of an expression from `fromMs` on every `stepMs` up to `toMs`. Series of the answer without gaps share
 * one array of timestamps. @throws AppError QUERY_FAILED, QUERY_TIMEOUT, or what aborted it
 */
export async function evaluateRange(
  expression: Expression,
  { fromMs, toMs, stepMs }: TimeSpan & { stepMs: number },
  source: SampleSource,
  options: QueryOptions = {},
): Promise<QueryResult> {
  using execution = new Execution(source, options)
  const type = typeOf(expression)
  if (type === 'string' || type === 'range vector')
    throw badRange(`invalid expression type "${type}" for range query, must be Scalar or instant Vector`)
  const grid = gridOf({ fromMs, toMs, stepMs }, execution.limits.pointsMax)
  const evaluator = new Evaluation(execution, { fromMs, toMs })
  const times = timesOf(grid)
  const series: Series[] = []
  if (type === 'scalar')
    series.push({ labels: {}, timestamps: times, values: await evaluator.scalar(expression, grid) })
  else {
    await evaluator.each(expression, grid, (one) => {
      const points = pointsOf(one, grid, times)
      execution.kept(points.values.length)
      series.push(points)
    })
  }
  return { value: { type: 'matrix', series: inOrder(series) }, warnings: [], stats: execution.stats }
}

function gridOf({ fromMs, toMs, stepMs }: TimeSpan & { stepMs: number }, pointsMax: number): Grid {
  if (!(stepMs > 0)) throw badRange('zero or negative query resolution step widths are not accepted')
  if (toMs < fromMs) throw badRange('end timestamp must not be before start time')
  const count = stepsBetween(fromMs, toMs, stepMs)
  if (count - 1 > pointsMax) {
    const most = pointsMax.toLocaleString('en')
    const message = `exceeded maximum resolution of ${most} points per timeseries`
    throw badRange(`${message}. Try decreasing the query resolution (?step=XX)`)
  }
  return { fromMs, stepMs, count }
}

function badRange(message: string): AppError {
  const errorType: PromErrorType = 'bad_data'
  return new AppError('VALIDATION_FAILED', message, { error_type: errorType })
}

class Evaluation implements Evaluator {
  readonly execution: Execution
  readonly #ends: TimeSpan

  constructor(execution: Execution, ends: TimeSpan) {
    this.execution = execution
    this.#ends = ends
  }

  displaced(displaced: Displaced, grid: Grid): Grid {
    return displacedGrid(displaced, grid, this.#ends)
  }

  async all(expression: Expression, grid: Grid): Promise<StepSeries[]> {
    const found: StepSeries[] = []
    await this.each(expression, grid, (series) => {
      this.execution.kept(countOf(series.present))
      found.push(series)
    })
    return found
  }

  async each(expression: Expression, grid: Grid, emit: Emit): Promise<void> {
    if (grid.count > 1 && isInvariant(expression)) return this.#eachOnce(expression, grid, emit)
    switch (expression.kind) {
      case 'selector':
        return eachSelected(this, expression, grid, emit)
      case 'parentheses':
        return this.each(expression.inner, grid, emit)
      case 'unary':
        return expression.op === '-'
          ? this.#negated(expression.inner, grid, emit)
          : this.each(expression.inner, grid, emit)
      case 'binary':
        return eachOfBinary(this, expression, grid, emit)
      case 'aggregation':
        return eachAggregated(this, expression, grid, emit)
      case 'call':
        return eachOfCall(this, expression, grid, emit)
      default:
        throw new TypeError(`${expression.kind} is no instant vector`)
    }
  }

  async scalar(expression: Expression, grid: Grid): Promise<Float64Array> {
    if (grid.count > 1 && isInvariant(expression)) {
      const [value] = await this.scalar(expression, oneMoment(grid.fromMs))
      return new Float64Array(grid.count).fill(value!)
    }
    switch (expression.kind) {
      case 'number':
        return new Float64Array(grid.count).fill(expression.value)
      case 'parentheses':
        return this.scalar(expression.inner, grid)
      case 'unary': {
        const values = await this.scalar(expression.inner, grid)
        return expression.op === '-' ? values.map((value) => -value) : values
      }
      case 'binary':
        return scalarOf(this, expression, grid)
      case 'call':
        return scalarOfCall(this, expression, grid)
      default:
        throw new TypeError(`${expression.kind} is no scalar`)
    }
  }

  /** What is the same at every step is evaluated at one. */
  async #eachOnce(expression: Expression, grid: Grid, emit: Emit): Promise<void> {
    await this.each(expression, oneMoment(grid.fromMs), ({ labels, values }) =>
      emit({
        labels,
        values: new Float64Array(grid.count).fill(values[0]!),
        present: new Uint8Array(grid.count).fill(1),
      }),
    )
  }

  async #negated(inner: Expression, grid: Grid, emit: Emit): Promise<void> {
    const distinct = differWithoutName(inner) ? undefined : new DistinctLabels()
    await this.each(inner, grid, ({ labels, values, present }) => {
      const unnamed = withoutName(labels)
      distinct?.add(unnamed)
      emit({ labels: unnamed, values: values.map((value) => -value), present })
    })
  }
}
