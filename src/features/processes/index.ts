import { feature, type Feature } from '#platform/http/endpoints.ts'
import { stopEach } from '#platform/lifecycle.ts'
import type { Platform } from '#platform/platform.ts'
import { processesEndpoints } from './contract.ts'
import { createRegister, type ConnectionRegister } from './connections/register.ts'
import { connectionMigrations } from './connections/store.ts'
import { startRegistration } from './registration.ts'
import { processHandlers } from './routes.ts'
import { processMigrations } from './store.ts'
import { listing } from './view.ts'

export function createProcesses(): Feature {
  let register: ConnectionRegister | undefined
  return feature({
    name: 'processes',
    migrations: [...processMigrations, ...connectionMigrations],
    endpoints: processesEndpoints,
    handlers: processHandlers(async () => register?.settle()),
    start: (platform, server, connections) => {
      platform.live.declare('processes', { access: 'system:read' })
      register = createRegister(platform, connections)
      const publish = (): void => {
        publishListing(platform).catch((error: unknown) =>
          platform.log.child({ component: 'processes' }).warn({ err: error }, 'the list of servers was not told'),
        )
      }
      return stopEach([
        platform.events.subscribe('server.*', publish),
        startRegistration(platform, server.app.server, publish),
        register.start(),
      ])
    },
  })
}

async function publishListing(platform: Platform): Promise<void> {
  if (platform.live.watchers('processes') > 0) platform.live.publish('processes', await listing(platform))
}
