import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { fastifyCookie } from '@fastify/cookie'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import type { Access } from '#kernel/contract.ts'
import { AppError } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import { Context } from '../context.ts'
import { publicError } from './errors.ts'
import { bare } from './faces.ts'
import { requireSameOrigin } from './origin.ts'
import { pathOf, type HttpServer } from './server.ts'

/** A path that speaks WebSocket. `accept` is called only for callers that `access` lets in. */
export interface SocketRoute {
  path: string
  access: Access
  accept(socket: WebSocket, ctx: Context): void
}

const frameBytesMax = 64 * 1024

/** The one handler of upgrades: default-deny like the router, with the same credentials and limits. */
export function mountSockets(server: HttpServer, routes: readonly SocketRoute[]): void {
  const byPath = new Map(routes.map((route) => [route.path, route]))
  const sockets = new WebSocketServer({ noServer: true, maxPayload: frameBytesMax, perMessageDeflate: false })
  server.app.server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    admit(server, byPath.get(pathOf(request.url ?? '')), request)
      .then(({ route, ctx }) => sockets.handleUpgrade(request, socket, head, (ws) => route.accept(ws, ctx)))
      .catch((error: unknown) => refuse(server, socket, error))
  })
}

async function admit(server: HttpServer, route: SocketRoute | undefined, request: IncomingMessage): Promise<{ route: SocketRoute; ctx: Context }> {
  const { platform, authenticator } = server
  const origin = server.originOf(request, newId())
  server.admit(origin.address ?? '')
  if (!route) throw new AppError('RESOURCE_NOT_FOUND', 'No WebSocket is here')
  if (platform.lifecycle.draining) throw new AppError('SHUTTING_DOWN', 'This server is shutting down')
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const cookie = bearer ? undefined : fastifyCookie.parse(request.headers.cookie ?? '')[authenticator.cookieName]
  if (cookie) requireSameOrigin(request)
  const actor = await authenticator.identify({ bearer, cookie }, origin.address ?? '')
  const ctx = new Context(platform, actor, origin)
  ctx.require(route.access)
  return { route, ctx }
}

function refuse({ platform }: HttpServer, socket: Duplex, error: unknown): void {
  const told = publicError(error) ?? new AppError('INTERNAL_ERROR', 'Something went wrong here')
  if (told.status >= 500) platform.log.child({ component: 'http' }).warn({ err: error }, 'upgrade refused')
  const body = bare.wrapError(told)
  socket.end(
    `HTTP/1.1 ${told.status} Refused\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
