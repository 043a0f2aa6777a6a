import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'

/** What was measured at one moment; what could not be is absent. */
export interface SampleRow {
  /** Ms since the epoch. */
  at: number
  values: Partial<Record<string, number>>
}

/** Rows in the order of time from samples in any order. */
export function rowsOf(samples: Reply<Api['GET /metrics']>['metrics']): SampleRow[] {
  const rows = new Map<string, SampleRow>()
  for (const { timestamp, type, value } of samples) {
    const known = rows.get(timestamp)
    const row = known ?? { at: Date.parse(timestamp), values: {} }
    row.values[type] = value
    if (!known) rows.set(timestamp, row)
  }
  return [...rows.values()].toSorted((a, b) => a.at - b.at)
}

/** With one more row at the end, and without those that have become older than `spanMs`. */
export function appended(rows: readonly SampleRow[], row: SampleRow, spanMs: number): SampleRow[] {
  const newestAt = rows.at(-1)?.at ?? 0
  return [...rows.filter(({ at }) => at > row.at - spanMs), ...(row.at > newestAt ? [row] : [])]
}

/** Longer without a sample and something was wrong: the line has a gap there. */
const silenceMsMax = 15_000

/** Where nothing was measured for long, an empty row after the last measurement and one before the next. */
export function withGaps(rows: readonly SampleRow[]): SampleRow[] {
  return rows.flatMap((row, index) => {
    const before = rows[index - 1]
    return before && row.at - before.at > silenceMsMax ? [empty(before.at + 1), empty(row.at - 1), row] : [row]
  })
}

/** From `spanMs` before the newest row (before `nowMs` while there is none) on, empty where nothing was measured. */
export function acrossSpan(rows: readonly SampleRow[], spanMs: number, nowMs: number): SampleRow[] {
  const first = rows[0]
  const endAt = rows.at(-1)?.at ?? nowMs
  const startAt = endAt - spanMs
  if (!first) return [empty(startAt), empty(endAt)]
  const kept = rows.filter(({ at }) => at >= startAt)
  return withGaps(first.at - startAt > silenceMsMax ? [empty(startAt), ...kept] : kept)
}

const empty = (at: number): SampleRow => ({ at, values: {} })

export const lineOf = (rows: readonly SampleRow[], type: string): (number | null)[] =>
  rows.map(({ values }) => values[type] ?? null)
