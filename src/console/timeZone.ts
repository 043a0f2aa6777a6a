import { useRouterState } from '@tanstack/react-router'
import { preferences, usePreferences } from './preferences.ts'
import { zoneOf } from './zoneOf.ts'

/** `?tz=` in the address, before the preference: `utc`, `browser` (the reader's own), or a name such as `Europe/Berlin`. */
export const zoneParam = 'tz'

let known: { search: string; zone: string | undefined } | undefined

/** As `Intl` takes it; undefined is the browser's own. */
export function shownTimeZone(): string | undefined {
  const { search } = location
  if (known?.search !== search) known = { search, zone: new URLSearchParams(search).get(zoneParam) ?? undefined }
  return zoneOf(known.zone, preferences().timeZone)
}

/** The same, for what has to be drawn anew when it changes. */
export function useShownTimeZone(): string | undefined {
  const { timeZone } = usePreferences()
  const asked = useRouterState({ select: ({ matches }): unknown => matches.at(-1)?.search[zoneParam] })
  return zoneOf(typeof asked === 'string' ? asked : undefined, timeZone)
}
