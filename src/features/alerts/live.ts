import type { Platform, Stop } from '#platform/platform.ts'
import { transitionsIn } from './life/transitions.ts'

const topic = 'alerts'

/** Tells whoever watches which alerts moved, and that rules changed, whichever server did it. */
export function tellLive({ live, events }: Platform): Stop {
  live.declare(topic, { access: 'alerts:read' })
  return events.subscribe('alert.*', ({ topic: action, payload }) => {
    live.publish(topic, { action, transitions: transitionsIn(payload) ?? null })
  })
}
