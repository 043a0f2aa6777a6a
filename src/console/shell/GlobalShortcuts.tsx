import { useNavigate } from '@tanstack/react-router'
import { useShortcuts } from '../keyboard.ts'
import { useCan } from '../me.ts'
import { parseSearch } from '../search.ts'
import { setPreferences, shownTheme } from '../preferences.ts'
import { copyLink } from '../shortLinks.ts'
import { toastError } from '../ui/Toaster.tsx'
import { openHelp } from './helpState.ts'
import { reachable, searchFor } from './nav.ts'
import { openPalette } from './paletteState.ts'

/** What works on every page. */
export function GlobalShortcuts() {
  const navigate = useNavigate()
  const chords = reachable(useCan()).filter(({ chord }) => chord)
  useShortcuts([
    { keys: '$mod+k', label: 'Search or jump to', group: 'General', run: openPalette },
    { keys: '?', label: 'This list', group: 'General', run: openHelp },
    {
      keys: '$mod+.',
      label: 'Dark or light',
      group: 'General',
      run: () => setPreferences({ theme: shownTheme() === 'dark' ? 'light' : 'dark' }),
    },
    {
      keys: 'y',
      label: 'Copy a link to what is shown',
      group: 'General',
      run: () => void copyLink(location.href).catch(toastError),
    },
    ...chords.map(({ chord, title, path }) => ({
      keys: `g ${chord}`,
      label: title,
      group: 'Go to' as const,
      run: () => void navigate({ to: path, search: searchFor(path, location.pathname, parseSearch(location.search)) }),
    })),
  ])
  return null
}
