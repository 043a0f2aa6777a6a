import type { Expression } from './ast.ts'
import { timeDependent } from './functions.ts'

/** Whether the expression is the same at every step, as what `@` has fixed is, and what selects nothing. */
export function isInvariant(expression: Expression): boolean {
  switch (expression.kind) {
    case 'selector':
      return expression.at !== undefined
    case 'range':
      return expression.selector.at !== undefined
    case 'subquery':
      return expression.at !== undefined
    case 'call':
      return !timeDependent.has(expression.name) && expression.args.every(isInvariant)
    case 'aggregation':
      return isInvariant(expression.inner) && (expression.parameter === undefined || isInvariant(expression.parameter))
    case 'binary':
      return isInvariant(expression.left) && isInvariant(expression.right)
    case 'unary':
    case 'parentheses':
      return isInvariant(expression.inner)
    default:
      return true
  }
}
