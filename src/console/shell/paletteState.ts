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
const watchers = new Set<() => void>()

export const usePalette = (): PaletteState =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    () => state,
  )

export const openPalette = (): void => set({ open: true })
export const closePalette = (): void => set({ open: false })

/** What can be done on this page, on top of the palette while the page is shown. */
export function usePaletteActions(actions: readonly PaletteAction[]): void {
  const run = useEffectEvent((index: number) => actions[index]?.run())
  const current = useEffectEvent(() => actions)
  const signature = actions.map(({ label }) => label).join('\n')
  useEffect(() => {
    const mine = current().map((action, index) => ({ ...action, run: () => run(index) }))
    set({ actions: [...mine, ...state.actions] })
    return () => set({ actions: state.actions.filter((action) => !mine.includes(action)) })
  }, [signature])
}

function set(change: Partial<PaletteState>): void {
  state = { ...state, ...change }
  for (const watcher of watchers) watcher()
}
