import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'
import { durationMs } from '#kernel/duration.ts'
import { AppError } from '#kernel/errors.ts'
import { compileExpression, valueTest, type Matcher, type MatchOperator } from '../labels.ts'
import type {
  Aggregation,
  AggregationName,
  Binary,
  BinaryOperator,
  Displaced,
  Expression,
  Grouping,
  Matching,
  MatrixSelector,
  Subquery,
  VectorSelector,
} from './ast.ts'
import { isSetOperator } from './ast.ts'
import { checkTypes } from './check.ts'
import { parseError } from './errors.ts'
import { numberOf, stringOf } from './literals.ts'
import { syntaxError, unexpected } from './syntaxError.ts'

/** An expression of PromQL as Prometheus 2.42 knows it. @throws AppError VALIDATION_FAILED with `position` */
export function parsePromql(text: string): Expression {
  const expression = new Reader(text).expression(treeOf(text).firstChild!)
  checkTypes(expression, text)
  return expression
}

/** The matchers of a series selector, as `match[]` takes it. @throws AppError VALIDATION_FAILED with `position` */
export function selectorsOf(text: string): Matcher[] {
  const expression = parsePromql(text)
  if (expression.kind !== 'selector' || expression.offsetMs !== 0 || expression.at !== undefined)
    throw parseError(text, 0, 'expected a series selector')
  return expression.matchers
}

/**
 * The grammar is of a later Prometheus, in which `holt_winters` has another name. Only the tree is taken from the
 * changed text, so all that matters is a function's name of the same length.
 */
const withKnownFunctions = (text: string): string => text.replaceAll(/\bholt_winters\b/g, 'day_of_month')

const strict = parser.configure({ strict: true })

/** Explaining what is wrong takes a second parse that goes on behind errors, and long where there are many. */
const explainedMax = 10_000

function treeOf(text: string): SyntaxNode {
  const known = withKnownFunctions(text)
  try {
    const tree = strict.parse(known).topNode
    checkDepth(tree, text)
    return tree
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const from = Number(/\d+$/.exec(error.message)?.[0] ?? 0)
    throw text.length > explainedMax ? unexpected(text, from) : syntaxError(parser.parse(known).topNode, text, from)
  }
}

/** Every level is one of recursion later on. */
const depthMax = 1_000

function checkDepth(tree: SyntaxNode, text: string): void {
  let depth = 0
  tree.cursor().iterate(
    ({ from }) => {
      if (++depth > depthMax) throw parseError(text, from, 'expression is nested too deeply')
    },
    () => void depth--,
  )
}

/** A run of operands with signs, binary operators and what is written behind an operand, in the order of the text. */
type Part = { node: SyntaxNode; role: 'operand' | 'sign' | 'operator' | 'behind' }

const precedences: Record<BinaryOperator, number> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 6,
}

const behindNames = new Set(['OffsetExpr', 'StepInvariantExpr', 'MatrixSelector', 'SubqueryExpr'])

class Reader {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /**
   * The grammar serves an editor and nests `-a offset 5m` and `-2 ^ 2` otherwise than Prometheus does, so the operands
   * and operators are taken in the order of the text and nested anew.
   */
  expression(node: SyntaxNode): Expression {
    const parts: Part[] = []
    this.#flatten(node, parts)
    return this.#nested(parts)
  }

  #flatten(node: SyntaxNode, parts: Part[]): void {
    const first = childrenOf(node)[0]
    if (node.name === 'BinaryExpr') {
      this.#flatten(first!, parts)
      parts.push({ node, role: 'operator' })
      this.#flatten(childrenOf(node).at(-1)!, parts)
    } else if (node.name === 'UnaryExpr') {
      parts.push({ node: first!, role: 'sign' })
      this.#flatten(childrenOf(node).at(-1)!, parts)
    } else if (behindNames.has(node.name)) {
      this.#flatten(first!, parts)
      parts.push({ node, role: 'behind' })
    } else {
      if (node.name === 'NumberDurationLiteral' && /^[+-]/.test(this.#of(node))) parts.push({ node, role: 'sign' })
      parts.push({ node, role: 'operand' })
    }
  }

  #nested(parts: Part[]): Expression {
    let next = 0
    const unary = (): Expression => {
      const { node, role } = parts[next++]!
      if (role === 'sign') {
        const op = this.#of(node).startsWith('-') ? '-' : '+'
        const inner = binary(precedences['^'])
        if (inner.kind === 'number')
          return { ...inner, from: node.from, value: op === '-' ? -inner.value : inner.value }
        return { kind: 'unary', op, inner, from: node.from }
      }
      let operand = this.#operand(node)
      while (parts[next]?.role === 'behind') operand = this.#behind(operand, parts[next++]!.node)
      return operand
    }
    const binary = (least: number): Expression => {
      let left = unary()
      for (let part = parts[next]; part?.role === 'operator'; part = parts[next]) {
        const op = this.#operator(part.node)
        if (precedences[op] < least) break
        next++
        const right = binary(op === '^' ? precedences[op] : precedences[op] + 1)
        left = this.#binary(part.node, op, left, right)
      }
      return left
    }
    return binary(0)
  }

