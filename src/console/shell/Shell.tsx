import { Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect, useState, type ReactNode } from 'react'
import { AlertWatch } from '#features/alerts/console/index.ts'
import { CommandWatch } from '#features/commands/console/index.ts'
import { startKeyboard } from '../keyboard.ts'
import { startLive } from '../live.ts'
import { useCan } from '../me.ts'
import { useShownTimeZone } from '../timeZone.ts'
import { BottomBar } from './BottomBar.tsx'
import { GlobalShortcuts } from './GlobalShortcuts.tsx'
import { Header } from './Header.tsx'
import { Help } from './Help.tsx'
import { LiveStrip } from './LiveStrip.tsx'
import { usePalette } from './paletteState.ts'
import { Reauthentication } from './Reauthentication.tsx'
import { RouteAnnouncer } from './RouteAnnouncer.tsx'
import { Sidebar } from './Sidebar.tsx'

/** Late enough to be in nobody's way, early enough that the first keys typed after ⌘K are not lost. */
const loadPaletteAfterMs = 1_500

export function Shell() {
  const palette = usePaletteElement()
  const zone = useShownTimeZone()
  const can = useCan()
  useEffect(startLive, [])
  useEffect(startKeyboard, [])
  return (
    <div className="grid h-dvh grid-cols-[100%] grid-rows-[44px_auto_1fr_auto] md:grid-cols-[48px_minmax(0,1fr)] md:grid-rows-[44px_auto_1fr] xl:grid-cols-[208px_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-on-solid focus:not-sr-only focus:absolute focus:top-1 focus:left-1"
      >
        Skip to the page
      </a>
      <Header />
      <div className="col-span-full">
        <LiveStrip />
      </div>
      <Sidebar />
      {/* Times stand everywhere: with another zone the page begins anew. */}
      <main
        key={zone}
        id="main"
        tabIndex={-1}
        className="relative min-w-0 overflow-auto px-5 py-4 outline-none max-md:px-3"
      >
        <Progress />
        <Outlet />
      </main>
      <BottomBar />
      <GlobalShortcuts />
      {can('alerts:read').ok && <AlertWatch />}
      {can('commands:approve').ok && <CommandWatch />}
      <RouteAnnouncer />
      <Reauthentication />
      <Help />
      {palette}
    </div>
  )
}

/** The palette while it is open. Its file comes when the first page is done, or when it is asked for before that. */
function usePaletteElement(): ReactNode {
  const { open } = usePalette()
  const [palette, setPalette] = useState<ReactNode>()
  useEffect(() => {
    const load = (): void => void import('./Palette.tsx').then(({ default: Palette }) => setPalette(<Palette />))
    const timer = setTimeout(load, open ? 0 : loadPaletteAfterMs)
    return () => clearTimeout(timer)
  }, [open])
  return open && palette
}

/** While the next page loads the last one stays, and this line moves above it. */
function Progress() {
  const loading = useRouterState({ select: ({ status, isLoading }) => status === 'pending' && isLoading })
  if (!loading) return null
  return (
    <div
      role="progressbar"
      aria-label="Loading the page"
      className="fixed inset-x-0 top-0 z-50 h-0.5 overflow-hidden [animation:fade-in_100ms_150ms_both]"
    >
      <div className="h-full w-1/4 animate-travel bg-accent" />
    </div>
  )
}
