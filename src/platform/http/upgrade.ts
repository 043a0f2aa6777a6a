import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import type { Access } from '#kernel/contract.ts'
import { AppError } from '#kernel/errors.ts'
import { Context, type Actor, type Origin } from '../context.ts'
import type { Platform } from '../platform.ts'
import { pathPattern } from './endpoints.ts'
import { publicError } from './errors.ts'
import { spend } from './budget.ts'
import { callerOf, type Caller } from './caller.ts'
import { cookiesOf } from './cookies.ts'
import { requireSameOrigin } from './origin.ts'
import { rawReply } from './rawReply.ts'
import type { Credentials } from './request.ts'
import { pathOf, requestIdOf, type HttpServer } from './server.ts'

/** A path that speaks WebSocket. `accept` is called only for callers that `access` lets in. */
export interface SocketRoute {
  /** `/ws/logs/{service_id}`: as with operations, what a part stands for is handed to `accept`. */
  path: string
  access: Access
  accept(socket: WebSocket, ctx: Context, target: SocketTarget): void
}

export interface SocketTarget {
  params: Record<string, string>
  query: URLSearchParams
}

/** Another protocol over WebSocket, which does the upgrade, and asks who it is, by itself. */
export interface ProtocolRoute {
  path: string
  takeOver(request: IncomingMessage, socket: Duplex, head: Buffer, origin: Origin): Promise<void>
}

export const frameBytesMax = 64 * 1024

/** The one handler of upgrades: default-deny like the router, with the same credentials and limits. */
export function mountSockets(
  server: HttpServer,
  routes: readonly SocketRoute[],
  protocols: readonly ProtocolRoute[] = [],
): void {
  const patterns = routes.map((route) => ({ route, pattern: pathPattern(route.path) }))
  const find = (url: string): Found | undefined => {
    for (const { route, pattern } of patterns) {
      const match = pattern.exec(pathOf(url))
      if (match)
        return { route, target: { params: decoded(match.groups ?? {}), query: new URLSearchParams(url.split('?')[1]) } }
    }
    return undefined
  }
  const sockets = new WebSocketServer({ noServer: true, maxPayload: frameBytesMax, perMessageDeflate: false })
  server.app.server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const origin = server.originOf(request, requestIdOf(request.headers['x-request-id']))
    const upgrade = async (): Promise<void> => {
      requireOpen(server, origin)
      const url = request.url ?? ''
      const protocol = protocols.find(({ path }) => path === pathOf(url))
      if (protocol) return protocol.takeOver(request, socket, head, origin)
      const found = find(url)
      if (!found) throw new AppError('RESOURCE_NOT_FOUND', 'No WebSocket is here')
      const ctx = new Context(server.platform, await admit(server, request, origin), origin)
      ctx.require(found.route.access)
      sockets.handleUpgrade(request, socket, head, (ws) => found.route.accept(ws, ctx, found.target))
    }
    upgrade().catch((error: unknown) => refuse(server, socket, error, origin))
  })
}

interface Found {
  route: SocketRoute
  target: SocketTarget
}

const decoded = (params: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodePart(value)]))

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new AppError('MALFORMED_REQUEST', 'The path is not a valid URL')
  }
}

/** @throws ADDRESS_NOT_ALLOWED or SHUTTING_DOWN */
export function requireOpen(server: HttpServer, { address }: Origin): void {
  const refusal = server.refusal(address ?? '')
  if (refusal) throw refusal
  if (server.platform.lifecycle.draining) throw new AppError('SHUTTING_DOWN', 'This server is shutting down')
}

/**
 * Who asks for a socket, `anonymous` without credentials; counted like a request.
 * @throws AppError when the credentials are wrong, or the budget is spent
 */
export async function admit(server: HttpServer, request: IncomingMessage, { address }: Origin): Promise<Actor> {
  const { actor, failure } = await identify(server, request, address ?? '')
  await spend(server.platform, 'general', actor, address ?? '')
  if (failure) throw failure
  return actor
}

const identify = (
  { authenticator, platform }: HttpServer,
  request: IncomingMessage,
  address: string,
): Caller | Promise<Caller> =>
  callerOf(() => {
    const credentials = credentialsOf(platform, request, authenticator.cookieName)
    if (credentials.cookie) requireSameOrigin(request)
    return authenticator.identify(credentials, address)
  })

/** Browsers send no headers of their own with a socket: a ticket in the URL stands for them. */
function credentialsOf({ config }: Platform, { headers, url }: IncomingMessage, cookieName: string): Credentials {
  const query = new URLSearchParams(url?.split('?')[1])
  const bearer = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]
  const ticket = query.get('ticket') ?? undefined
  if (bearer || ticket) return { bearer, cookie: undefined, ticket: bearer ? undefined : ticket }
  const inQuery = query.get('token') ?? undefined
  if (inQuery !== undefined && !config.get('sockets_token_in_query')) {
    const message = 'A token in a URL ends up in logs: send a header, or ?ticket= with what POST /auth/ticket answers'
    throw new AppError('UNAUTHENTICATED', message)
  }
  const cookie = inQuery === undefined ? cookiesOf(headers)[cookieName] : undefined
  return { bearer: inQuery, cookie }
}

function refuse({ platform }: HttpServer, socket: Duplex, error: unknown, { requestId }: Origin): void {
  const told = publicError(error) ?? new AppError('INTERNAL_ERROR', 'Something went wrong here')
  if (told.status >= 500)
    platform.log.child({ component: 'http' }).warn({ err: error, request_id: requestId }, 'upgrade refused')
  socket.end(rawReply(told, requestId ?? ''))
}
