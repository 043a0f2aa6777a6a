import { secondMs } from '#kernel/time.ts'
import type { Matcher } from '../labels.ts'
import { withoutParentheses, type Expression, type VectorSelector } from './ast.ts'
import { typeOf } from './check.ts'

/** How to ask for what lies between the steps of a range query. */
export type Between =
  /** By two expressions over the same steps. Their series have lost the name, in which they did not differ. */
  | { by: 'samples'; least: string; most: string }
  /** By the expression itself, over steps of so many ms: that many of them make one. */
  | { by: 'steps'; stepMs: number; parts: number }

/** How far apart the samples of a selector are taken to be inside an expression: the interval of scraping. */
const sampleMs = 15 * secondMs

/**
 * What an expression is at least and at most between steps that are `stepMs` apart. A selector of one metric is asked
 * for all of its samples; anything else is evaluated at steps so fine that no window of it is passed over, but never at
 * more than `partsMax` for one. Undefined where there is nothing between: where windows reach from step to step, where
 * all is the same at every step, and for scalars.
 */
export function betweenSteps(expression: Expression, stepMs: number, partsMax: number): Between | undefined {
  if (typeOf(expression) !== 'instant vector') return undefined
  const plain = withoutParentheses(expression)
  if (plain.kind === 'selector' && plain.at === undefined && namesOne(plain.matchers) && stepMs > 1)
    return { by: 'samples', least: overStep('min', plain, stepMs), most: overStep('max', plain, stepMs) }
  const parts = evenParts(stepMs, Math.min(Math.ceil(stepMs / finestMs(expression)), partsMax))
  return parts > 1 ? { by: 'steps', stepMs: stepMs / parts, parts } : undefined
}

const namesOne = (matchers: readonly Matcher[]): boolean =>
  matchers.some(({ name, op, value }) => name === '__name__' && op === '=' && value !== '')

/** Both ends of a window count, so that a whole step would count a sample twice. */
function overStep(function_: 'min' | 'max', { matchers, offsetMs }: VectorSelector, stepMs: number): string {
  const conditions = matchers.map(({ name, op, value }) => `${name}${op}${JSON.stringify(value)}`)
  const offset = offsetMs === 0 ? '' : ` offset ${offsetMs}ms`
  return `${function_}_over_time({${conditions.join(',')}}[${stepMs - 1}ms]${offset})`
}

/** The largest number of parts, at most so many, into which a step goes without a remainder. */
function evenParts(stepMs: number, most: number): number {
  let parts = Math.max(1, Math.floor(most))
  while (stepMs % parts !== 0) parts--
  return parts
}

/** The shortest time that anything in the expression looks at, ms; Infinity where it is the same at all times. */
function finestMs(expression: Expression): number {
  switch (expression.kind) {
    case 'selector':
      return expression.at === undefined ? sampleMs : Infinity
    case 'range':
      return expression.selector.at === undefined ? expression.rangeMs : Infinity
    case 'subquery':
      return expression.at === undefined ? expression.rangeMs : Infinity
    case 'call':
      return finestOf(expression.args)
    case 'aggregation':
      return finestOf(expression.parameter ? [expression.parameter, expression.inner] : [expression.inner])
    case 'binary':
      return finestOf([expression.left, expression.right])
    case 'unary':
    case 'parentheses':
      return finestMs(expression.inner)
    default:
      return Infinity
  }
}

const finestOf = (expressions: readonly Expression[]): number => Math.min(Infinity, ...expressions.map(finestMs))
