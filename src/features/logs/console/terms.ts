import {
  isLogql,
  LogFilterError,
  parseLogFilter,
  termText,
  type FilterTerm,
  type Place,
} from '#kernel/logFilter/index.ts'
import type { SeverityName } from './severity.ts'

/** What is wrong with a query, and where. */
export interface QueryProblem extends Place {
  message: string
}

/** Undefined where it can be read; LogQL is read by the server. */
export function problemIn(query: string): QueryProblem | undefined {
  if (isLogql(query)) return undefined
  try {
    parseLogFilter(query)
    return undefined
  } catch (error) {
    if (error instanceof LogFilterError) return { message: error.message, from: error.from, to: error.to }
    throw error
  }
}

/** The parts of a query, all of which have to be true of a line; none of one that cannot be read, or is LogQL. */
export const termsOf = (query: string): FilterTerm[] =>
  isLogql(query) || problemIn(query) ? [] : parseLogFilter(query)

const replaced = (query: string, { from, to }: Place, text: string): string =>
  [query.slice(0, from).trimEnd(), text, query.slice(to).trimStart()].filter(Boolean).join(' ')

/** The query without one of its parts. */
export const without = (query: string, place: Place): string => replaced(query, place, '')

/** The query with one part more, which has to be true beside all others. */
export function withTerm(query: string, text: string): string {
  const trimmed = query.trim()
  if (trimmed === '') return text
  const [only] = termsOf(trimmed)
  const isBareEither = only?.kind === 'or' && trimmed[only.from] !== '('
  return isBareEither ? `(${trimmed}) ${text}` : `${trimmed} ${text}`
}

/** A field as the filter knows it; `service` and `level` have words of their own. */
function valuesTerm(field: string, values: string[], isNegated: boolean): string {
  const term: FilterTerm =
    field === 'service'
      ? { kind: 'service', services: values, ...nowhere }
      : field === 'level'
        ? { kind: 'level', levels: values, ...nowhere }
        : { kind: 'field', name: field, test: { op: '=', values }, ...nowhere }
  return termText(isNegated ? { kind: 'not', of: term, ...nowhere } : term)
}

const nowhere: Place = { from: 0, to: 0 }

interface Choice extends Place {
  values: string[]
  isNegated: boolean
}

/** Parts that ask for values of the field. */
const choicesOf = (query: string, field: string): Choice[] =>
  termsOf(query).flatMap((term) => {
    const isNegated = term.kind === 'not'
    const values = valuesFor(isNegated ? term.of : term, field)
    return values ? [{ values, isNegated, from: term.from, to: term.to }] : []
  })

function valuesFor(term: FilterTerm, field: string): string[] | undefined {
  if (term.kind === 'service') return field === 'service' ? term.services : undefined
  if (term.kind === 'level') return field === 'level' ? term.levels.map(severityName) : undefined
  if (term.kind === 'label') return term.name === field ? term.values : undefined
  return term.kind === 'field' && term.name === field && term.test.op === '=' ? term.test.values : undefined
}

/** Values that are asked for and values that are left out, of one field. */
export function chosenOf(query: string, field: string): { included: string[]; excluded: string[] } {
  const choices = choicesOf(query, field)
  const values = (isNegated: boolean): string[] =>
    choices.filter((choice) => choice.isNegated === isNegated).flatMap((choice) => choice.values)
  return { included: values(false), excluded: values(true) }
}

/** The query with the value asked for, left out, or neither. Values that are asked for stand in one part. */
export function choose(query: string, field: string, value: string, how: 'include' | 'exclude' | 'neither'): string {
  if (isLogql(query)) return how === 'neither' ? query : `${query.trim()} | ${logqlFilter(field, value, how)}`
  const cleared = withoutValue(query, field, value)
  if (how === 'neither') return cleared
  const isNegated = how === 'exclude'
  const beside = choicesOf(cleared, field).find((choice) => choice.isNegated === isNegated)
  return beside
    ? replaced(cleared, beside, valuesTerm(field, [...beside.values, value], isNegated))
    : withTerm(cleared, valuesTerm(field, [value], isNegated))
}

function withoutValue(query: string, field: string, value: string): string {
  const choice = choicesOf(query, field).find(({ values }) => values.includes(value))
  if (!choice) return query
  const rest = choice.values.filter((other) => other !== value)
  const text = rest.length > 0 ? valuesTerm(field, rest, choice.isNegated) : ''
  return withoutValue(replaced(query, choice, text), field, value)
}

const logqlFilter = (field: string, value: string, how: 'include' | 'exclude'): string =>
  `${field === 'service' ? 'service_name' : field.replaceAll(/\W/g, '_')} ${how === 'include' ? '=' : '!='} ${JSON.stringify(value)}`

/** Levels that are asked for; none means all. */
export const levelsOf = (query: string): string[] => chosenOf(query, 'level').included

/** The query with these levels and no others; none for all. */
export function withLevels(query: string, levels: readonly SeverityName[]): string {
  const choice = choicesOf(query, 'level').find(({ isNegated }) => !isNegated)
  if (choice) return withLevels(replaced(query, choice, ''), levels)
  return levels.length === 0 ? query.trim() : withTerm(query, valuesTerm('level', [...levels], false))
}

const spellings: Record<string, string> = {
  fatal: 'critical',
  crit: 'critical',
  err: 'error',
  warning: 'warn',
  information: 'info',
}

function severityName(level: string): string {
  const lower = level.toLowerCase()
  return spellings[lower] ?? lower
}

/** What may be marked in the lines: words and phrases that they must contain. */
export const markedTexts = (query: string): string[] =>
  termsOf(query).flatMap((term) => ((term.kind === 'word' || term.kind === 'phrase') && term.text ? [term.text] : []))
