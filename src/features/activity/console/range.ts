import { oneOf, useSearch } from '#console/search.ts'

const ranges = ['1', '7', '30', '90'] as const

export type Range = (typeof ranges)[number]

export const rangeOptions: { value: Range; label: string }[] = [
  { value: '1', label: '24 h' },
  { value: '7', label: '7 d' },
  { value: '30', label: '30 d' },
  { value: '90', label: '90 d' },
]

/** How many days the pages look back: part of the address, shared by all tabs. */
export function useRange() {
  const [{ days }, setSearch] = useSearch({ days: oneOf<Range>(ranges, '7') })
  return { range: days, days: Number(days), setRange: (range: Range) => setSearch({ days: range }) }
}

/** `the last 24 hours`, `the last 7 days` */
export const inWords = (days: number): string => (days === 1 ? 'the last 24 hours' : `the last ${days} days`)
