import { useSyncExternalStore } from 'react'
import { shortcutsNow, type Shortcut } from '../keyboard.ts'

/** What the help shows; undefined while it is closed. */
let shown: readonly Shortcut[] | undefined
const watchers = new Set<() => void>()

export const useHelp = (): readonly Shortcut[] | undefined =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    () => shown,
  )

export const openHelp = (): void => show(shortcutsNow())
export const closeHelp = (): void => show(undefined)

function show(next: readonly Shortcut[] | undefined): void {
  shown = next
  for (const watcher of watchers) watcher()
}
