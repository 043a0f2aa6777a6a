import { isLogql } from '#kernel/logFilter/index.ts'
import { readFilter } from './compile.ts'
import { logExpression } from './logql.ts'

/** A part of a filter, and the filter without it: to find out which part takes the most away. */
export interface FilterHint {
  term: string
  rest: string
}

/** @throws AppError VALIDATION_FAILED */
export function logFilterHints(text: string): FilterHint[] {
  const places = isLogql(text) ? logExpression(text).places : readFilter(text)
  return places.map(({ from, to }) => ({
    term: text.slice(from, to).trim(),
    rest: `${text.slice(0, from).trimEnd()} ${text.slice(to).trimStart()}`.trim(),
  }))
}
