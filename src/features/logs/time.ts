import { hourMs } from '#kernel/time.ts'
import { AppError } from '#kernel/errors.ts'

export const nsOf = (ms: number): bigint => BigInt(Math.round(ms)) * 1_000_000n

/** The span of a search, the last hour unless told. The end is exclusive, so that "until now" holds this millisecond. */
export function spanOf({ from, to }: { from?: number | undefined; to?: number | undefined }, now: number) {
  const toMs = to ?? now + 1
  const fromMs = from ?? toMs - hourMs
  if (fromMs > toMs) throw new AppError('VALIDATION_FAILED', 'The span ends before it begins', { field: 'to' })
  return { fromNs: nsOf(fromMs), toNs: nsOf(toMs) }
}
