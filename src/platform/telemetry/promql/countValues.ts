import type { Expression, Grouping } from './ast.ts'
import { executionError } from './errors.ts'
import type { Emit, Evaluator } from './evaluator.ts'
import { formatNumber } from './goMath.ts'
import type { Grid } from './grid.ts'
import { groupsBy } from './grouping.ts'
import { isLabelName } from './labelFunctions.ts'
import { withLabel } from './labelSets.ts'
import { emptySeries, type StepSeries } from './stepSeries.ts'

/** How many series of a group have which value, which the series of the answer hold in a label. */
export async function countValues(
  evaluator: Evaluator,
  inner: Expression,
  grid: Grid,
  { without, labels }: Grouping,
  label: string,
  emit: Emit,
): Promise<void> {
  if (!isLabelName(label)) throw executionError(`invalid label name ${JSON.stringify(label)}`)
  const { keyOf, labelsOf } = groupsBy({ without, labels: without ? labels : [...labels, label] })
  const isDropped = without && labels.includes(label)
  const counts = new Map<string, StepSeries>()
  await evaluator.each(inner, grid, (series) => {
    const groupKey = keyOf(withLabel(series.labels, label, ''))
    for (let step = 0; step < grid.count; step++) {
      if (series.present[step] === 0) continue
      const value = formatNumber(series.values[step]!)
      const key = isDropped ? groupKey : groupKey + value
      let count = counts.get(key)
      if (!count) {
        evaluator.execution.kept(grid.count)
        count = emptySeries(labelsOf(withLabel(series.labels, label, value)), grid.count)
        counts.set(key, count)
      }
      count.present[step] = 1
      count.values[step]!++
    }
  })
  for (const count of counts.values()) emit(count)
}