  #operand(node: SyntaxNode): Expression {
    const from = node.from
    switch (node.name) {
      case 'NumberDurationLiteral':
        return { kind: 'number', value: this.#number(node), from }
      case 'StringLiteral':
        return { kind: 'string', value: this.#string(node), from }
      case 'VectorSelector':
        return this.#selector(node)
      case 'ParenExpr':
        return { kind: 'parentheses', inner: this.expression(childrenOf(node)[0]!), from }
      case 'FunctionCall':
        return {
          kind: 'call',
          name: this.#of(node.getChild('FunctionIdentifier')!),
          args: this.#args(node),
          from,
        }
      case 'AggregateExpr':
        return this.#aggregation(node)
      default:
        throw this.#error(node, `unexpected ${JSON.stringify(this.#of(node))}`)
    }
  }

  #behind(operand: Expression, node: SyntaxNode): Expression {
    const [, ...rest] = childrenOf(node)
    switch (node.name) {
      case 'MatrixSelector':
        return this.#range(operand, rest[0]!)
      case 'SubqueryExpr':
        return this.#subquery(operand, rest)
      case 'OffsetExpr':
        return this.#displaced(operand, node, (displaced) => {
          if (displaced.offsetMs !== 0) throw this.#error(node, 'offset may not be set multiple times')
          return { offsetMs: this.#offset(rest[1]!) }
        })
      default:
        return this.#displaced(operand, node, (displaced) => {
          if (displaced.at !== undefined) throw this.#error(node, '@ <timestamp> may not be set multiple times')
          return { at: this.#moment(rest[1]!) }
        })
    }
  }

  #range(operand: Expression, duration: SyntaxNode): MatrixSelector {
    if (operand.kind !== 'selector') throw this.#error(duration, 'ranges only allowed for vector selectors')
    if (operand.offsetMs !== 0) throw this.#error(duration, 'no offset modifiers allowed before range')
    if (operand.at !== undefined) throw this.#error(duration, 'no @ modifiers allowed before range')
    return { kind: 'range', selector: operand, rangeMs: this.#duration(duration), from: operand.from }
  }

  #subquery(inner: Expression, durations: SyntaxNode[]): Subquery {
    const [range, step] = durations.map((node) => this.#duration(node))
    return { kind: 'subquery', inner, rangeMs: range!, offsetMs: 0, from: inner.from, ...(step && { stepMs: step }) }
  }

  #displaced(operand: Expression, node: SyntaxNode, change: (displaced: Displaced) => Partial<Displaced>): Expression {
    if (operand.kind === 'selector' || operand.kind === 'subquery') return { ...operand, ...change(operand) }
    if (operand.kind === 'range') return { ...operand, selector: { ...operand.selector, ...change(operand.selector) } }
    const modifier = node.name === 'OffsetExpr' ? 'offset' : '@'
    throw this.#error(
      node,
      `${modifier} modifier must be preceded by an instant vector selector or range vector selector or a subquery`,
    )
  }

  #offset(node: SyntaxNode): number {
    const inner = node.getChild('OffsetDurationExpr')
    if (!inner) return this.#duration(node, 0)
    const offsetMs = this.#offset(inner)
    return this.#of(node).startsWith('-') ? -offsetMs : offsetMs
  }

  #moment(node: SyntaxNode): number | 'start' | 'end' {
    if (node.name === 'AtModifierPreprocessors') return this.#of(node).toLowerCase() === 'start' ? 'start' : 'end'
    const text = this.#of(node)
    const seconds = this.#number(node) * (text.startsWith('-') ? -1 : 1)
    if (!(Math.abs(seconds * 1000) < 2 ** 63))
      throw this.#error(node, `timestamp out of bounds for @ modifier: ${text}`)
    return Math.sign(seconds) * Math.round(Math.abs(seconds) * 1000)
  }

  #duration(node: SyntaxNode, leastMs = 1): number {
    const ms = durationMs(this.#of(node))
    if (ms === undefined) throw this.#error(node, `not a valid duration string: ${JSON.stringify(this.#of(node))}`)
    if (ms < leastMs) throw this.#error(node, 'duration must be greater than 0')
    if (ms > maxDurationMs) throw this.#error(node, 'duration out of range')
    return ms
  }

  #selector(node: SyntaxNode): VectorSelector {
    const name = node.getChild('Identifier')
    const matchers = childrenOf(node.getChild('LabelMatchers')).map((matcher) => this.#matcher(matcher))
    if (name) {
      const second = matchers.find((matcher) => matcher.name === '__name__')
      const names = [this.#of(name), second?.value].map((text) => JSON.stringify(text))
      if (second) throw this.#error(node, `metric name must not be set twice: ${names.join(' or ')}`)
      matchers.push({ name: '__name__', op: '=', value: this.#of(name) })
    } else if (matchers.every((matcher) => valueTest(matcher)(''))) {
      throw this.#error(node, 'vector selector must contain at least one non-empty matcher')
    }
    return { kind: 'selector', matchers, offsetMs: 0, from: node.from }
  }

  #matcher(node: SyntaxNode): Matcher {
    const [name, op, value] = childrenOf(node)
    if (node.name !== 'UnquotedLabelMatcher')
      throw this.#error(node, `unexpected ${JSON.stringify(this.#of(node))} in label matching, expected identifier`)
    const matcher = { name: this.#of(name!), op: this.#of(op!) as MatchOperator, value: this.#string(value!) }
    if (matcher.op.endsWith('~')) this.#checkExpression(matcher.value, value!)
    return matcher
  }

  #checkExpression(pattern: string, node: SyntaxNode): void {
    try {
      compileExpression(pattern)
    } catch (error) {
      throw error instanceof AppError ? this.#error(node, error.message) : error
    }
  }

  #aggregation(node: SyntaxNode): Aggregation {
    const name = this.#of(node.getChild('AggregateOp')!).toLowerCase()
    if (!isAggregation(name)) throw this.#error(node, `unknown aggregation ${JSON.stringify(name)}`)
    const args = this.#args(node)
    const expected = parameterized.has(name) ? 2 : 1
    if (args.length === 0) throw this.#error(node, 'no arguments for aggregate expression provided')
    if (args.length !== expected) {
      const counts = `expected ${expected}, got ${args.length}`
      throw this.#error(node, `wrong number of arguments for aggregate expression provided, ${counts}`)
    }
    const inner = args.at(-1)!
    const parameter = expected === 2 && { parameter: args[0]! }
    return { kind: 'aggregation', name, ...this.#grouping(node), ...parameter, inner, from: node.from }
  }

  #grouping(node: SyntaxNode): Grouping {
    const modifier = node.getChild('AggregateModifier')
    if (!modifier) return { without: false, labels: [] }
    return {
      without: modifier.getChild('Without') !== null,
      labels: this.#labels(modifier.getChild('GroupingLabels')),
    }
  }

  #labels(node: SyntaxNode | null): string[] {
    return childrenOf(node).map((label) => {
      if (label.name !== 'LabelName')
        throw this.#error(label, `unexpected ${JSON.stringify(this.#of(label))} in grouping opts, expected label`)
      return this.#of(label)
    })
  }

  #operator(node: SyntaxNode): BinaryOperator {
    const op = this.#of(childrenOf(node)[1]!).toLowerCase()
    if (!isBinaryOperator(op)) throw this.#error(childrenOf(node)[1]!, `unexpected ${JSON.stringify(op)}`)
    return op
  }

  #binary(node: SyntaxNode, op: BinaryOperator, left: Expression, right: Expression): Binary {
    const fill = node.getChild('FillModifier')
    if (fill) throw this.#error(fill, `unexpected ${JSON.stringify(this.#of(fill))}`)
    const bool = node.getChild('BoolModifier') !== null
    return { kind: 'binary', op, left, right, bool, matching: this.#matching(node, op), from: left.from }
  }

  #matching(node: SyntaxNode, op: BinaryOperator): Matching {
    const clause = node.getChild('MatchingModifierClause')
    const many = clause?.getChild('GroupLeft') ? 'left' : clause?.getChild('GroupRight') ? 'right' : 'neither'
    if (many !== 'neither' && isSetOperator(op)) throw this.#error(node, `no grouping allowed for "${op}" operation`)
    const [labels = [], include = []] = (clause?.getChildren('GroupingLabels') ?? []).map((list) => this.#labels(list))
    const on = clause !== null && clause.getChild('On') !== null
    const twice = on && include.find((label) => labels.includes(label))
    if (twice) throw this.#error(node, `label "${twice}" must not occur in ON and GROUP clause at once`)
    return { on, labels, many, include }
  }

  #args(node: SyntaxNode): Expression[] {
    return childrenOf(node.getChild('FunctionCallBody')).map((arg) => this.expression(arg))
  }

  #number(node: SyntaxNode): number {
    const text = this.#of(node).replace(/^[+-]\s*/, '')
    const value = numberOf(text)
    if (value === undefined) throw this.#error(node, `bad number or duration syntax: ${JSON.stringify(text)}`)
    return value
  }

  #string(node: SyntaxNode): string {
    const value = stringOf(this.#of(node))
    if (value === undefined) throw this.#error(node, 'unterminated quoted string or unknown escape sequence')
    return value
  }

  #of(node: SyntaxNode): string {
    return this.#text.slice(node.from, node.to)
  }

  #error(node: SyntaxNode, message: string) {
    return parseError(this.#text, node.from, message)
  }
}

/** Prometheus counts in nanoseconds of 63 bits. */
const maxDurationMs = 2 ** 63 / 1e6

const parameterized: ReadonlySet<string> = new Set(['topk', 'bottomk', 'quantile', 'count_values'])
const plain: ReadonlySet<string> = new Set(['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'])

const isAggregation = (name: string): name is AggregationName => plain.has(name) || parameterized.has(name)
const isBinaryOperator = (op: string): op is BinaryOperator => Object.hasOwn(precedences, op)

function childrenOf(node: SyntaxNode | null): SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node?.firstChild ?? null; child; child = child.nextSibling)
    if (child.name !== 'LineComment') children.push(child)
  return children
}
