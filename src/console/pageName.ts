import { useEffect, useSyncExternalStore } from 'react'

let name: string | undefined
const watchers = new Set<() => void>()

/** Says what the page shows, a person or a project by name, for the breadcrumb and the title of the window. */
export function usePageName(shown: string | undefined): void {
  useEffect(() => {
    setName(shown)
    return () => setName(undefined)
  }, [shown])
}

/** What the present page shows; undefined where its own title says it all, and until it is known. */
export const useShownName = (): string | undefined => useSyncExternalStore(watch, () => name)

function setName(shown: string | undefined): void {
  name = shown
  for (const watcher of watchers) watcher()
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher)
  return () => void watchers.delete(watcher)
}
