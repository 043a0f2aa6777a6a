import { LRUCache } from 'lru-cache'
import type { Expression } from './ast.ts'
import { parsePromql } from './parse.ts'

/** Rules and dashboards ask the same again and again. */
const parsed = new LRUCache<string, Expression>({ maxSize: 4_000_000, sizeCalculation: (_, text) => text.length + 100 })

/** As `parsePromql`, remembering what was parsed. @throws AppError VALIDATION_FAILED with `position` */
export function parsedLately(text: string): Expression {
  const known = parsed.get(text)
  if (known) return known
  const expression = parsePromql(text)
  parsed.set(text, expression)
  return expression
}
