import { useSyncExternalStore } from 'react'

export interface Preferences {
  theme: 'dark' | 'light' | 'system'
  density: 'comfortable' | 'compact'
  /** Shortcuts of a single letter can be in the way of speech input and of typing by mistake. */
  letterKeys: boolean
  timeZone: 'browser' | 'utc'
  /** Alerts that begin to fire are shown by the desktop too. */
  desktopAlerts: boolean
  /** Alerts of this severity and worse are heard when they begin to fire. */
  alertSound: 'off' | 'critical' | 'error' | 'warning' | 'info'
}

const storageKey = 'miktos.preferences'
const defaults: Preferences = {
  theme: 'dark',
  density: 'comfortable',
  letterKeys: true,
  timeZone: 'browser',
  desktopAlerts: false,
  alertSound: 'off',
}
const prefersLight = matchMedia('(prefers-color-scheme: light)')
const listeners = new Set<() => void>()

let current = stored()
apply()

addEventListener('storage', ({ key }) => {
  if (key === storageKey) replace(stored())
})
prefersLight.addEventListener('change', () => replace(current))

export const preferences = (): Preferences => current

export function setPreferences(change: Partial<Preferences>): void {
  const next = { ...current, ...change }
  localStorage.setItem(storageKey, JSON.stringify(next))
  replace(next)
}

export const usePreferences = (): Preferences => useSyncExternalStore(onPreferences, preferences)

export function onPreferences(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** What is on the screen now, `system` resolved. */
export function shownTheme(): 'dark' | 'light' {
  return current.theme === 'light' || (current.theme === 'system' && prefersLight.matches) ? 'light' : 'dark'
}

function stored(): Preferences {
  try {
    return { ...defaults, ...JSON.parse(localStorage.getItem(storageKey) ?? '{}') }
  } catch {
    return defaults
  }
}

function replace(next: Preferences): void {
  current = { ...next }
  apply()
  for (const listener of listeners) listener()
}

function apply(): void {
  const { dataset } = document.documentElement
  dataset['theme'] = shownTheme()
  dataset['density'] = current.density
}
