import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { createFeatures } from '#features/index.ts'
import { createAuthenticator } from '#features/auth/index.ts'
import { applyStoredSettings } from '#features/settings/index.ts'
import { auditMigrations } from '#platform/audit/append.ts'
import type { Config } from '#platform/config/config.ts'
import { migrate } from '#platform/database/migrate.ts'
import type { Migration } from '#platform/database/schema.ts'
import { operationsOf, type Feature, type Operation } from '#platform/http/endpoints.ts'
import { mountOperations } from '#platform/http/mount.ts'
import { createHttpServer, type HttpServer } from '#platform/http/server.ts'
import { mountSite } from '#platform/http/site.ts'
import { installationMigrations, requireSameKey } from '#platform/installation.ts'
import { leaseMigrations } from '#platform/jobs/lease.ts'
import { stopAll } from '#platform/lifecycle.ts'
import type { LineFeed, Logger } from '#platform/logging/logging.ts'
import { outboxMigrations, startOutboxSweep } from '#platform/outbox.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { createConnections } from '#platform/realtime/connections.ts'
import { mountDoors } from './doors.ts'
import { createPlatform } from './platform.ts'

export interface App {
  platform: Platform
  server: HttpServer
  http: FastifyInstance
  operations: Operation[]
  /** Bearer token of this process for itself: a local command acts with it through the API, in process. */
  localToken: string
  /** Set-up token to show while there is no administrator. */
  setupToken: string | undefined
  /** Stops all parts in reverse order of starting. */
  stop(deadlineMs?: number): Promise<void>
}

export interface AppOptions {
  config: Config
  log: Logger
  /** What `log` writes, to be stored with other logs. */
  logLines?: LineFeed
  now?: () => number
  /** Jobs, sockets and pages; a local command needs none of them. */
  background?: boolean
}

/** Every step of the schema that this version knows, but for the platform's own. */
export const migrationsOf = (features: readonly Feature[]): Migration[] => [
  ...auditMigrations,
  ...outboxMigrations,
  ...installationMigrations,
  ...leaseMigrations,
  ...features.flatMap(({ migrations }) => migrations),
]

/** The whole product, ready to listen or to be called in process. */
export async function createApp({ config, log, logLines, now, background = true }: AppOptions): Promise<App> {
  const { platform, close } = await createPlatform(config, log, now, logLines)
  const stops: Stop[] = [close]
  const stop = (deadlineMs = 10_000): Promise<void> =>
    stopAll(stops, deadlineMs, (error) =>
      log.child({ component: 'lifecycle' }).error({ err: error }, 'a part did not stop cleanly'),
    )
  try {
    const { features, auth } = createFeatures()
    await migrate(platform.database, migrationsOf(features))
    await requireSameKey(platform.database, platform.secrets)
    // Before anything is mounted, so that limits and allow list hold from the first request on.
    await applyStoredSettings(platform)
    const localToken = `local_${randomBytes(32).toString('base64url')}`
    const authenticator = createAuthenticator(platform, localToken)
    const server = await createHttpServer(platform, authenticator)
    stops.push(() => server.app.close())
    const operations = operationsOf(features)
    const page = background ? await mountSite(server, operations) : () => undefined
    await mountOperations(server, operations, page)
    if (background) {
      const connections = createConnections(platform, authenticator)
      stops.push(connections.start(), await mountDoors(server, connections, features), startOutboxSweep(platform))
      for (const { start } of features) if (start) stops.push(await start(platform, server, connections))
    }
    const setupToken = background ? (await auth.prepareSetup(platform))?.setupToken : undefined
    await server.app.ready()
    return { platform, server, http: server.app, operations, localToken, setupToken, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
