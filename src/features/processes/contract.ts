import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { done, idParams, time } from '#kernel/page.ts'

const count = z.number().int()

const Server = z.object({
  id: z.string(),
  /** Address it listens on. */
  host: z.string(),
  port: z.string(),
  pid: count,
  uptime: z.string(),
  uptime_seconds: count,
  /** 100 for each processor it keeps busy. */
  cpu_percent: z.number(),
  memory_percent: z.number(),
  threads: count.nullable(),
  /** Name of the machine it runs on. */
  host_name: z.string(),
  version: z.string(),
  started_at: time,
  heartbeat_at: time,
  state: z.enum(['running', 'stopping', 'restarting']),
  /** The one that answers. */
  current: z.boolean(),
})

/** A socket that is open at one of the servers. */
const Connection = z.object({
  id: z.string(),
  /** `id` of the server in the list of processes. */
  server_id: z.string(),
  user: z.object({ id: z.string(), label: z.string() }),
  address: z.string().nullable(),
  user_agent: z.string().nullable(),
  /** How it came: `stream` is the console. */
  door: z.string(),
  /** What it follows; the first twenty names. */
  topics: z.array(z.string()),
  opened_at: time,
  closing: z.boolean(),
})

export const restartableServices = ['server', 'cache'] as const

export const processesEndpoints = {
  list: {
    method: 'GET',
    path: '/admin/server/processes',
    summary: 'All server processes that share this database',
    access: 'system:read',
    reply: z.object({ count, servers: z.array(Server), timestamp: time }),
  },
  stop: {
    method: 'POST',
    path: '/admin/server/stop/{pid}',
    summary: 'Stop one server process after it has answered its requests',
    description:
      'Takes a `pid` or an `id` of the list; no other process can be stopped. Answers when the process has ended, with 202 when it is still finishing requests, or is the one that answers.',
    access: 'system:write',
    sensitive: true,
    params: z.object({ pid: z.string().min(1).max(64) }),
    reply: z.object({ success: z.literal(true), pid: count, message: z.string(), timestamp: time }),
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
    example: { params: { pid: '12346' } },
  },
  restart: {
    method: 'POST',
    path: '/system/restart',
    summary: 'Restart the server processes, one after the other, or empty the cache',
    access: 'system:write',
    sensitive: true,
    status: 202,
    body: z.strictObject({
      services: z
        .array(z.enum(restartableServices))
        .min(1)
        .max(10)
        .default(['server'])
        .describe('What to restart; the servers when left out'),
    }),
    reply: z.object({
      success: z.literal(true),
      message: z.string(),
      services: z.array(z.enum(restartableServices)),
      timestamp: time,
    }),
    errors: ['CONFLICT'],
    example: { body: { services: ['server'] } },
  },
  connections: {
    method: 'GET',
    path: '/system/connections',
    summary: 'Sockets that are open at all servers, newest first',
    access: 'system:read',
    reply: z.object({ count, connections: z.array(Connection), truncated: z.boolean() }),
  },
  closeConnection: {
    method: 'DELETE',
    path: '/system/connections/{id}',
    summary: 'Close a socket, at whichever server it is',
    access: 'system:write',
    params: idParams,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND'],
  },
} as const satisfies Endpoints
