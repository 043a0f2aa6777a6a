import { LogFilterError, type FieldTest, type FilterTerm } from './ast.ts'
import { isLogql, parseLogFilter } from './parse.ts'

/** Writes a filter so that reading it gives the same parts again. */
export function logFilterText(terms: readonly FilterTerm[]): string {
  if (terms.length === 1 && terms[0]!.kind === 'or') return termText(terms[0]!)
  return terms.map(withinAnd).join(' ')
}

/** Writes one part. */
export function termText(term: FilterTerm): string {
  switch (term.kind) {
    case 'and':
      return term.of.map(withinAnd).join(' ')
    case 'or':
      return term.of.map(withinOr).join(' OR ')
    case 'not':
      return `-${withinAnd(term.of)}`
    case 'word':
      return isBareWord(term.text) ? term.text : quoted(term.text)
    case 'phrase':
      return quoted(term.text)
    case 'expression':
      return expression(term.pattern)
    case 'level':
      return `level:${term.levels.map(value).join(',')}`
    case 'service':
      return `service:${term.services.map(value).join(',')}`
    case 'label':
      return `${term.name}:${term.values.map(value).join(',')}`
    case 'field':
      return `@${term.name}:${testText(term.test)}`
  }
}

function testText(test: FieldTest): string {
  switch (test.op) {
    case '=':
      return test.values.map(value).join(',')
    case 'range':
      return `${test.low}..${test.high}`
    case '=~':
      return expression(test.pattern)
    default:
      return test.op + value(test.value)
  }
}

/** Parts side by side need no parentheses, but where they would be taken for more. */
const withinAnd = (term: FilterTerm): string =>
  term.kind === 'and' || term.kind === 'or' ? `(${termText(term)})` : termText(term)

const withinOr = (term: FilterTerm): string => (term.kind === 'or' ? `(${termText(term)})` : termText(term))

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, (sign) => `\\${sign}`)}"`

const expression = (pattern: string): string =>
  `/${pattern.replaceAll(/\\.|\//gs, (part) => (part === '/' ? '\\/' : part))}/`

/** Values that might be read as something else are quoted: comparisons, ranges, expressions, lists. */
const value = (text: string): string =>
  /^[\p{L}\p{N}_.+*-][\p{L}\p{N}_./+*:-]*$/u.test(text) && !text.includes('..') ? text : quoted(text)

function isBareWord(text: string): boolean {
  if (isLogql(text)) return false
  try {
    const [term, ...others] = parseLogFilter(text)
    return others.length === 0 && term?.kind === 'word' && term.text === text
  } catch (error) {
    if (error instanceof LogFilterError) return false
    throw error
  }
}
