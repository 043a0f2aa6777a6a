import { useSyncExternalStore } from 'react'

const counts = new Map<string, number>()
const watchers = new Set<() => void>()

/** Says beside the navigation item of a page how much waits there; 0 for nothing. */
export function setBadge(path: string, count: number): void {
  if ((counts.get(path) ?? 0) === count) return
  counts.set(path, count)
  for (const watcher of watchers) watcher()
}

export const useBadge = (path: string): number => useSyncExternalStore(watch, () => counts.get(path) ?? 0)

function watch(watcher: () => void): () => void {
  watchers.add(watcher)
  return () => void watchers.delete(watcher)
}
