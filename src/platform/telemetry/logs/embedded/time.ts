/** Within a day, ns are exact in a double; so times are kept as a day and ns since it began. */
export const dayNs = 86_400_000_000_000
const dayBigNs = BigInt(dayNs)
export const minuteNs = 60_000_000_000
export const msNs = 1_000_000n

/** Days since 1970 of a time that is not before. */
export const dayOf = (ns: bigint): number => Number(ns / dayBigNs)

export const dayStartNs = (day: number): bigint => BigInt(day) * dayBigNs

export const timestampNs = (day: number, offsetNs: number): bigint => dayStartNs(day) + BigInt(offsetNs)

/** `2026-11-22` */
export const dateOf = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10)

export const dayOfDate = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 86_400_000

/** The part of a day that lies in `fromNs` (inclusive) to `toNs` (exclusive), as offsets. */
export function withinDay(day: number, fromNs: bigint, toNs: bigint): { from: number; to: number } {
  const start = dayStartNs(day)
  const bound = (ns: bigint): number => (ns <= start ? 0 : ns >= start + dayBigNs ? dayNs : Number(ns - start))
  return { from: bound(fromNs), to: bound(toNs) }
}
