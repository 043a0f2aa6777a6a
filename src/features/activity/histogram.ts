/** Upper bounds of all buckets but the last, which has none. */
const boundsMs = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000] as const

export const tookColumns = [
  'took_0',
  'took_1',
  'took_2',
  'took_3',
  'took_4',
  'took_5',
  'took_6',
  'took_7',
  'took_8',
  'took_9',
  'took_10',
] as const

/** How many took how long, by bucket; not cumulative, so that buckets of several hours can be added. */
export type Took = Record<(typeof tookColumns)[number], number>

export const tookNothing = (): Took => Object.fromEntries(tookColumns.map((column) => [column, 0])) as Took

export function bucketOf(durationMs: number): (typeof tookColumns)[number] {
  const index = boundsMs.findIndex((bound) => durationMs <= bound)
  return tookColumns[index === -1 ? boundsMs.length : index]!
}

/**
 * The duration below which the share `q` of all lies, in ms: exact to the bucket, in between as if
 * durations were spread evenly, never above `maxMs`. Null when there are none.
 */
export function quantileMs(took: Took, q: number, maxMs: number): number | null {
  const counts = tookColumns.map((column) => took[column])
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  let below = 0
  for (const [index, count] of counts.entries()) {
    const reached = below + count
    if (count > 0 && reached >= q * total) {
      const from = index === 0 ? 0 : boundsMs[index - 1]!
      const to = Math.max(from, Math.min(boundsMs[index] ?? maxMs, maxMs))
      return from + ((q * total - below) / count) * (to - from)
    }
    below = reached
  }
  return maxMs
}
