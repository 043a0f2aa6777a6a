import { compileExpression, valueTest, type Matcher } from '../../labels.ts'
import type { LinePredicate, LogFilter } from '../logs.ts'

/** Text that Go reads as the same string. */
const quoted = (text: string): string => JSON.stringify(text)

/** Every stream has this label: Loki 3 gives it by itself, and what is sent from here brings it. */
const everything: Matcher = { name: 'service_name', op: '=~', value: '.+' }

/** Loki refuses a selector without a matcher that an absent label does not fulfil. */
export function selectorText(matchers: readonly Matcher[] = []): string {
  const isBound = matchers.some((matcher) => !valueTest(matcher)(''))
  const all = isBound ? matchers : [everything, ...matchers]
  return `{${all.map(({ name, op, value }) => `${name}${op}${quoted(value)}`).join(', ')}}`
}

export interface LokiQuery {
  text: string
  /** Whether every line that it finds fulfils the filter; otherwise the rest has to be looked at here. */
  isExact: boolean
}

/** LogQL that finds all lines of the filter, and as few others as can be said. @throws AppError VALIDATION_FAILED */
export function lokiQuery({ matchers = [], where }: Pick<LogFilter, 'matchers' | 'where'>): LokiQuery {
  const parts = where ? conjunction(where) : []
  const stages = parts.map(lineFilter)
  const services = matchers.length === 0 ? parts.flatMap((part) => (part.op === 'service' ? [part.in] : [])) : []
  const selector = selectorText([
    ...matchers,
    ...services.map((names): Matcher => ({ name: 'service_name', op: '=~', value: names.map(literal).join('|') })),
  ])
  return {
    text: [selector, ...stages.flatMap((stage) => (stage ? [stage.text] : []))].join(' '),
    isExact: stages.every((stage) => stage?.isExact),
  }
}

const conjunction = (predicate: LinePredicate): LinePredicate[] =>
  predicate.op === 'and' ? predicate.of.flatMap(conjunction) : [predicate]

function lineFilter(predicate: LinePredicate): LokiQuery | null {
  if (predicate.op === 'matches') {
    compileExpression(predicate.pattern)
    // Whether a dot means line feeds as well is not the same everywhere.
    return { text: `|~ ${quoted(predicate.pattern)}`, isExact: !predicate.pattern.includes('.') }
  }
  if (predicate.op !== 'contains') return null
  const { text, caseSensitive, word } = predicate
  if (text === '') return { text: '', isExact: true }
  if (caseSensitive || !/[a-z]/i.test(text)) return { text: `|= ${quoted(text)}`, isExact: !word }
  // Loki folds case beyond ASCII too, so only of ASCII it finds the same; of that K and S have relatives elsewhere.
  const isPlain = !/[ks]|[^\0-\x7f]/i.test(text)
  return { text: `|~ ${quoted(`(?i)${literal(text)}`)}`, isExact: !word && isPlain }
}

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
