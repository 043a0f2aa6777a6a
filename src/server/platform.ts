import { newId } from '#kernel/id.ts'
import { memoryCache } from '#platform/cache/memory.ts'
import { switchable } from '#platform/cache/switchable.ts'
import type { Config } from '#platform/config/config.ts'
import { openDatabase } from '#platform/database/open.ts'
import { memoryEvents } from '#platform/events/memory.ts'
import { healthChecks } from '#platform/health.ts'
import { createLifecycle } from '#platform/lifecycle.ts'
import { memoryRateLimiter } from '#platform/limits/memory.ts'
import type { LineFeed, Logger } from '#platform/logging/logging.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { telemetryObserver } from '#platform/metrics/telemetry.ts'
import { createOutbound } from '#platform/outbound/client.ts'
import { enteredAtRunTime } from '#platform/outbound/policies.ts'
import { version } from '#platform/package.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { createLive } from '#platform/realtime/live.ts'
import { createLoad } from '#platform/realtime/load.ts'
import { memorySlots } from '#platform/realtime/slots/memory.ts'
import { createTelemetry } from '#platform/telemetry/telemetry.ts'
import { loadOrCreateSecret, secretsFrom } from '#platform/secrets.ts'

/** Chooses the adapters that the configuration names. `close` releases them, to be called last. */
export async function createPlatform(
  config: Config,
  log: Logger,
  now: () => number = Date.now,
  logLines: LineFeed = () => () => undefined,
): Promise<{ platform: Platform; close: Stop }> {
  const metrics = createMetrics({
    version,
    databaseUrl: config.get('database_url'),
    dataDir: config.get('data_dir'),
    now,
  })
  const database = await openDatabase(
    config.get('database_url'),
    [metrics.queryObserver.plugin],
    metrics.queryObserver.onFailed,
  )
  const ports = await openPorts(config, log)
  const telemetry = createTelemetry(config, log, telemetryObserver(metrics.registry))
  const platform: Platform = {
    config,
    database,
    ...ports.ports,
    cache: switchable(ports.ports.cache, () => config.get('cache_enabled')),
    secrets: secretsFrom(config.get('secret_key') ?? loadOrCreateSecret(config.get('data_dir'))),
    health: healthChecks(),
    metrics,
    lifecycle: createLifecycle(),
    live: createLive({
      now,
      events: ports.ports.events,
      onError: (error) => log.child({ component: 'live' }).warn({ err: error }, 'other servers were not told'),
    }),
    load: createLoad(),
    telemetry,
    outbound: createOutbound(enteredAtRunTime(config)),
    log,
    logLines,
    now,
    version,
    instanceId: newId(),
  }
  return {
    platform,
    close: async () => {
      await telemetry.close()
      await ports.close()
      await database.close()
    },
  }
}

type Ports = Pick<Platform, 'cache' | 'limits' | 'events' | 'slots'>

/** In memory, or in Redis where several servers share them. */
async function openPorts(config: Config, log: Logger): Promise<{ ports: Ports; close: Stop }> {
  const redisUrl = config.get('redis_url')
  const onError = (error: unknown): void =>
    log.child({ component: 'events' }).error({ err: error }, 'a subscriber failed')
  if (!redisUrl) {
    const events = memoryEvents({ onError })
    return {
      ports: {
        cache: memoryCache({ maxBytes: config.get('cache_bytes_max') }),
        limits: memoryRateLimiter(),
        events,
        slots: memorySlots(),
      },
      close: () => events.close(),
    }
  }
  const { openRedisPorts } = await import('./redis.ts')
  return openRedisPorts(redisUrl, log)
}
