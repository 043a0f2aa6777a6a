import { parse as parseForm } from 'node:querystring'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Endpoint, Input } from '#kernel/contract.ts'
import { AppError } from '#kernel/errors.ts'
import { whenThere } from '#kernel/whenThere.ts'
import { rateOf, spend, spendOnQuestion } from './budget.ts'
import { callerOf, type Caller } from './caller.ts'
import { cookiesOf } from './cookies.ts'
import { JsonBytes, pathPattern, routerPath, spellings, type Operation } from './endpoints.ts'
import { validationError } from './errors.ts'
import { contextOf, noBytes } from './exchange.ts'
import { bare, dialects, enveloped, type Face } from './faces.ts'
import { requireSameOrigin } from './origin.ts'
import { replyWriter } from './schemas.ts'
import { pathOf, sendError, type HttpServer } from './server.ts'
import type { PageAnswer } from './site.ts'

/** Mounts every operation on both faces, each under all its spellings, and answers 404 and 405. */
export async function mountOperations(
  server: HttpServer,
  operations: readonly Operation[],
  page: PageAnswer,
): Promise<void> {
  const { app, platform } = server
  const apiPrefix = platform.config.get('api_prefix')
  const routes: MountedRoute[] = []
  for (const [consumes, those] of Map.groupBy(operations, ({ endpoint }) => endpoint.consumes)) {
    const mountThem = (scope: FastifyInstance): void => {
      for (const operation of those) routes.push(...mountOperation(server, scope, operation))
    }
    if (consumes === undefined) mountThem(app)
    else {
      // Parsers hold for a scope of the router, not for a route.
      await app.register(async (scope) => {
        parsers[consumes](scope)
        mountThem(scope)
      })
    }
  }
  app.setNotFoundHandler((request, reply) => {
    const answered = page(request, reply)
    if (answered) return answered
    const path = pathOf(request.url)
    const allowed = [...new Set(routes.filter(({ matches }) => matches.test(path)).map(({ method }) => method))]
    if (allowed.length > 0) reply.header('allow', allowed.join(', '))
    const error =
      allowed.length > 0
        ? new AppError('METHOD_NOT_ALLOWED', `${request.method} is not possible here`, { allowed })
        : new AppError('RESOURCE_NOT_FOUND', 'Nothing is here', { path: path.slice(0, 200) })
    return sendError(reply, request.url, apiPrefix, error)
  })
}

function mountOperation(server: HttpServer, scope: FastifyInstance, operation: Operation): MountedRoute[] {
  const { config } = server.platform
  const { id, endpoint } = operation
  const write = replyWriter(endpoint)
  const routes: MountedRoute[] = []
  for (const [prefix, face] of mountsOf(endpoint, config.get('api_prefix'))) {
    for (const { method, path } of spellings(endpoint)) {
      const template = prefix + path
      routes.push({ method, matches: pathPattern(template) })
      scope.route({
        method,
        url: routerPath(template),
        config: { face, template, operation: id, rate: rateOf(endpoint) },
        ...(endpoint.consumes === 'bytes' && { bodyLimit: config.get('ingest_body_bytes_max') }),
        // What comes compressed to be stored is opened elsewhere, where it cannot grow without bound; a GET has no body.
        ...((endpoint.consumes === 'bytes' || method === 'GET') && { decompress: false }),
        onRequest: guard(server, endpoint),
        handler: (request, reply) => answer(server, operation, face, write, request, reply),
      })
    }
  }
  return routes
}

const parsers: Record<'bytes' | 'form', (scope: FastifyInstance) => void> = {
  bytes: (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  },
  form: (scope) => {
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
      done(null, parseForm(body as string)),
    )
  },
}

const mountsOf = ({ mount, dialect }: Endpoint, apiPrefix: string): [prefix: string, face: Face][] =>
  mount === 'root'
    ? [['', dialect ? dialects[dialect] : bare]]
    : [
        [apiPrefix, bare],
        ['/api', enveloped],
      ]

interface MountedRoute {
  method: string
  matches: RegExp
}

/** Who is it, may they call so often, may they call this: all before the body is read, so a stranger learns nothing. */
function guard(server: HttpServer, endpoint: Endpoint) {
  const { platform } = server
  const { access } = endpoint
  const rate = endpoint.question ? 'general' : rateOf(endpoint)

  const enter = (request: FastifyRequest, reply: FastifyReply, failure: AppError | undefined): void => {
    request.ctx = contextOf(server, request, reply)
    if (access !== 'public') {
      if (failure) throw failure
      request.ctx.require(access)
    }
    // Before the body is received, which would take memory until it is refused all the same.
    if (endpoint.consumes === 'bytes') platform.telemetry.requireRoom(Number(request.headers['content-length'] ?? 0))
  }

  const admit = (request: FastifyRequest, reply: FastifyReply, { actor, failure }: Caller): void | Promise<void> => {
    request.actor = actor
    const spent = spend(platform, rate, actor, request.origin.address ?? '', reply)
    return whenThere(spent, () => enter(request, reply, failure))
  }

  // Waits only for what is not known yet; most callers are.
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void | Promise<void> => {
    const admitted = whenThere(identify(server, request, endpoint), (caller) => admit(request, reply, caller))
    if (admitted) return admitted
    done()
  }
}

