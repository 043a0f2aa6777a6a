import { feature } from '#platform/http/endpoints.ts'
import type { Platform } from '#platform/platform.ts'
import { processesEndpoints } from './contract.ts'
import { startRegistration } from './registration.ts'
import { processHandlers } from './routes.ts'
import { processMigrations } from './store.ts'
import { listing } from './view.ts'

export const processesFeature = feature({
  name: 'processes',
  migrations: processMigrations,
  endpoints: processesEndpoints,
  handlers: processHandlers,
  start: (platform, server) => {
    platform.live.declare('processes', { access: 'system:read' })
    const publish = (): void => {
      publishListing(platform).catch((error: unknown) =>
        platform.log.child({ component: 'processes' }).warn({ err: error }, 'the list of servers was not told'),
      )
    }
    const stops = [
      platform.events.subscribe('server.*', publish),
      startRegistration(platform, server.app.server, publish),
    ]
    return async () => {
      for (const stop of stops) await stop()
    }
  },
})

async function publishListing(platform: Platform): Promise<void> {
  if (platform.live.watchers('processes') > 0) platform.live.publish('processes', await listing(platform))
}
