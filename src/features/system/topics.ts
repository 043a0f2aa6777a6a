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
  live.declare('performance_metric', {
    access: ['dashboard:read', 'metrics:read'],
    event: 'performance_metric',
    room: 'performance_metrics',
  })
  live.declare('metrics_update', { access: ['dashboard:read', 'metrics:read'], event: 'metrics_update' })
}

/** One sample as people watch it, with the figures of the last minutes. */
export function publishSample({ live, metrics, now }: Platform, at: number, sample: Sample): void {
  const values = Object.fromEntries(Object.entries(sample).map(([type, value]) => [type, rounded(value, 3)]))
  live.publish('performance_metric', { timestamp: iso(at), ...values })
  live.publish('metrics', {
    at: iso(at),
    values,
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

const metricsUpdateEveryMs = 5 * secondMs

/** The load in one line for as long as somebody looks: `response_time` is the median of the last minute in ms. */
export function startMetricsUpdate(platform: Platform): Stop {
  const { live, load, metrics, now } = platform
  const tell = async (): Promise<void> => {
    if (live.watchers('metrics_update') === 0) return
    live.publish('metrics_update', {
      active_conversations: await load.read('active_conversations'),
      queue_size: await load.read('queue_size'),
      response_time: rounded(metrics.requests.figures(now(), minuteMs).p50_ms ?? 0, 1),
    })
  }
  const timer = setInterval(() => {
    tell().catch((error: unknown) =>
      platform.log.child({ component: 'metrics' }).warn({ err: error }, 'the load was not told'),
    )
  }, metricsUpdateEveryMs)
  return () => clearInterval(timer)
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
