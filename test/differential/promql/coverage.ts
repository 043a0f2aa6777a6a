import type { Expression } from '../../../src/platform/telemetry/promql/ast.ts'
import { parsePromql } from '../../../src/platform/telemetry/promql/index.ts'

/** How often each function, operator, aggregation and modifier occurs in those of the texts that are expressions. */
export function occurrences(texts: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  const count = (part: string): void => void counts.set(part, (counts.get(part) ?? 0) + 1)
  for (const text of texts) {
    const expression = parsed(text)
    if (expression) walk(expression, count)
  }
  return counts
}

function parsed(text: string): Expression | undefined {
  try {
    return parsePromql(text)
  } catch {
    return undefined
  }
}

function walk(expression: Expression, count: (part: string) => void): void {
  switch (expression.kind) {
    case 'selector':
      countDisplacement(expression, count)
      break
    case 'range':
      walk(expression.selector, count)
      break
    case 'subquery':
      count('subquery')
      countDisplacement(expression, count)
      walk(expression.inner, count)
      break
    case 'call':
      count(`${expression.name}()`)
      for (const arg of expression.args) walk(arg, count)
      break
    case 'aggregation':
      count(expression.name)
      count(expression.without ? 'without' : expression.labels.length > 0 ? 'by' : 'ungrouped')
      if (expression.parameter) walk(expression.parameter, count)
      walk(expression.inner, count)
      break
    case 'binary': {
      const { op, bool, matching, left, right } = expression
      count(bool ? `${op} bool` : op)
      if (matching.on) count('on')
      else if (matching.labels.length > 0) count('ignoring')
      if (matching.many !== 'neither') count(`group_${matching.many}`)
      walk(left, count)
      walk(right, count)
      break
    }
    case 'unary':
      count(`unary ${expression.op}`)
      walk(expression.inner, count)
      break
    case 'parentheses':
      walk(expression.inner, count)
      break
    default:
  }
}

function countDisplacement(
  { offsetMs, at }: { offsetMs: number; at?: number | string },
  count: (part: string) => void,
): void {
  if (offsetMs > 0) count('offset')
  if (offsetMs < 0) count('negative offset')
  if (at !== undefined) count(typeof at === 'number' ? '@' : `@ ${at}()`)
}

const words = (text: string): string[] => text.split(' ')

const comparisons = words('== != < <= > >=')

/** The parts that are no functions. */
export const everyPart = [
  ...words('+ - * / % ^ atan2 and or unless on ignoring group_left group_right offset @ subquery'),
  ...comparisons,
  ...comparisons.map((op) => `${op} bool`),
  ...words('sum avg min max count group stddev stdvar topk bottomk quantile count_values by without ungrouped'),
  'unary +',
  'unary -',
  'negative offset',
  '@ start()',
  '@ end()',
]
