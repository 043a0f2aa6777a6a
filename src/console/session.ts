import { apiPath } from './apiPath.ts'
import { NetworkError } from './errors.ts'
import { pb, safeNext } from './paths.ts'

const refreshedAtKey = 'miktos.refreshed-at'

let pending: Promise<boolean> | undefined

/**
 * Renews the session's cookies. All calls and all tabs that find the token run out at the same time
 * share one renewal. False when the session is over.
 */
export function refreshSession(): Promise<boolean> {
  pending ??= renew().finally(() => {
    pending = undefined
  })
  return pending
}

async function renew(): Promise<boolean> {
  const startedAt = Date.now()
  const renewUnlessDone = async (): Promise<boolean> => {
    if (Number(localStorage.getItem(refreshedAtKey)) > startedAt) return true
    const response = await fetch(apiPath('/auth/refresh'), {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    }).catch((error: unknown) => {
      throw new NetworkError(error)
    })
    if (response.ok) localStorage.setItem(refreshedAtKey, String(Date.now()))
    // Only a "no" ends the session; a server that restarts or has too much to do does not.
    return response.ok || response.status >= 500 || response.status === 429
  }
  // Locks exist only on https and localhost; elsewhere the server forgives two tabs the same token for some seconds.
  return navigator.locks ? navigator.locks.request('miktos.refresh', renewUnlessDone) : renewUnlessDone()
}

let leaving = false

/** Leaves for the login page, which comes back here. */
export function sessionEnded(): void {
  if (leaving || location.pathname === pb.login()) return
  leaving = true
  location.assign(`${pb.login()}?next=${encodeURIComponent(safeNext(location.pathname + location.search))}`)
}

/** Logs out. A full load afterwards, so that nothing of this user stays in memory. */
export async function leave(logOut: () => Promise<unknown>): Promise<void> {
  leaving = true
  await logOut().catch((error: unknown) => {
    leaving = false
    throw error
  })
  location.assign(pb.login())
}
