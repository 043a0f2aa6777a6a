import type { Labels } from '../labels.ts'
import type { Aggregation } from './ast.ts'
import { textOf } from './labelFunctions.ts'
import { countValues } from './countValues.ts'
import type { Emit, Evaluator } from './evaluator.ts'
import type { Grid } from './grid.ts'
import { groupsBy } from './grouping.ts'
import { emitQuantiles, emitRanked } from './ranking.ts'
import { emptySeries, isEmpty, type StepSeries } from './stepSeries.ts'

/** One series for each group of series, or for `topk` and `bottomk` some of its series. */
export async function eachAggregated(
  evaluator: Evaluator,
  aggregation: Aggregation,
  grid: Grid,
  emit: Emit,
): Promise<void> {
  const { name, inner, parameter } = aggregation
  switch (name) {
    case 'topk':
    case 'bottomk':
    case 'quantile': {
      const parameters = await evaluator.scalar(parameter!, grid)
      const series = await evaluator.all(inner, grid)
      if (name === 'quantile') return emitQuantiles(evaluator.execution, series, aggregation, parameters, emit)
      return emitRanked(evaluator.execution, series, { ...aggregation, name }, parameters, emit)
    }
    case 'count_values':
      return countValues(evaluator, inner, grid, aggregation, textOf(parameter!), emit)
    default:
      return foldGroups(evaluator, aggregation, accumulators[name], grid, emit)
  }
}

/** The values of a group so far. `present` of `result` tells where there has been any. */
interface Accumulator {
  result: StepSeries
  add(series: StepSeries): void
  /** Makes of what was gathered what is asked for. */
  finish?(): void
}

type NewAccumulator = (labels: Labels, count: number) => Accumulator

/** Series are added as they come and then forgotten, so that an aggregation holds its groups only. */
async function foldGroups(
  evaluator: Evaluator,
  { inner, ...grouping }: Aggregation,
  newAccumulator: NewAccumulator,
  grid: Grid,
  emit: Emit,
): Promise<void> {
  const { keyOf, labelsOf } = groupsBy(grouping)
  const groups = new Map<string, Accumulator>()
  await evaluator.each(inner, grid, (series) => {
    const key = keyOf(series.labels)
    let group = groups.get(key)
    if (!group) {
      evaluator.execution.kept(grid.count)
      group = newAccumulator(labelsOf(series.labels), grid.count)
      groups.set(key, group)
    }
    group.add(series)
  })
  for (const group of groups.values()) {
    group.finish?.()
    if (!isEmpty(group.result.present)) emit(group.result)
  }
}

/** Of the value so far and the next one; the first of a group stands by itself. */
const folding =
  (fold: (sum: number, value: number) => number, first = (value: number) => value): NewAccumulator =>
  (labels, count) => {
    const result = emptySeries(labels, count)
    const { values: sums, present: known } = result
    return {
      result,
      add: ({ values, present }) => {
        for (let step = 0; step < count; step++) {
          if (present[step] === 0) continue
          sums[step] = known[step] === 1 ? fold(sums[step]!, values[step]!) : first(values[step]!)
          known[step] = 1
        }
      },
    }
  }

const averaging: NewAccumulator = (labels, count) => {
  const result = emptySeries(labels, count)
  const { values: means, present: known } = result
  const counts = new Float64Array(count)
  return {
    result,
    add: ({ values, present }) => {
      for (let step = 0; step < count; step++) {
        if (present[step] === 0) continue
        known[step] = 1
        means[step] = meanWith(means[step]!, values[step]!, ++counts[step]!)
      }
    },
  }
}

function meanWith(mean: number, value: number, count: number): number {
  if (count === 1) return value
  // An infinite mean stays what it is, unless the other infinity or NaN comes.
  const isInfinite = mean === Infinity || mean === -Infinity
  return isInfinite && (Number.isFinite(value) || value === mean) ? mean : mean + (value / count - mean / count)
}

/** Welford's method; `finished` makes of the variance what is asked for. */
const spreading =
  (finished: (variance: number) => number): NewAccumulator =>
  (labels, count) => {
    const result = emptySeries(labels, count)
    const { values: squares, present: known } = result
    const means = new Float64Array(count)
    const counts = new Float64Array(count)
    const addAt = (step: number, value: number): void => {
      counts[step]!++
      if (counts[step] === 1) {
        means[step] = value
        return
      }
      const delta = value - means[step]!
      means[step]! += delta / counts[step]!
      squares[step]! += delta * (value - means[step]!)
    }
    return {
      result,
      add: ({ values, present }) => {
        for (let step = 0; step < count; step++) {
          if (present[step] === 0) continue
          known[step] = 1
          addAt(step, values[step]!)
        }
      },
      finish: () => {
        for (let step = 0; step < count; step++) squares[step] = finished(squares[step]! / counts[step]!)
      },
    }
  }

type Foldable = Exclude<Aggregation['name'], 'topk' | 'bottomk' | 'quantile' | 'count_values'>

const accumulators: Record<Foldable, NewAccumulator> = {
  sum: folding((sum, value) => sum + value),
  min: folding((least, value) => (least > value || Number.isNaN(least) ? value : least)),
  max: folding((most, value) => (most < value || Number.isNaN(most) ? value : most)),
  count: folding(
    (count) => count + 1,
    () => 1,
  ),
  group: folding(
    () => 1,
    () => 1,
  ),
  avg: averaging,
  stdvar: spreading((variance) => variance),
  stddev: spreading(Math.sqrt),
}
