import type { Cache } from './cache/cache.ts'
import type { Config } from './config/config.ts'
import type { Database } from './database/database.ts'
import type { Events } from './events/events.ts'
import type { HealthChecks } from './health.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { RateLimiter } from './limits/limits.ts'
import type { LineFeed, Logger } from './logging/logging.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { Outbound } from './outbound/outbound.ts'
import type { Live } from './realtime/live.ts'
import type { Load } from './realtime/load.ts'
import type { SocketSlots } from './realtime/slots/slots.ts'
import type { Secrets } from './secrets.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

/** What every feature stands on. Time and configuration come from here, never from globals. */
export interface Platform {
  config: Config
  database: Database
  cache: Cache
  limits: RateLimiter
  events: Events
  secrets: Secrets
  health: HealthChecks
  metrics: Metrics
  live: Live
  slots: SocketSlots
  load: Load
  telemetry: Telemetry
  outbound: Outbound
  lifecycle: Lifecycle
  log: Logger
  /** What `log` writes; nothing where the log is kept by somebody else, as in a local command. */
  logLines: LineFeed
  /** Milliseconds since 1970. */
  now: () => number
  version: string
  /** This server process among all that share the database. */
  instanceId: string
}

/** Ends what was started; called once, in reverse order of starting. */
export type Stop = () => void | Promise<void>
