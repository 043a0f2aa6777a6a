import type { MetricExpression, RangeAggregation, VectorAggregation } from './ast.ts'
import { operated } from './binary.ts'
import type { Evaluation } from './evaluation.ts'
import { rangeAggregation } from './range.ts'
import { newSeries, type Result, type Series } from './series.ts'
import { aggregated, labelsReplaced } from './vectors.ts'

/** Answers a metric expression at every step of the grid. */
export async function evaluate(expression: MetricExpression, evaluation: Evaluation): Promise<Result> {
  const { steps } = evaluation.grid
  switch (expression.kind) {
    case 'literal':
      return { kind: 'scalar', values: new Float64Array(steps).fill(expression.value) }
    case 'vector': {
      const series = newSeries(new Map(), steps)
      series.values.fill(expression.value)
      series.has.fill(1)
      return vector([series])
    }
    case 'range':
      return vector(await rangeAggregation(expression, evaluation, null))
    case 'aggregate':
      return vector(await aggregation(expression, evaluation))
    case 'labelReplace':
      return vector(labelsReplaced(expression, await seriesOf(expression.of, evaluation)))
    case 'binary': {
      const left = await evaluate(expression.left, evaluation)
      return operated(expression, left, await evaluate(expression.right, evaluation), steps)
    }
  }
}

const vector = (series: Series[]): Result => ({ kind: 'vector', series })

async function aggregation(expression: VectorAggregation, evaluation: Evaluation): Promise<Series[]> {
  const { of, op, grouping } = expression
  if (op === 'sum' && of.kind === 'range' && isSum(of)) {
    return rangeAggregation(of, evaluation, grouping ?? { without: false, labels: [] })
  }
  return aggregated(expression, await seriesOf(of, evaluation), evaluation.grid.steps)
}

/** The sum of such series is the series of all their samples. */
function isSum({ op, unwrap }: RangeAggregation): boolean {
  if (unwrap) return op === 'sum_over_time' || op === 'rate'
  return op === 'count_over_time' || op === 'rate' || op === 'bytes_over_time' || op === 'bytes_rate'
}

/** A number, where series are wanted, is one without labels. */
async function seriesOf(expression: MetricExpression, evaluation: Evaluation): Promise<Series[]> {
  const result = await evaluate(expression, evaluation)
  if (result.kind === 'vector') return result.series
  return [{ labels: new Map(), values: result.values, has: new Uint8Array(evaluation.grid.steps).fill(1) }]
}
