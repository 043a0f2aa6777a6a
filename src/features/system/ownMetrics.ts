import { secondMs } from '#kernel/time.ts'
import { registerRead, remembered } from '#platform/metrics/read.ts'
import type { Platform } from '#platform/platform.ts'
import type { Connections } from '#platform/realtime/connections.ts'
import { countSessions } from './counts.ts'

const sessionsAgeMaxMs = 30 * secondMs

/** Adds what lies outside the machine itself: sockets, cache, sessions, health. */
export function registerOwnMetrics(platform: Platform, connections: Connections): void {
  const { metrics, cache, health, load } = platform
  const { registry } = metrics
  // Samples are taken every few seconds; what the database has to count is asked less often.
  const countedLately = remembered(() => countSessions(platform), sessionsAgeMaxMs)

  registerRead(registry, {
    kind: 'gauge',
    name: 'miktos_ws_clients',
    help: 'Open WebSockets',
    read: () => connections.list().length,
  })
  registerRead(registry, {
    kind: 'counter',
    name: 'miktos_cache_hits_total',
    help: 'Reads that the cache answered',
    read: async () => (await cache.stats()).hits,
  })
  registerRead(registry, {
    kind: 'counter',
    name: 'miktos_cache_misses_total',
    help: 'Reads that it could not answer',
    read: async () => (await cache.stats()).misses,
  })
  registerRead(registry, {
    kind: 'gauge',
    name: 'miktos_active_sessions',
    help: 'Sessions that may be used',
    read: async () => (await countSessions(platform)).sessions,
  })
  registerRead(registry, {
    kind: 'gauge',
    name: 'miktos_active_users',
    help: 'Users who used a session lately',
    read: async () => (await countSessions(platform)).online,
  })
  registerRead(registry, {
    kind: 'gauge',
    name: 'miktos_active_conversations',
    help: 'Conversations that are going on',
    read: () => load.read('active_conversations'),
  })
  registerRead(registry, {
    kind: 'gauge',
    name: 'miktos_queue_size',
    help: 'Deliveries and commands that wait',
    read: () => load.read('queue_size'),
  })
  registerRead(registry, {
    kind: 'gauge',
    name: 'miktos_component_up',
    help: '1 unless the component is down',
    label: 'component',
    read: async () =>
      Object.fromEntries((await health.run()).map(({ name, status }) => [name, status === 'down' ? 0 : 1])),
  })

  metrics.sampleFrom(async () => {
    const { hits, misses, hit_rate } = await cache.stats()
    return {
      ws_clients: connections.list().length,
      active_sessions: (await countedLately()).sessions,
      ...(hits + misses > 0 && { cache_hit_rate: hit_rate * 100 }),
    }
  })
}
