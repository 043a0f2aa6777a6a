import { useSyncExternalStore } from 'react'

let open = false
const watchers = new Set<() => void>()

export const useHelpOpen = (): boolean =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    () => open,
  )

export const openHelp = (): void => set(true)
export const closeHelp = (): void => set(false)

function set(next: boolean): void {
  open = next
  for (const watcher of watchers) watcher()
}
