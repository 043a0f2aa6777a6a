import { feature } from '#platform/http/endpoints.ts'
import { registerChecks } from './checks.ts'
import { logsEndpoints } from './contract.ts'
import { declareTail } from './live.ts'
import { lokiHandlers } from './loki.ts'
import { lokiEndpoints } from './lokiContract.ts'
import { redactionHandlers, startRedaction } from './redaction.ts'
import { logsHandlers } from './routes.ts'
import { lokiTail } from './lokiTail.ts'
import { logSockets } from './sockets.ts'
import { logMigrations } from './store.ts'
import { viewHandlers } from './views.ts'

/** Lines of every service: the protocols by which they come in, search, and what happens now. */
export const logsFeature = feature({
  name: 'logs',
  migrations: logMigrations,
  endpoints: { ...logsEndpoints, ...lokiEndpoints },
  handlers: { ...logsHandlers, ...lokiHandlers, ...viewHandlers, ...redactionHandlers },
  sockets: (platform, connections) => [...logSockets(platform, connections), lokiTail(platform, connections)],
  start: async (platform) => {
    registerChecks(platform)
    declareTail(platform)
    return startRedaction(platform)
  },
})
