import type { Labels } from '../labels.ts'
import type { Call, Expression, MatrixSelector, Subquery } from './ast.ts'
import { withoutParentheses } from './ast.ts'
import { typeOf } from './check.ts'
import { executionError } from './errors.ts'
import type { Emit, Evaluator } from './evaluator.ts'
import { subqueryStepMs, type Execution } from './execution.ts'
import { lastOf, stepsBetween, timesOf, type Grid } from './grid.ts'
import { metricName, withoutName } from './labelSets.ts'
import { differWithoutName } from './names.ts'
import { rangeFunctions, type RangeFunction, type Windows } from './rangeFunctions.ts'
import { countingPoints, eachStored } from './selectors.ts'
import { DistinctLabels, emptySeries, isEmpty, pointsOf, type Points, type StepSeries } from './stepSeries.ts'

type RangeVector = MatrixSelector | Subquery

export const isRangeVector = (expression: Expression): expression is RangeVector =>
  expression.kind === 'range' || expression.kind === 'subquery'

/** A subquery with so many steps would take more memory than any answer is worth. */
const subqueryStepsMax = 5_000_000

/** Shows the samples of every series of a range vector, over all windows that end at the moments. */
async function eachRange(
  evaluator: Evaluator,
  range: RangeVector,
  moments: Grid,
  visit: (points: Points) => void | Promise<void>,
): Promise<void> {
  const span = { fromMs: moments.fromMs - range.rangeMs, toMs: lastOf(moments) }
  if (range.kind === 'range')
    return eachStored(evaluator.execution, range.selector.matchers, span, (series) =>
      visit(countingPoints(series, span)),
    )
  const stepMs = range.stepMs ?? subqueryStepMs
  const fromMs = Math.ceil(span.fromMs / stepMs) * stepMs
  const grid = { fromMs, stepMs, count: stepsBetween(fromMs, span.toMs, stepMs) }
  if (grid.count > subqueryStepsMax) throw executionError(`the subquery has ${grid.count} steps, more than can be held`)
  if (grid.count === 0) return
  const times = timesOf(grid)
  for (const series of await evaluator.all(range.inner, grid)) await visit(pointsOf(series, grid, times))
}

/** The samples of a range vector that ends at one moment, as a query may ask for them. */
export async function rangeAt(evaluator: Evaluator, range: RangeVector, grid: Grid): Promise<Points[]> {
  const found: Points[] = []
  await eachRange(evaluator, range, momentsOf(evaluator, range, grid), (points) => {
    if (points.timestamps.length === 0) return
    evaluator.execution.kept(points.timestamps.length)
    found.push({ ...points, timestamps: points.timestamps.slice(), values: points.values.slice() })
  })
  return found
}

const momentsOf = (evaluator: Evaluator, range: RangeVector, grid: Grid): Grid =>
  evaluator.displaced(range.kind === 'range' ? range.selector : range, grid)

/** A function of a range vector, series by series. */
export async function eachOverTime(evaluator: Evaluator, call: Call, grid: Grid, emit: Emit): Promise<void> {
  const range = call.args.map(withoutParentheses).find(isRangeVector)!
  if (call.name === 'absent_over_time') return emitAbsent(evaluator, range, grid, emit)
  const rangeFunction = rangeFunctions.get(call.name)!
  const scalars: Float64Array[] = []
  for (const arg of call.args) if (typeOf(arg) === 'scalar') scalars.push(await evaluator.scalar(arg, grid))
  const moments = momentsOf(evaluator, range, grid)
  const windows = { ...moments, rangeMs: range.rangeMs, evaluated: grid, scalars }
  const keepsName = call.name === 'last_over_time'
  const distinct = keepsName || differWithoutName(range) ? undefined : new DistinctLabels()
  await eachRange(evaluator, range, moments, async (points) => {
    const series = emptySeries(keepsName ? points.labels : withoutName(points.labels), grid.count)
    await overWindows(evaluator.execution, points, windows, rangeFunction, series)
    if (isEmpty(series.present)) return
    distinct?.add(series.labels)
    emit(series)
  })
}

/** So many samples in windows are looked at before the clock is. */
const samplesOfTurn = 100_000

/** Both ends of the window only move forward, so that each sample comes and goes once. */
async function overWindows(
  execution: Execution,
  points: Points,
  windows: Windows,
  { least, check, over }: RangeFunction,
  { values, present }: StepSeries,
): Promise<void> {
  const { timestamps } = points
  const { fromMs, stepMs, rangeMs } = windows
  if (timestamps.length === 0) return
  const atStep = over(points, windows)
  let lo = 0
  let hi = 0
  let looked = 0
  for (let step = 0; step < values.length; step++) {
    const endMs = fromMs + step * stepMs
    while (hi < timestamps.length && timestamps[hi]! <= endMs) hi++
    while (lo < hi && timestamps[lo]! < endMs - rangeMs) lo++
    if (lo < hi) check?.(windows, step)
    if (hi - lo < least) continue
    values[step] = atStep(lo, hi, step)
    present[step] = 1
    looked += hi - lo
    if (looked < samplesOfTurn) continue
    looked = 0
    if (execution.isDue) await execution.pause()
  }
}

async function emitAbsent(evaluator: Evaluator, range: RangeVector, grid: Grid, emit: Emit): Promise<void> {
  const absent = emptySeries(range.kind === 'range' ? labelsOfAbsent(range.selector) : {}, grid.count)
  absent.present.fill(1)
  absent.values.fill(1)
  const moments = momentsOf(evaluator, range, grid)
  const windows = { ...moments, rangeMs: range.rangeMs, evaluated: grid, scalars: [] }
  const present = rangeFunctions.get('present_over_time')!
  await eachRange(evaluator, range, moments, async (points) => {
    const series = emptySeries({}, grid.count)
    await overWindows(evaluator.execution, points, windows, present, series)
    for (let step = 0; step < grid.count; step++) if (series.present[step] === 1) absent.present[step] = 0
  })
  if (!isEmpty(absent.present)) emit(absent)
}

/** `absent(up{job="api"})` answers with the labels that the selector leaves no doubt about. */
export function labelsOfAbsent(expression: Expression): Labels {
  const labels = new Map<string, string>()
  const seen = new Set<string>()
  if (expression.kind !== 'selector') return {}
  for (const { name, op, value } of expression.matchers) {
    if (op === '=' && !seen.has(name)) labels.set(name, value)
    else labels.delete(name)
    if (op === '=') seen.add(name)
  }
  return Object.fromEntries([...labels].filter(([name, value]) => name !== metricName && value !== ''))
}
