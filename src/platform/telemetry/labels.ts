import { RE2JS } from 're2js'
import { AppError } from '#kernel/errors.ts'

/** Names and values of a stream or series. No empty values: an empty label is the same as none. */
export type Labels = Readonly<Record<string, string>>

export type MatchOperator = '=' | '!=' | '=~' | '!~'

/** One condition on a label, as in `{job="api", env!~"dev|test"}`. A label that is absent counts as empty. */
export interface Matcher {
  name: string
  op: MatchOperator
  /** Text, or for `=~` and `!~` a regular expression (RE2 syntax) that has to match the whole value. */
  value: string
}

/** The value of a label, undefined where it is absent: names come from people, and `toString` is one of theirs too. */
export const labelValue = (labels: Labels, name: string): string | undefined =>
  Object.hasOwn(labels, name) ? labels[name] : undefined

const byName = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : a > b ? 1 : 0)

/** Pairs sorted by name, empty values left out. */
export const labelPairs = (labels: Labels): [name: string, value: string][] =>
  Object.entries(labels)
    .filter(([, value]) => value !== '')
    .toSorted(byName)

/** Tells label sets apart; equal for equal sets, whatever their order. */
export const labelsKey = (labels: Labels): string => JSON.stringify(labelPairs(labels))

/** `{job="api", env="prod"}` */
export const labelsText = (labels: Labels): string =>
  `{${labelPairs(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`

/** `{job="api",env!~"dev|test"}`, as PromQL reads it. */
export const matchersText = (matchers: readonly Matcher[]): string =>
  `{${matchers.map(({ name, op, value }) => `${name}${op}${JSON.stringify(value)}`).join(',')}}`

/** Whether a label's value fulfils the matcher. @throws AppError VALIDATION_FAILED for a bad regular expression */
export function valueTest({ op, value }: Matcher): (text: string) => boolean {
  if (op === '=') return (text) => text === value
  if (op === '!=') return (text) => text !== value
  const whole = wholeValue(value)
  return op === '=~' ? whole : (text) => !whole(text)
}

const plainAlternatives = /^[\w :/@,;%&~<>=!"'#-]*(\|[\w :/@,;%&~<>=!"'#-]*)*$/

/** Most expressions in use are a few words with `|` between; comparing those needs no engine. */
function wholeValue(pattern: string): (text: string) => boolean {
  if (plainAlternatives.test(pattern)) {
    const words = new Set(pattern.split('|'))
    return (text) => words.has(text)
  }
  if (pattern === '.*') return () => true
  if (pattern === '.+') return (text) => text !== ''
  const expression = compileExpression(pattern)
  return (text) => expression.matches(text)
}

/** A regular expression that takes time linear in the text, whatever a caller wrote. @throws AppError VALIDATION_FAILED */
export function compileExpression(pattern: string, flags = 0): RE2JS {
  try {
    return RE2JS.compile(pattern, flags)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'not understood'
    throw new AppError('VALIDATION_FAILED', `The regular expression ${JSON.stringify(pattern)} is not valid: ${reason}`)
  }
}
