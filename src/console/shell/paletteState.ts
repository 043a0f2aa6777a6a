import type { LucideIcon } from 'lucide-react'
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'

export interface PaletteAction {
  label: string
  icon?: LucideIcon
  run: () => void
  keywords?: string
}

interface PaletteState {
  open: boolean
  actions: readonly PaletteAction[]
}

let state: PaletteState = { open: false, actions: [] }
const sources: (() => readonly PaletteAction[])[] = []
const watchers = new Set<() => void>()

export const usePalette = (): PaletteState =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    () => state,
  )

/** The page's own actions come first, the innermost part of the page before what surrounds it. */
export const openPalette = (): void => set({ open: true, actions: sources.toReversed().flatMap((source) => source()) })
export const closePalette = (): void => set({ open: false, actions: [] })

/** What can be done on this page, on top of the palette while the page is shown. */
export function usePaletteActions(actions: readonly PaletteAction[]): void {
  const current = useEffectEvent(() => actions)
  useEffect(() => {
    const source = (): readonly PaletteAction[] => current()
    sources.push(source)
    return () => void sources.splice(sources.indexOf(source), 1)
  }, [])
}

function set(next: PaletteState): void {
  state = next
  for (const watcher of watchers) watcher()
}
