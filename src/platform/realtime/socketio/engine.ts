import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Server as Engine } from 'engine.io'
import { spend } from '../../http/budget.ts'
import type { HttpServer } from '../../http/server.ts'
import { requireOpen, type ProtocolRoute } from '../../http/upgrade.ts'
import type { Admission } from './admission.ts'
import type { Siblings } from './siblings.ts'

const path = '/socket.io/'

/** Puts the protocol's transports behind the router and the one handler of upgrades, with their checks. */
export async function mountEngine(
  server: HttpServer,
  engine: Engine,
  admission: Admission,
  siblings: Siblings,
): Promise<ProtocolRoute[]> {
  await mountPolling(server, engine, admission, siblings)
  return ['/socket.io', path].map((spelling) => ({
    path: spelling,
    takeOver: async (request, socket, head, origin) => {
      const sid = sidOf(request)
      if (sid === undefined) await admission.identify(request, origin)
      else if (siblings.passUpgrade(sid, request, socket, head)) return
      engine.handleUpgrade(request as EngineRequest, socket, head)
    },
  }))
}

type EngineRequest = Parameters<Engine['handleRequest']>[0]

/** The id of a session, which nobody can guess, stands for who was let in; a ticket in the URL is used up by then. */
const sidOf = ({ url = '' }: Pick<IncomingMessage, 'url'>): string | undefined =>
  new URLSearchParams(url.split('?')[1]).get('sid') || undefined

async function mountPolling(
  server: HttpServer,
  engine: Engine,
  admission: Admission,
  siblings: Siblings,
): Promise<void> {
  const { app, platform } = server
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { origin, raw } = request
    requireOpen(server, origin)
    const sid = sidOf(request)
    if (sid === undefined) await admission.identify(raw, origin)
    else await spend(platform, 'protocol', request.actor, origin.address ?? '')
    reply.hijack()
    for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value!)
    if (sid !== undefined && siblings.passRequest(sid, raw, reply.raw)) return
    engine.handleRequest(raw as EngineRequest, reply.raw)
  }
  await app.register(async (scope) => {
    // The body is the protocol's own, and bounded by it.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.route({
      method: ['GET', 'POST'],
      url: path,
      exposeHeadRoute: false,
      config: { waits: true },
      decompress: false,
      handler,
    })
  })
}
