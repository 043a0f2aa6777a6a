import { compileExpression } from '../labels.ts'
import { compareFields, fieldOf } from './fields.ts'
import type { LinePredicate, LogRow } from './logs.ts'

/** A predicate as a question of single rows, for stores that have them only whole. @throws AppError VALIDATION_FAILED */
export function rowTest(predicate: LinePredicate | undefined): (row: LogRow) => boolean {
  if (!predicate) return () => true
  switch (predicate.op) {
    case 'and': {
      const tests = predicate.of.map(rowTest)
      return (row) => tests.every((test) => test(row))
    }
    case 'or': {
      const tests = predicate.of.map(rowTest)
      return (row) => tests.some((test) => test(row))
    }
    case 'not': {
      const test = rowTest(predicate.of)
      return (row) => !test(row)
    }
    case 'severity':
      return ({ severity }) => predicate.in.includes(severity)
    case 'service':
      return ({ service }) => predicate.in.includes(service)
    case 'contains': {
      const expression = containing(predicate)
      return ({ line }) => expression.test(line)
    }
    case 'matches': {
      const expression = compileExpression(predicate.pattern)
      return ({ line }) => expression.matcher(line).find()
    }
    case 'field': {
      const fulfils = comparison(predicate)
      return ({ line, metadata, labels }) => fulfils(fieldOf(predicate.name, line, metadata, labels))
    }
  }
}

type Contains = Extract<LinePredicate, { op: 'contains' }>

/** Of a word everything is part that is not ASCII, or a letter, digit or `_`. */
const wordSign = String.raw`[\w\u0080-\uffff]`

function containing({ text, caseSensitive = false, word = false }: Contains): RegExp {
  const escaped = RegExp.escape(text)
  const literal = caseSensitive ? escaped : Array.from(text, eitherCase).join('')
  return new RegExp(word && text !== '' ? `(?<!${wordSign})${literal}(?!${wordSign})` : literal)
}

/** Only ASCII letters have two forms here. */
const eitherCase = (sign: string): string =>
  /[a-z]/i.test(sign) ? `[${sign.toLowerCase()}${sign.toUpperCase()}]` : RegExp.escape(sign)

/** A line without the field fulfils only `!=`. */
function comparison(predicate: Extract<LinePredicate, { op: 'field' }>): (value: string | undefined) => boolean {
  if (predicate.compare === '=~') {
    const expression = compileExpression(predicate.pattern)
    return (value) => value !== undefined && expression.matcher(value).find()
  }
  const { compare, value: wanted } = predicate
  const holds = {
    '=': (order: number) => order === 0,
    '!=': (order: number) => order !== 0,
    '>': (order: number) => order > 0,
    '>=': (order: number) => order >= 0,
    '<': (order: number) => order < 0,
    '<=': (order: number) => order <= 0,
  }[compare]
  return (value) => (value === undefined ? compare === '!=' : holds(compareFields(value, wanted)))
}
