import { useSyncExternalStore } from 'react'

export interface HistoryEntry {
  queries: string[]
  /** Ms since 1970. */
  at: number
  starred: boolean
}

const storageKey = 'miktos.explore.history'
/** Of those without a star. */
const keptMax = 100

const watchers = new Set<() => void>()
let entries = stored()

addEventListener('storage', ({ key }) => {
  if (key === storageKey) show(stored())
})

/** What was run in this browser, newest first. */
export const useHistory = (): readonly HistoryEntry[] =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    () => entries,
  )

export const remember = (queries: string[], at: number): void => replace(remembered(entries, queries, at))

export const star = (entry: HistoryEntry): void =>
  replace(entries.map((each) => (isSame(each, entry.queries) ? { ...each, starred: !each.starred } : each)))

export const forget = (entry: HistoryEntry): void => replace(entries.filter((each) => !isSame(each, entry.queries)))

/** What ran before moves to the top and keeps its star. */
export function remembered(known: readonly HistoryEntry[], queries: string[], at: number): HistoryEntry[] {
  const starred = known.some((entry) => entry.starred && isSame(entry, queries))
  const all = [{ queries, at, starred }, ...known.filter((entry) => !isSame(entry, queries))]
  let plain = 0
  return all.filter((entry) => entry.starred || (plain += 1) <= keptMax)
}

const isSame = (entry: HistoryEntry, queries: readonly string[]): boolean =>
  entry.queries.length === queries.length && entry.queries.every((query, index) => query === queries[index])

function stored(): HistoryEntry[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]')
    return Array.isArray(found) ? found : []
  } catch {
    return []
  }
}

function replace(next: HistoryEntry[]): void {
  localStorage.setItem(storageKey, JSON.stringify(next))
  show(next)
}

function show(next: HistoryEntry[]): void {
  entries = next
  for (const watcher of watchers) watcher()
}
