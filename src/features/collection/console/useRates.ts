import { useState } from 'react'
import type { LogSource } from './queries.ts'
import { ratesBetween, type Reading } from './rates.ts'

export const sourceKey = ({ kind, name }: LogSource): string => `${kind} ${name}`

/** Lines per second of each source since the last look, by `sourceKey`. */
export function useRates(sources: readonly LogSource[] | undefined, lookedAt: number): ReadonlyMap<string, number> {
  const [seen, setSeen] = useState<{ last: Reading; rates: ReadonlyMap<string, number> }>()
  if (sources && seen?.last.at !== lookedAt) {
    const now = { at: lookedAt, lines: new Map(sources.map((source) => [sourceKey(source), source.lines_read])) }
    setSeen({ last: now, rates: ratesBetween(seen?.last, now) })
  }
  return seen?.rates ?? new Map()
}
