import { iso, secondMs } from '#kernel/time.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { noCounts } from './overview.ts'
import type { ActivityEvent } from './store.ts'

const topic = 'activity'
const latestMax = 20

/** Tells whoever watches, once a second, what this server process saw meanwhile. */
export interface Feed {
  see(event: ActivityEvent): void
  start(platform: Platform): Stop
}

export function createFeed(): Feed {
  let watched = false
  let seen: ActivityEvent[] = []
  return {
    see: (event) => {
      if (watched) seen.push(event)
    },
    start: ({ live, now }) => {
      live.declare(topic, { access: 'activity:read' })
      const timer = setInterval(() => {
        if (watched) live.publish(topic, summary(seen, now()))
        seen = []
        watched = live.watchers(topic) > 0
      }, secondMs)
      return () => clearInterval(timer)
    },
  }
}

function summary(events: readonly ActivityEvent[], now: number) {
  const counts = noCounts()
  for (const { kind } of events) counts[kind]++
  const timed = events.map(({ duration_ms }) => duration_ms).filter((took) => took !== null)
  return {
    at: iso(now),
    counts,
    errors: events.filter(({ status }) => status !== null && status >= 400).length,
    avg_ms:
      timed.length === 0 ? null : Math.round((timed.reduce((sum, took) => sum + took, 0) / timed.length) * 10) / 10,
    latest: events.slice(-latestMax).map(({ at, kind, user_id, method, route, status, duration_ms }) => ({
      at: iso(at),
      kind,
      user_id,
      method,
      endpoint: route,
      status,
      duration_ms,
    })),
  }
}
