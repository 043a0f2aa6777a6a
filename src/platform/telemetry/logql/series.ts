import type { Labels } from '../labels.ts'
import type { Grouping } from './ast.ts'

/** Numbers over the steps of a query; `has` says at which steps there is one, since NaN is a number, too. */
export interface Series {
  labels: ReadonlyMap<string, string>
  values: Float64Array
  has: Uint8Array
}

/** What an expression comes to: a number at each step, or series. */
export type Result = { kind: 'scalar'; values: Float64Array } | { kind: 'vector'; series: Series[] }

export const newSeries = (labels: ReadonlyMap<string, string>, steps: number): Series => ({
  labels,
  values: new Float64Array(steps),
  has: new Uint8Array(steps),
})

/** Tells label sets apart. */
export function seriesKey(labels: ReadonlyMap<string, string>): string {
  return JSON.stringify(sortedLabels(labels))
}

export const sortedLabels = (labels: ReadonlyMap<string, string>): [string, string][] =>
  [...labels].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

export const labelsObject = (labels: ReadonlyMap<string, string>): Labels => Object.fromEntries(sortedLabels(labels))

/** The labels that a grouping leaves; without one all. */
export function groupedLabels(labels: ReadonlyMap<string, string>, grouping: Grouping | null): Map<string, string> {
  if (!grouping) return new Map(labels)
  if (!grouping.without) {
    const kept = new Map<string, string>()
    for (const name of grouping.labels) {
      const value = labels.get(name)
      if (value !== undefined) kept.set(name, value)
    }
    return kept
  }
  const kept = new Map(labels)
  for (const name of grouping.labels) kept.delete(name)
  return kept
}

/** Series put together by what the grouping leaves of their labels. */
export function groups(series: Series[], grouping: Grouping): { labels: Map<string, string>; members: Series[] }[] {
  const found = new Map<string, { labels: Map<string, string>; members: Series[] }>()
  for (const each of series) {
    const labels = groupedLabels(each.labels, grouping)
    const key = seriesKey(labels)
    const group = found.get(key)
    if (group) group.members.push(each)
    else found.set(key, { labels, members: [each] })
  }
  return [...found.values()]
}
