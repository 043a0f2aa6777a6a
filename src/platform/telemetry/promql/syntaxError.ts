import type { SyntaxNode } from '@lezer/common'
import type { AppError } from '#kernel/errors.ts'
import { parseError } from './errors.ts'

/**
 * The first place where the tree does not fit the grammar, said in Prometheus' words as far as the tree tells it.
 * `stoppedAt` is where a parser stops that does not go on behind an error.
 */
export function syntaxError(tree: SyntaxNode, text: string, stoppedAt: number): AppError {
  if (text.trim() === '') return parseError(text, 0, 'no expression found in input')
  const node = firstError(tree)
  if (!node) return unexpected(text, stoppedAt)
  const open = unterminated(tree, text)
  if (open !== undefined) return parseError(text, open, 'unterminated quoted string')
  const rest = text.slice(node.from)
  const from = node.from + (rest.length - rest.trimStart().length)
  const unknown = unknownFunction(text, from)
  if (unknown) return parseError(text, from, `unknown function with name ${JSON.stringify(unknown)}`)
  return unexpected(text, from, placeOf(node))
}

export const unexpected = (text: string, from: number, place = ''): AppError =>
  parseError(text, from, `unexpected ${tokenAt(text, from)}${place}`)

function firstError(tree: SyntaxNode): SyntaxNode | undefined {
  let found: SyntaxNode | undefined
  tree.cursor().iterate(({ type, node }) => {
    if (type.isError) found ??= node
    return !found
  })
  return found
}

/** Where a text begins whose quote does not come again. */
function unterminated(tree: SyntaxNode, text: string): number | undefined {
  let found: number | undefined
  tree.cursor().iterate(({ name, from, to }) => {
    if (name === 'StringLiteral' && (to - from < 2 || text.charAt(from) !== text.charAt(to - 1))) found ??= from
  })
  return found
}

/** `foo(` where `foo` is no function is read as a metric followed by something unexpected. */
function unknownFunction(text: string, from: number): string | undefined {
  if (text.charAt(from) !== '(') return undefined
  return /[a-zA-Z_:][\w:]*(?=\s*$)/.exec(text.slice(0, from))?.[0]
}

function tokenAt(text: string, from: number): string {
  const rest = text.slice(from)
  if (rest === '') return 'end of input'
  const word = /^([a-zA-Z_:][\w:]*|\d[\w.]*|[=!<>]=|[=!]~|[^])/.exec(rest)![0]
  return /^[a-zA-Z_:]/.test(word) ? `identifier ${JSON.stringify(word)}` : JSON.stringify(word)
}

const places: Record<string, string> = {
  LabelMatchers: ' in label matching, expected identifier or "}"',
  UnquotedLabelMatcher: ' in label matching, expected string',
  GroupingLabels: ' in grouping opts, expected label',
  AggregateExpr: ' in aggregation',
  FunctionCallBody: ' in function call, expected expression or ")"',
  ParenExpr: ' in parentheses, expected ")"',
  MatrixSelector: ' in range, expected "]"',
  SubqueryExpr: ' in subquery selector, expected "]"',
  OffsetExpr: ' in offset, expected duration',
  StepInvariantExpr: ' in @, expected timestamp',
  BinaryExpr: ' in binary expression, expected expression',
  UnaryExpr: ' in unary expression, expected expression',
}

const placeOf = (node: SyntaxNode): string => places[node.parent?.name ?? ''] ?? ''
