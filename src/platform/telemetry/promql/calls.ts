import type { Call } from './ast.ts'
import { withoutParentheses } from './ast.ts'
import { executionError } from './errors.ts'
import type { Emit, Evaluator } from './evaluator.ts'
import { nativeHistogramFunctions } from './functions.ts'
import { timesOf, type Grid } from './grid.ts'
import { histogramQuantile } from './histogram.ts'
import { relabelling } from './labelFunctions.ts'
import { mathFunctions, type OneValue } from './mathFunctions.ts'
import { differWithoutName } from './names.ts'
import { eachOverTime, isRangeVector, labelsOfAbsent } from './ranges.ts'
import { eachSelected } from './selectors.ts'
import { Distinct, fullSeries, isEmpty, nameless, type StepSeries } from './stepSeries.ts'

/** The scalars that functions yield. */
export async function scalarOfCall(evaluator: Evaluator, { name, args }: Call, grid: Grid): Promise<Float64Array> {
  if (name === 'pi') return new Float64Array(grid.count).fill(Math.PI)
  if (name === 'time') return secondsOf(grid)
  const values = new Float64Array(grid.count)
  const counts = new Float64Array(grid.count)
  await evaluator.each(args[0]!, grid, (series) => {
    for (let step = 0; step < grid.count; step++) {
      if (series.present[step] === 0) continue
      counts[step]!++
      values[step] = series.values[step]!
    }
  })
  return values.map((value, step) => (counts[step] === 1 ? value : NaN))
}

const secondsOf = (grid: Grid): Float64Array => timesOf(grid).map((atMs) => atMs / 1000)

/** The vectors that functions yield. */
export async function eachOfCall(evaluator: Evaluator, call: Call, grid: Grid, emit: Emit): Promise<void> {
  const { name, args } = call
  if (nativeHistogramFunctions.has(name))
    throw executionError(`${name} is for native histograms, which are not supported`)
  if (args.map(withoutParentheses).some(isRangeVector)) return eachOverTime(evaluator, call, grid, emit)
  switch (name) {
    case 'absent':
      return emitAbsent(evaluator, call, grid, emit)
    case 'timestamp':
      return eachTimestamp(evaluator, call, grid, emit)
    case 'vector':
      return emit(fullSeries({}, await evaluator.scalar(args[0]!, grid)))
    case 'sort':
    case 'sort_desc':
      return emitSorted(await evaluator.all(args[0]!, grid), name === 'sort', emit)
    case 'label_replace':
    case 'label_join':
      return eachRelabelled(evaluator, call, grid, emit)
    case 'histogram_quantile': {
      const quantiles = await evaluator.scalar(args[0]!, grid)
      const buckets = await evaluator.all(args[1]!, grid)
      return (await histogramQuantile(evaluator.execution, buckets, quantiles)).forEach(emit)
    }
    default:
      return eachChanged(evaluator, call, mathFunctions.get(name)!, grid, emit)
  }
}

async function emitAbsent(evaluator: Evaluator, { args }: Call, grid: Grid, emit: Emit): Promise<void> {
  const labels = labelsOfAbsent(withoutParentheses(args[0]!))
  const absent = fullSeries(labels, new Float64Array(grid.count).fill(1))
  await evaluator.each(args[0]!, grid, ({ present }) => {
    for (let step = 0; step < grid.count; step++) if (present[step] === 1) absent.present[step] = 0
  })
  if (!isEmpty(absent.present)) emit(absent)
}

/** Of a selector, when its samples were taken; of anything else, when it is evaluated. */
async function eachTimestamp(evaluator: Evaluator, { args }: Call, grid: Grid, emit: Emit): Promise<void> {
  const argument = withoutParentheses(args[0]!)
  const unnamed = nameless(!differWithoutName(argument), emit)
  if (argument.kind === 'selector') await eachSelected(evaluator, argument, grid, unnamed.add, 'time')
  else {
    const seconds = secondsOf(grid)
    await evaluator.each(argument, grid, (series) => unnamed.add({ ...series, values: seconds.slice() }))
  }
  unnamed.end()
}

/** By value, at a single step; over several, answers are ordered by their labels. NaN comes last. */
function emitSorted(series: StepSeries[], isAscending: boolean, emit: Emit): void {
  const sign = isAscending ? 1 : -1
  const rank = (a: number, b: number): number => {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
    return a === b ? 0 : a < b ? -sign : sign
  }
  series.toSorted((a, b) => rank(a.values[0]!, b.values[0]!)).forEach(emit)
}

async function eachRelabelled(evaluator: Evaluator, call: Call, grid: Grid, emit: Emit): Promise<void> {
  const relabel = relabelling(call)
  const distinct = new Distinct()
  await evaluator.each(call.args[0]!, grid, (series) => distinct.add({ ...series, labels: relabel(series.labels) }))
  distinct.all().forEach(emit)
}

async function eachChanged(
  evaluator: Evaluator,
  { name, args }: Call,
  change: OneValue,
  grid: Grid,
  emit: Emit,
): Promise<void> {
  const [vector, ...rest] = args
  if (!vector)
    return emit(
      fullSeries(
        {},
        secondsOf(grid).map((seconds) => change(seconds)),
      ),
    )
  const scalars: Float64Array[] = []
  for (const arg of rest) scalars.push(await evaluator.scalar(arg, grid))
  const [first, second] = scalars
  const unnamed = nameless(!differWithoutName(vector), emit)
  await evaluator.each(vector, grid, (series) => {
    const { values, present } = series
    for (let step = 0; step < grid.count; step++) {
      if (name === 'clamp' && second![step]! < first![step]!) present[step] = 0
      if (present[step] === 0) continue
      const value = values[step]!
      values[step] = second
        ? change(value, first![step]!, second[step]!)
        : first
          ? change(value, first[step]!)
          : change(value)
    }
    if (!isEmpty(present)) unnamed.add(series)
  })
  unnamed.end()
}
