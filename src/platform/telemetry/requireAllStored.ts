import { AppError } from '#kernel/errors.ts'
import type { Rejection } from './metrics/metrics.ts'

/**
 * For protocols that know no partial success: what is good is stored, and 400 tells of the rest, which no collector
 * sends again. `wordsOf` says what was wrong with one, as the protocol does. @throws AppError MALFORMED_REQUEST
 */
export function requireAllStored(rejected: readonly Rejection[], wordsOf: (one: Rejection) => string): void {
  if (rejected.length === 0) return
  const reasons = rejected.map((one) => (one.count === 1 ? wordsOf(one) : `${wordsOf(one)} (${one.count} times)`))
  throw new AppError('MALFORMED_REQUEST', reasons.join('; '), { rejected })
}
