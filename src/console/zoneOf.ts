/**
 * As `Intl` takes it, undefined for the browser's own: what the address asks for, else what is preferred. A zone that
 * there is not counts as nothing.
 */
export function zoneOf(asked: string | undefined, preferred: 'browser' | 'utc'): string | undefined {
  if (asked === 'browser') return undefined
  if (asked && asked !== 'utc' && isZone(asked)) return asked
  return asked === 'utc' || preferred === 'utc' ? 'UTC' : undefined
}

const zones = new Map<string, boolean>()

function isZone(name: string): boolean {
  const found = zones.get(name) ?? canFormat(name)
  zones.set(name, found)
  return found
}

function canFormat(timeZone: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
