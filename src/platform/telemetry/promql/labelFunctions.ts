import type { RE2JS } from 're2js'
import { compileExpression, type Labels } from '../labels.ts'
import type { Call, Expression } from './ast.ts'
import { withoutParentheses } from './ast.ts'
import { executionError } from './errors.ts'
import { labelOf, withLabel } from './labelSets.ts'

const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/

export const isLabelName = (text: string): boolean => labelName.test(text)

export type Relabel = (labels: Labels) => Labels

/** What `label_replace` or `label_join` does to the labels of a series. @throws AppError QUERY_FAILED */
export function relabelling({ name, args }: Call): Relabel {
  const [destination = '', ...rest] = args.slice(1).map(textOf)
  if (name === 'label_join') return joining(destination, rest)
  const [replacement = '', source = '', pattern = ''] = rest
  return replacing(destination, replacement, source, pattern)
}

export function textOf(expression: Expression): string {
  const literal = withoutParentheses(expression)
  if (literal.kind !== 'string') throw new TypeError('A string is always a literal')
  return literal.value
}

/** Each of a few dozen nested calls could double what the one within has made. */
const lengthMax = 100_000

function relabelled(labels: Labels, name: string, value: string): Labels {
  if (value.length > lengthMax) throw executionError(`the value of label ${name} would have ${value.length} characters`)
  return withLabel(labels, name, value)
}

function joining(destination: string, [separator = '', ...sources]: string[]): Relabel {
  for (const source of sources)
    if (!isLabelName(source)) throw executionError(`invalid source label name in label_join(): ${source}`)
  if (!isLabelName(destination)) throw executionError(`invalid destination label name in label_join(): ${destination}`)
  return (labels) => relabelled(labels, destination, sources.map((source) => labelOf(labels, source)).join(separator))
}

function replacing(destination: string, replacement: string, source: string, pattern: string): Relabel {
  const expression = compileOrFail(pattern)
  if (!isLabelName(destination))
    throw executionError(`invalid destination label name in label_replace(): ${destination}`)
  const groups = new Map(Object.entries(expression.namedGroups()))
  return (labels) => {
    const matcher = expression.matcher(labelOf(labels, source))
    if (!matcher.matches()) return labels
    const groupOf = (group: string): string => {
      const index = /^\d+$/.test(group) ? Number(group) : groups.get(group)
      return index === undefined || index > matcher.groupCount() ? '' : (matcher.group(index) ?? '')
    }
    return relabelled(labels, destination, expanded(replacement, groupOf))
  }
}

function compileOrFail(pattern: string): RE2JS {
  try {
    return compileExpression(pattern)
  } catch {
    throw executionError(`invalid regular expression in label_replace(): ${pattern}`)
  }
}

/** Puts in what `$1`, `${1}` and `${name}` stand for; `$1x` is the group of the name `1x`. */
const expanded = (template: string, groupOf: (group: string) => string): string =>
  template.replaceAll(/\$(?:(\$)|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu, (_, dollar, bare, braced) =>
    dollar === undefined ? groupOf(String(bare ?? braced)) : '$',
  )
