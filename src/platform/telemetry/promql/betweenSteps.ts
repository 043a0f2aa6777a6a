import { secondMs } from '#kernel/time.ts'
import { matchersText } from '../labels.ts'
import { withoutParentheses, type Expression, type VectorSelector } from './ast.ts'
import { typeOf } from './check.ts'
import { differWithoutName } from './names.ts'
import { parsedLately } from './parsedLately.ts'

/** How to ask for what lies between the steps of a range query. */
export type Between =
  /** By two expressions over the same steps. Their series have lost the name, in which they did not differ. */
  | { by: 'windows'; least: string; most: string }
  /** By the expression itself, over steps of so many ms. */
  | { by: 'steps'; stepMs: number }

/** How often a step may be looked at between it and the one before. */
interface Most {
  inWindows: number
  inSteps: number
}

/** How far apart the samples of a selector are taken to be inside an expression: the interval of scraping. */
const sampleMs = 15 * secondMs

/**
 * What an expression is at least and at most between steps that are `stepMs` apart. A selector of one metric is asked
 * for all of its samples; anything else is evaluated so often that no window of it is passed over, or as often as may
 * be. Undefined where there is nothing between: where windows reach from step to step, where all is the same at every
 * step, and for scalars.
 */
export function betweenSteps(text: string, stepMs: number, most: Most): Between | undefined {
  const expression = parsedLately(text)
  if (typeOf(expression) !== 'instant vector' || stepMs <= 1) return undefined
  // Both ends of a window count, so that a whole step would count a sample twice.
  const windowMs = stepMs - 1
  const differ = differWithoutName(expression)
  const plain = withoutParentheses(expression)
  if (plain.kind === 'selector' && plain.at === undefined && differ) return overWindows(samplesOf(plain, windowMs))
  const wanted = Math.ceil(stepMs / finestMs(expression))
  const parts = evenParts(stepMs, Math.min(wanted, differ ? most.inWindows : most.inSteps))
  if (parts === 1) return undefined
  // A comment may be the last that is written in it.
  if (differ) return overWindows(`(${text}\n)[${windowMs}ms:${stepMs / parts}ms]`)
  return { by: 'steps', stepMs: stepMs / parts }
}

const overWindows = (windows: string): Between => ({
  by: 'windows',
  least: `min_over_time(${windows})`,
  most: `max_over_time(${windows})`,
})

function samplesOf({ matchers, offsetMs }: VectorSelector, windowMs: number): string {
  const offset = offsetMs === 0 ? '' : ` offset ${offsetMs}ms`
  return `${matchersText(matchers)}[${windowMs}ms]${offset}`
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
