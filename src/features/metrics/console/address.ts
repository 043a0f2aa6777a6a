import { maybeOneOf, oneOf, text, useSearch } from '#console/search.ts'
import { defaultRange } from '#console/timeRange.ts'
import { refreshSteps } from '#console/ui/RefreshPicker.tsx'

export const queriesMax = 6

export const units = ['count', 'per_second', 'ms', 'seconds', 'bytes', 'bytes_per_second', 'percent', 'ratio'] as const

/** Everything in the address. `q` to `q6` are the queries, `r` to `r6` those of the second pane. */
const searchParams = {
  q: text(),
  q2: text(),
  q3: text(),
  q4: text(),
  q5: text(),
  q6: text(),
  r: text(),
  r2: text(),
  r3: text(),
  r4: text(),
  r5: text(),
  r6: text(),
  split: maybeOneOf(['1']),
  from: text(defaultRange.from),
  to: text(defaultRange.to),
  refresh: oneOf(refreshSteps, ''),
  mode: oneOf(['range', 'instant'], 'range'),
  /** `30s`; empty chooses one that suits the range. */
  step: text(),
  unit: maybeOneOf(units),
  view: oneOf(['graph', 'table', 'json'], 'graph'),
  fill: maybeOneOf(['area', 'stacked']),
}

export const useExploreSearch = () => useSearch(searchParams)

export type ExploreSearch = ReturnType<typeof useExploreSearch>[0]
export type SetExploreSearch = ReturnType<typeof useExploreSearch>[1]

export type PaneName = 'q' | 'r'

const names = {
  q: ['q', 'q2', 'q3', 'q4', 'q5', 'q6'],
  r: ['r', 'r2', 'r3', 'r4', 'r5', 'r6'],
} as const satisfies Record<PaneName, (keyof ExploreSearch)[]>

export const panesOf = ({ split }: ExploreSearch): PaneName[] => (split ? ['q', 'r'] : ['q'])

/** Queries of a pane without the empty ones. */
export const queriesOf = (search: ExploreSearch, pane: PaneName): string[] =>
  names[pane].map((name) => search[name].trim()).filter((query) => query !== '')

/** As a change of the address. */
export const withQueries = (pane: PaneName, queries: readonly string[]): Partial<ExploreSearch> =>
  Object.fromEntries(names[pane].map((name, index) => [name, queries[index] ?? '']))
