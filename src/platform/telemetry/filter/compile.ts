import { AppError } from '#kernel/errors.ts'
import {
  isLogql,
  LogFilterError,
  parseLogFilter,
  type FieldTest,
  type FilterTerm,
  type Place,
} from '#kernel/logFilter/index.ts'
import { severityOfLevel } from '../ingest/level.ts'
import { compileExpression, type Matcher } from '../labels.ts'
import { severities, type LinePredicate, type LogFilter } from '../logs/logs.ts'
import { logqlFilter } from './logql.ts'

/**
 * What a filter asks of the store: one as people write it in the console, or the lines that a LogQL query selects.
 * @throws AppError VALIDATION_FAILED with `details.position` and what would be right
 */
export function compileLogFilter(text: string): Pick<LogFilter, 'matchers' | 'where'> {
  if (isLogql(text)) return logqlFilter(text)
  const matchers: Matcher[] = []
  const conditions: LinePredicate[] = []
  for (const term of readFilter(text)) {
    const matcher = matcherOf(term)
    if (matcher) matchers.push(matcher)
    else conditions.push(predicateOf(term, text))
  }
  const where: LinePredicate | undefined = conditions.length > 1 ? { op: 'and', of: conditions } : conditions[0]
  return { ...(matchers.length > 0 && { matchers }), ...(where && { where }) }
}

/** @throws AppError VALIDATION_FAILED */
export function readFilter(text: string): FilterTerm[] {
  try {
    return parseLogFilter(text)
  } catch (error) {
    if (error instanceof LogFilterError) throw filterError(text, error, error.message)
    throw error
  }
}

export function filterError(text: string, { from, to }: Place, message: string): AppError {
  const before = text.slice(0, from)
  const line = before.split('\n').length
  const column = from - before.lastIndexOf('\n')
  return new AppError('VALIDATION_FAILED', `The filter is not understood at character ${from + 1}: ${message}`, {
    position: { from, to, line, column },
  })
}

/** A label that every line must have, or must not have, chooses whole streams. */
function matcherOf(term: FilterTerm): Matcher | null {
  const isNegated = term.kind === 'not'
  const of = isNegated ? term.of : term
  if (of.kind !== 'label') return null
  const [value, ...others] = of.values
  if (others.length === 0) return { name: of.name, op: isNegated ? '!=' : '=', value: value! }
  return { name: of.name, op: isNegated ? '!~' : '=~', value: of.values.map(escaped).join('|') }
}

const escaped = (text: string): string => text.replaceAll(/[\\.+*?()|[\]{}^$]/g, (sign) => `\\${sign}`)

function predicateOf(term: FilterTerm, text: string): LinePredicate {
  switch (term.kind) {
    case 'and':
    case 'or':
      return { op: term.kind, of: term.of.map((each) => predicateOf(each, text)) }
    case 'not':
      return { op: 'not', of: predicateOf(term.of, text) }
    case 'word':
    case 'phrase':
      return { op: 'contains', text: term.text }
    case 'expression':
      checkExpression(term.pattern, term, text)
      return { op: 'matches', pattern: term.pattern }
    case 'level':
      return { op: 'severity', in: [...new Set(term.levels.map((level) => severityOf(level, term, text)))] }
    case 'service':
      return { op: 'service', in: term.services }
    case 'label':
      return anyOf(term.values.map((value) => ({ op: 'field', name: term.name, compare: '=', value })))
    case 'field':
      if (term.test.op === '=~') checkExpression(term.test.pattern, term, text)
      return fieldPredicate(term.name, term.test)
  }
}

function fieldPredicate(name: string, test: FieldTest): LinePredicate {
  switch (test.op) {
    case '=':
      return anyOf(test.values.map((value) => ({ op: 'field', name, compare: '=', value })))
    case 'range':
      return {
        op: 'and',
        of: [
          { op: 'field', name, compare: '>=', value: test.low },
          { op: 'field', name, compare: '<=', value: test.high },
        ],
      }
    case '=~':
      return { op: 'field', name, compare: '=~', pattern: test.pattern }
    default:
      return { op: 'field', name, compare: test.op, value: test.value }
  }
}

const anyOf = (predicates: LinePredicate[]): LinePredicate =>
  predicates.length === 1 ? predicates[0]! : { op: 'or', of: predicates }

function severityOf(level: string, place: Place, text: string): number {
  const severity = severityOfLevel(level)
  if (severity > 0 || level.toLowerCase() === 'unknown') return severity
  throw filterError(
    text,
    place,
    `${JSON.stringify(level)} is no level; write one of ${severities.slice(1).join(', ')} or unknown`,
  )
}

function checkExpression(pattern: string, place: Place, text: string): void {
  try {
    compileExpression(pattern)
  } catch (error) {
    if (error instanceof AppError) throw filterError(text, place, error.message)
    throw error
  }
}
