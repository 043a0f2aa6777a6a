import type { Binary, Call, Expression } from './ast.ts'
import { isComparison, isSetOperator } from './ast.ts'
import { typeOf } from './check.ts'
import { metricName } from './labelSets.ts'

const keeping = new Set(['sort', 'sort_desc', 'last_over_time'])
const relabelling = new Set(['label_replace', 'label_join'])

/**
 * Whether the series of an expression surely differ even without the metric's name. Most do, as most selectors
 * name one metric, and then nobody has to look for series that have become the same.
 */
export function differWithoutName(expression: Expression): boolean {
  switch (expression.kind) {
    case 'selector':
      return expression.matchers.some(({ name, op, value }) => name === metricName && op === '=' && value !== '')
    case 'range':
      return differWithoutName(expression.selector)
    case 'subquery':
    case 'parentheses':
      return differWithoutName(expression.inner)
    case 'unary':
      return expression.op === '-' || differWithoutName(expression.inner)
    case 'call':
      return callsDiffer(expression)
    case 'aggregation':
      if (expression.name === 'topk' || expression.name === 'bottomk') return differWithoutName(expression.inner)
      return expression.name !== 'count_values' && !expression.labels.includes(metricName)
    case 'binary':
      return resultsDiffer(expression)
    default:
      return true
  }
}

function callsDiffer({ name, args }: Call): boolean {
  if (relabelling.has(name)) return false
  return keeping.has(name) ? args.every(differWithoutName) : true
}

function resultsDiffer({ op, left, right, bool, matching }: Binary): boolean {
  const vectors = [left, right].filter((side) => typeOf(side) === 'instant vector')
  if (vectors.length === 2)
    return !isSetOperator(op) && !isComparison(op) && !matching.include.includes(metricName) && op !== 'atan2'
  return isSetOperator(op) || (isComparison(op) && !bool) || op === 'atan2' ? vectors.every(differWithoutName) : true
}
