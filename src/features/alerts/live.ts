import { iso } from '#kernel/time.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import type { Alert } from './alert.ts'
import { alertsByIds } from './life/reading.ts'
import { transitionsIn, type Transitions } from './life/transitions.ts'

const topic = 'alerts'
const messages = 'system_alert'
/** Of a storm of alerts so many are told one by one; the list has them all. */
const toldMax = 50

/**
 * Tells whoever watches which alerts moved and that rules changed, whichever server did it; and, as `system_alert` in
 * the room `system_alerts`, a message for each alert that fires or is over.
 */
export function tellLive(platform: Platform): Stop {
  const { live, events } = platform
  live.declare(topic, { access: 'alerts:read' })
  live.declare(messages, { access: 'alerts:read', event: 'system_alert', room: 'system_alerts' })
  return events.subscribe('alert.*', async ({ topic: action, payload }) => {
    const transitions = transitionsIn(payload)
    live.publish(topic, { action, transitions: transitions ?? null })
    if (transitions && live.watchers(messages) > 0) await tellEach(platform, transitions)
  })
}

async function tellEach({ live, database }: Platform, { firing, resolved }: Transitions): Promise<void> {
  const alerts = await alertsByIds(database.read, [...firing, ...resolved].slice(0, toldMax))
  for (const alert of alerts) if (alert.fired_at !== null) live.publish(messages, messageOf(alert))
}

/** Levels are written in capitals here, as the sources of this event do. */
function messageOf({ id, name, severity, state, labels, annotations, value, threshold, updated_at }: Alert) {
  const summary = annotations['summary'] ?? annotations['description'] ?? name
  return {
    alert_id: id,
    name,
    severity: severity.toUpperCase(),
    state,
    message: state === 'resolved' ? `Resolved: ${name}` : summary,
    labels,
    value,
    threshold,
    timestamp: iso(updated_at),
  }
}
