import * as z from 'zod'
import { rounded } from '#kernel/number.ts'
import { iso, minuteMs, secondMs } from '#kernel/time.ts'
import { healthMaxAgeMs } from '#platform/health.ts'
import type { Sample } from '#platform/metrics/sample.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import type { Connections } from '#platform/realtime/connections.ts'
import { spokenHealth } from './health.ts'

const healthEveryMs = 5 * secondMs

export function declareTopics({ live }: Platform): void {
  live.declare('metrics', { access: 'dashboard:read' })
  live.declare('health', { access: 'dashboard:read' })
  live.declare('events', { access: 'audit:read' })
}

/** One sample as people watch it, with the figures of the last minutes. */
export function publishSample({ live, metrics, now }: Platform, at: number, sample: Sample): void {
  live.publish('metrics', {
    at: iso(at),
    values: Object.fromEntries(Object.entries(sample).map(([type, value]) => [type, rounded(value, 3)])),
    last_minute: metrics.requests.figures(now(), minuteMs),
    last_5_minutes: metrics.requests.figures(now(), 5 * minuteMs),
  })
}

/** Health for as long as somebody looks at it; at once when sockets come and go, which it counts. */
export function startHealthTopic(platform: Platform, connections: Connections): Stop {
  const tell = async (): Promise<void> => {
    if (platform.live.watchers('health') > 0) platform.live.publish('health', await spokenHealth(platform))
  }
  const publish = (): void => {
    tell().catch((error: unknown) =>
      platform.log.child({ component: 'health' }).warn({ err: error }, 'health was not told'),
    )
  }
  let soon: NodeJS.Timeout | undefined
  const stopListening = connections.onChange(() => {
    soon ??= setTimeout(() => {
      soon = undefined
      publish()
    }, healthMaxAgeMs + 1)
  })
  const timer = setInterval(publish, healthEveryMs)
  return () => {
    void stopListening()
    clearTimeout(soon)
    clearInterval(timer)
  }
}

/** What `ctx.change` puts into every event. */
const changePayload = z.object({
  actor: z.object({ id: z.string(), label: z.string() }),
  target: z.object({ kind: z.string(), id: z.string() }),
})

/** Who did what to whom, as it happens; what else an event carries is for other parts of the server. */
export function startEventsTopic({ events, live }: Platform): Stop {
  return events.subscribe('*', ({ id, topic, at, payload }) => {
    const change = changePayload.safeParse(payload)
    if (change.success) live.publish('events', { id, topic, at: iso(at), ...change.data })
  })
}