function identify(
  { authenticator }: HttpServer,
  request: FastifyRequest,
  { dialect }: Endpoint,
): Caller | Promise<Caller> {
  const { authorization = '' } = request.headers
  const bearer = /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? (dialect && passwordOf(authorization))
  const cookie = bearer ? undefined : cookiesOf(request.headers)[authenticator.cookieName]
  return callerOf(() => {
    if (cookie && request.method !== 'GET' && request.method !== 'HEAD') requireSameOrigin(request)
    return authenticator.identify({ bearer, cookie }, request.origin.address ?? '', request.raw.socket)
  })
}

/**
 * Some programs know only HTTP basic: the password is then the API key or token, whatever the user name. Not on our
 * own paths, where a proxy may ask browsers for a password of its own.
 */
function passwordOf(authorization: string): string | undefined {
  const basic = /^Basic ([\w+/=-]+)$/i.exec(authorization)?.[1]
  return basic === undefined ? undefined : /^[^:]*:(\S+)$/.exec(Buffer.from(basic, 'base64').toString())?.[1]
}

type Write = (value: unknown) => string

/** Sends the answer, at once where the handler has it. */
function answer(
  server: HttpServer,
  operation: Operation,
  face: Face,
  write: Write,
  request: FastifyRequest,
  reply: FastifyReply,
): void | Promise<FastifyReply> {
  const { endpoint, handler } = operation
  const { ctx } = request
  // The body came after the context was made.
  ctx.incoming.rawBody = request.rawJson ?? (Buffer.isBuffer(request.body) ? request.body : noBytes)
  const input = parseInput(endpoint, request)
  reply.code(endpoint.status ?? 200)
  const confirmed = confirm(server, endpoint, input, request, reply)
  const result = confirmed ? confirmed.then(() => handler(ctx, input)) : handler(ctx, input)
  if (!(result instanceof Promise)) return void send(endpoint, face, write, result, reply)
  return result.then((value) => send(endpoint, face, write, value, reply))
}

/** What few endpoints ask for before they do anything; undefined for the others. */
function confirm(
  { platform, authenticator }: HttpServer,
  endpoint: Endpoint,
  input: Input<Endpoint>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> | undefined {
  const { question, sensitive } = endpoint
  if (question) return spendOnQuestion(platform, question, endpoint, input, request, reply)
  return sensitive ? authenticator.confirm(request.ctx) : undefined
}

function send(endpoint: Endpoint, face: Face, write: Write, result: unknown, reply: FastifyReply): FastifyReply {
  if (endpoint.status === 204) return reply.send()
  if (endpoint.produces) return (reply.hasHeader('content-type') ? reply : reply.type(endpoint.produces)).send(result)
  reply.type('application/json; charset=utf-8')
  if (!(result instanceof JsonBytes)) return reply.send(face.wrap(write(result)))
  const bytes = Buffer.from(result.bytes.buffer, result.bytes.byteOffset, result.bytes.byteLength)
  return reply.send(face.name === 'enveloped' ? face.wrap(bytes.toString()) : bytes)
}

function parseInput(endpoint: Endpoint, request: FastifyRequest): Input<Endpoint> {
  return {
    params: parsePart(endpoint.params, 'params', namedTail(endpoint.path, request.params as Record<string, string>)),
    query: parsePart(endpoint.query, 'query', endpoint.consumes === 'form' ? withForm(request) : request.query),
    body: parsePart(endpoint.body, 'body', request.body),
  } as Input<Endpoint>
}

const withForm = ({ query, body }: FastifyRequest): unknown => ({
  ...(body as object | undefined),
  ...(query as object),
})

function parsePart(schema: Endpoint['body'], part: 'params' | 'query' | 'body', value: unknown): unknown {
  if (!schema) return undefined
  // No body at all means an empty one: an operation whose fields are all optional needs none.
  const result = schema.safeParse(part === 'body' && value === undefined ? {} : value)
  if (!result.success) throw validationError(result.error.issues, part)
  return result.data
}

/** The router calls the rest of a path `*`; the contract gives it a name. */
function namedTail(path: string, params: Record<string, string>): Record<string, string> {
  const name = /\{(\w+)\*\}/.exec(path)?.[1]
  return name ? { ...params, [name]: params['*']! } : params
}
