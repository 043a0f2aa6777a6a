import { withoutParentheses, type Expression } from './ast.ts'
import { differWithoutName } from './names.ts'
import { isRangeVector } from './ranges.ts'

/**
 * How far after its own moment samples may lie that change the value of a step, ms: 0 unless an offset is negative.
 * Infinity where steps cannot be evaluated apart from each other, because `@` makes all of them look at one moment,
 * or because series that have become the same anywhere in the range refuse all of it.
 */
export function lookAheadMs(expression: Expression): number {
  switch (expression.kind) {
    case 'selector':
      return displacedMs(expression)
    case 'range':
      return displacedMs(expression.selector)
    case 'subquery':
      return displacedMs(expression) + lookAheadMs(expression.inner)
    case 'call':
      return overTimeMayCollide(expression.name, expression.args) ? Infinity : farthest(expression.args)
    case 'aggregation':
      return farthest(expression.parameter ? [expression.parameter, expression.inner] : [expression.inner])
    case 'binary':
      return farthest([expression.left, expression.right])
    case 'unary':
      return expression.op === '-' && !differWithoutName(expression.inner) ? Infinity : lookAheadMs(expression.inner)
    case 'parentheses':
      return lookAheadMs(expression.inner)
    default:
      return 0
  }
}

const farthest = (expressions: Expression[]): number => Math.max(0, ...expressions.map(lookAheadMs))

const displacedMs = ({ offsetMs, at }: { offsetMs: number; at?: unknown }): number =>
  at === undefined ? Math.max(0, -offsetMs) : Infinity

function overTimeMayCollide(name: string, args: Expression[]): boolean {
  if (name === 'last_over_time' || name === 'absent_over_time') return false
  return args.map(withoutParentheses).some((arg) => isRangeVector(arg) && !differWithoutName(arg))
}
