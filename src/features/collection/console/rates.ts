import { secondMs } from '#kernel/time.ts'

/** How many lines each source had read at one moment. */
export interface Reading {
  /** Ms since 1970. */
  at: number
  lines: ReadonlyMap<string, number>
}

/** Lines per second between two looks; nothing for a source that is new or began anew. */
export function ratesBetween(before: Reading | undefined, now: Reading): Map<string, number> {
  const rates = new Map<string, number>()
  if (!before || now.at <= before.at) return rates
  for (const [key, count] of now.lines) {
    const earlier = before.lines.get(key)
    if (earlier !== undefined && count >= earlier) rates.set(key, ((count - earlier) * secondMs) / (now.at - before.at))
  }
  return rates
}
