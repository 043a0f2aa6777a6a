import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { fastifyCookie } from '@fastify/cookie'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import type { Access } from '#kernel/contract.ts'
import { AppError } from '#kernel/errors.ts'
import { anonymous, Context, type Actor, type Origin } from '../context.ts'
import { pathPattern } from './endpoints.ts'
import { publicError } from './errors.ts'
import { spend } from './mount.ts'
import { requireSameOrigin } from './origin.ts'
import { rawReply } from './rawReply.ts'
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

const frameBytesMax = 64 * 1024

/** The one handler of upgrades: default-deny like the router, with the same credentials and limits. */
export function mountSockets(server: HttpServer, routes: readonly SocketRoute[]): void {
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
    admit(server, () => find(request.url ?? ''), request, origin)
      .then(({ route, target, ctx }) =>
        sockets.handleUpgrade(request, socket, head, (ws) => route.accept(ws, ctx, target)),
      )
      .catch((error: unknown) => refuse(server, socket, error, origin))
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

async function admit(
  server: HttpServer,
  find: () => Found | undefined,
  request: IncomingMessage,
  origin: Origin,
): Promise<Found & { ctx: Context }> {
  const { platform } = server
  const refusal = server.refusal(origin.address ?? '')
  if (refusal) throw refusal
  const found = find()
  if (!found) throw new AppError('RESOURCE_NOT_FOUND', 'No WebSocket is here')
  if (platform.lifecycle.draining) throw new AppError('SHUTTING_DOWN', 'This server is shutting down')
  const { actor, failure } = await identify(server, request, origin)
  await spend(platform, 'general', actor, origin.address ?? '', () => undefined)
  if (failure) throw failure
  const ctx = new Context(platform, actor, origin)
  ctx.require(found.route.access)
  return { ...found, ctx }
}

/** As with a request, wrong credentials count as none until the budget is spent. */
async function identify(
  { authenticator }: HttpServer,
  request: IncomingMessage,
  { address }: Origin,
): Promise<{ actor: Actor; failure?: AppError }> {
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const cookie = bearer ? undefined : fastifyCookie.parse(request.headers.cookie ?? '')[authenticator.cookieName]
  try {
    if (cookie) requireSameOrigin(request)
    return { actor: await authenticator.identify({ bearer, cookie }, address ?? '') }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { actor: anonymous, failure: error }
  }
}

function refuse({ platform }: HttpServer, socket: Duplex, error: unknown, { requestId }: Origin): void {
  const told = publicError(error) ?? new AppError('INTERNAL_ERROR', 'Something went wrong here')
  if (told.status >= 500)
    platform.log.child({ component: 'http' }).warn({ err: error, request_id: requestId }, 'upgrade refused')
  socket.end(rawReply(told, requestId ?? ''))
}
