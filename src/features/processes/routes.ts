import { clearCache } from '#features/system/index.ts'
import { iso } from '#kernel/time.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import { closeConnection, listConnections } from './connections/connections.ts'
import type { processesEndpoints } from './contract.ts'
import { restartServers, stopServer, type Stopped } from './processes.ts'
import { listing } from './view.ts'

const messages: Record<Stopped['outcome'], string> = {
  stopped: 'Server process gracefully stopped',
  stopping: 'Server process is still finishing requests and stops after them',
  'stopping-self': 'This server process stops after this answer',
}

export const processHandlers = (settle: () => Promise<void>): Handlers<typeof processesEndpoints> => ({
  list: (ctx) => listing(ctx.platform),
  stop: async (ctx, { params }) => {
    const { pid, outcome } = await stopServer(ctx, params.pid)
    if (outcome !== 'stopped') ctx.outgoing.status(202)
    return { success: true, pid, message: messages[outcome], timestamp: iso(ctx.now()) }
  },
  restart: async (ctx, { body }) => {
    const services = [...new Set(body.services)]
    const done: string[] = []
    if (services.includes('cache')) done.push(`${await clearCache(ctx)} cached entries removed`)
    if (services.includes('server')) {
      const count = await restartServers(ctx)
      done.push(count === 1 ? 'the server restarts' : `${count} servers restart one after the other`)
    }
    return { success: true, message: done.join(', '), services, timestamp: iso(ctx.now()) }
  },
  connections: async (ctx) => {
    await settle()
    const listed = await listConnections(ctx)
    return { count: listed.connections.length, ...listed }
  },
  closeConnection: async (ctx, { params }) => {
    await settle()
    await closeConnection(ctx, params.id)
    return { success: true, message: 'The connection is being closed' }
  },
})
