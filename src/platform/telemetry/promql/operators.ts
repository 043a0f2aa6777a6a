import type { ArithmeticOperator, Binary, ComparisonOperator } from './ast.ts'
import { isComparison, isSetOperator } from './ast.ts'
import { goPow } from './goMath.ts'

const arithmetic: Record<ArithmeticOperator, (left: number, right: number) => number> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '^': goPow,
  atan2: Math.atan2,
}

const comparison: Record<ComparisonOperator, (left: number, right: number) => boolean> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
}

/** What an operator makes of two values: a value, and whether it stays in the answer. */
export interface Operation {
  value(left: number, right: number): number
  /** Absent where every value stays. */
  keeps?(left: number, right: number): boolean
  dropsName: boolean
}

export function operationOf({ op, bool }: Pick<Binary, 'op' | 'bool'>): Operation {
  if (isSetOperator(op)) throw new TypeError('Set operators take series, not values')
  if (!isComparison(op)) return { value: arithmetic[op], dropsName: op !== 'atan2' }
  const holds = comparison[op]
  if (bool) return { value: (left, right) => (holds(left, right) ? 1 : 0), dropsName: true }
  return { value: (left) => left, keeps: holds, dropsName: false }
}
