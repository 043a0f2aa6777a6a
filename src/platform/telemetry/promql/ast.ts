import type { Matcher } from '../labels.ts'

/** What an expression yields, in Prometheus' words. */
export type ValueType = 'scalar' | 'string' | 'instant vector' | 'range vector'

/** An expression of PromQL that is checked and can be evaluated. Plain data: it may be kept and sent between threads. */
export type Expression =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Call
  | Aggregation
  | Binary
  | Unary
  | Parentheses

interface Located {
  /** Where it begins in the text, counted in UTF-16 units. */
  from: number
}

export interface NumberLiteral extends Located {
  kind: 'number'
  value: number
}

export interface StringLiteral extends Located {
  kind: 'string'
  value: string
}

/** The moments that `offset` and `@` move a selector or a subquery to. */
export interface Displaced {
  offsetMs: number
  /** The moment of `@`, ms since 1970, or an end of the whole query. */
  at?: number | 'start' | 'end'
}

export interface VectorSelector extends Located, Displaced {
  kind: 'selector'
  /** The metric's name is among them. */
  matchers: Matcher[]
}

export interface MatrixSelector extends Located {
  kind: 'range'
  selector: VectorSelector
  rangeMs: number
}

export interface Subquery extends Located, Displaced {
  kind: 'subquery'
  inner: Expression
  rangeMs: number
  /** Absent where the text leaves it to the server. */
  stepMs?: number
}

export interface Call extends Located {
  kind: 'call'
  name: string
  args: Expression[]
}

export type AggregationName =
  | 'sum'
  | 'avg'
  | 'min'
  | 'max'
  | 'count'
  | 'group'
  | 'stddev'
  | 'stdvar'
  | 'topk'
  | 'bottomk'
  | 'quantile'
  | 'count_values'

export interface Grouping {
  without: boolean
  labels: string[]
}

export interface Aggregation extends Located, Grouping {
  kind: 'aggregation'
  name: AggregationName
  parameter?: Expression
  inner: Expression
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2'
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>='
export type SetOperator = 'and' | 'or' | 'unless'
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator

/** How the series of two vectors find each other. */
export interface Matching {
  on: boolean
  labels: string[]
  /** Which side may have several series for one of the other. */
  many: 'neither' | 'left' | 'right'
  /** Labels taken over from the side that has one. */
  include: string[]
}

export interface Binary extends Located {
  kind: 'binary'
  op: BinaryOperator
  left: Expression
  right: Expression
  /** Comparisons yield 0 or 1 instead of filtering. */
  bool: boolean
  matching: Matching
}

export interface Unary extends Located {
  kind: 'unary'
  op: '+' | '-'
  inner: Expression
}

export interface Parentheses extends Located {
  kind: 'parentheses'
  inner: Expression
}

export function withoutParentheses(expression: Expression): Expression {
  return expression.kind === 'parentheses' ? withoutParentheses(expression.inner) : expression
}

const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>='] satisfies ComparisonOperator[])
const setOperators: ReadonlySet<string> = new Set(['and', 'or', 'unless'] satisfies SetOperator[])

export const isComparison = (op: BinaryOperator): op is ComparisonOperator => comparisons.has(op)
export const isSetOperator = (op: BinaryOperator): op is SetOperator => setOperators.has(op)
