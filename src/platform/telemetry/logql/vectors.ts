import { compileExpression } from '../labels.ts'
import type { Grouping, MetricExpression, VectorAggregation, VectorOperation } from './ast.ts'
import { groups, newSeries, seriesKey, type Series } from './series.ts'
import { expanded } from './template/functions.ts'

/** Aggregates series at each step. */
export function aggregated({ op, parameter, grouping }: VectorAggregation, series: Series[], steps: number): Series[] {
  const by = grouping ?? { without: false, labels: [] }
  if (op === 'sort' || op === 'sort_desc') return sorted(series, op === 'sort')
  if (op === 'topk' || op === 'bottomk' || op === 'approx_topk') return selected(op, parameter!, by, series, steps)
  return groups(series, by).map(({ labels, members }) => {
    const result = newSeries(labels, steps)
    for (let step = 0; step < steps; step++) {
      const values = members.filter(({ has }) => has[step] === 1).map((member) => member.values[step]!)
      if (values.length === 0) continue
      result.has[step] = 1
      result.values[step] = combined(op, values)
    }
    return result
  })
}

function combined(op: VectorOperation, values: number[]): number {
  switch (op) {
    case 'sum':
      return values.reduce((sum, value) => sum + value, 0)
    case 'avg':
      return values.reduce((sum, value) => sum + value, 0) / values.length
    case 'count':
      return values.length
    case 'max':
      return values.reduce((most, value) => (value > most || Number.isNaN(most) ? value : most))
    case 'min':
      return values.reduce((least, value) => (value < least || Number.isNaN(least) ? value : least))
    default: {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
      return op === 'stdvar' ? variance : Math.sqrt(variance)
    }
  }
}

/** By their values at the only step there is; a range has no order of this kind. */
function sorted(series: Series[], ascending: boolean): Series[] {
  const order = byValue(0, ascending)
  return series.toSorted(order)
}

function selected(op: VectorOperation, count: number, by: Grouping, series: Series[], steps: number): Series[] {
  const chosen = new Map<Series, Series>()
  const ascending = op === 'bottomk'
  for (const { members } of groups(series, by)) {
    for (let step = 0; step < steps; step++) {
      const present = members.filter(({ has }) => has[step] === 1).toSorted(byValue(step, ascending))
      for (const member of present.slice(0, count)) {
        let result = chosen.get(member)
        if (!result) {
          result = newSeries(member.labels, steps)
          chosen.set(member, result)
        }
        result.has[step] = 1
        result.values[step] = member.values[step]!
      }
    }
  }
  return [...chosen.values()]
}

/** NaN comes last, whichever way. */
const byValue =
  (step: number, ascending: boolean) =>
  (a: Series, b: Series): number => {
    const [x, y] = [a.values[step]!, b.values[step]!]
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y))
    if (x !== y) return ascending ? x - y : y - x
    const [left, right] = [seriesKey(a.labels), seriesKey(b.labels)]
    return left < right ? -1 : left > right ? 1 : 0
  }

type LabelReplace = MetricExpression & { kind: 'labelReplace' }

/** Sets a label from what the pattern finds in another; series whose label does not match stay as they are. */
export function labelsReplaced({ target, replacement, source, pattern }: LabelReplace, series: Series[]): Series[] {
  const expression = compileExpression(`(?s:${pattern})`)
  const names = expression.namedGroups()
  return series.map((each) => {
    const matcher = expression.matcher(each.labels.get(source) ?? '')
    if (!matcher.matches()) return each
    const found = Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index))
    const value = expanded(replacement, found, names)
    const labels = new Map(each.labels)
    if (value === '') labels.delete(target)
    else labels.set(target, value)
    return { ...each, labels }
  })
}
