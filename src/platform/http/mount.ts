import { hash } from 'node:crypto'
import { parse as parseForm } from 'node:querystring'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Endpoint, Input, RateClass } from '#kernel/contract.ts'
import { AppError } from '#kernel/errors.ts'
import { minuteMs, secondMs } from '#kernel/time.ts'
import { anonymous, type Actor } from '../context.ts'
import type { Platform } from '../platform.ts'
import { JsonBytes, pathPattern, routerPath, spellings, type Operation } from './endpoints.ts'
import { validationError } from './errors.ts'
import { bare, dialects, enveloped, type Face } from './faces.ts'
import { isEncrypted } from './headers.ts'
import { requireSameOrigin } from './origin.ts'
import { RequestContext, type CookieOptions, type Incoming, type Outgoing } from './request.ts'
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
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { access } = endpoint
    const rate = endpoint.question ? 'general' : rateOf(endpoint)
    const { actor, failure } = await identify(server, request, endpoint)
    request.actor = actor
    await spend(platform, rate, actor, request.origin.address ?? '', (headers) => void reply.headers(headers))
    request.ctx = contextOf(server, request, reply)
    if (access !== 'public') {
      if (failure) throw failure
      request.ctx.require(access)
    }
    // Before the body is received, which would take memory until it is refused all the same.
    if (endpoint.consumes === 'bytes') platform.telemetry.requireRoom(Number(request.headers['content-length'] ?? 0))
  }
}

/** Wrong credentials count as none until the budget is spent, so that guessing tokens is limited too. */
async function identify(
  { authenticator }: HttpServer,
  request: FastifyRequest,
  { dialect }: Endpoint,
): Promise<{ actor: Actor; failure?: AppError }> {
  const { authorization = '' } = request.headers
  const bearer = /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? (dialect && passwordOf(authorization))
  const cookie = bearer ? undefined : request.cookies[authenticator.cookieName]
  try {
    if (cookie && request.method !== 'GET' && request.method !== 'HEAD') requireSameOrigin(request)
    return { actor: await authenticator.identify({ bearer, cookie }, request.origin.address ?? '') }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { actor: anonymous, failure: error }
  }
}

const rateOf = ({ rate = 'general' }: Endpoint): RateClass => rate

/**
 * Some programs know only HTTP basic: the password is then the API key or token, whatever the user name. Not on our
 * own paths, where a proxy may ask browsers for a password of its own.
 */
function passwordOf(authorization: string): string | undefined {
  const basic = /^Basic ([\w+/=-]+)$/i.exec(authorization)?.[1]
  return basic === undefined ? undefined : /^[^:]*:(\S+)$/.exec(Buffer.from(basic, 'base64').toString())?.[1]
}

const settingOf = {
  general: 'rate_limit',
  logs: 'rate_limit_logs',
  metrics: 'rate_limit_metrics',
  auth: 'rate_limit_auth',
  protocol: 'rate_limit_protocol',
} as const

/** Takes one request from the caller's budget. @throws RATE_LIMITED */
export async function spend(
  { config, limits }: Platform,
  rate: RateClass,
  actor: Actor,
  address: string,
  tell: (headers: Record<string, string>) => void,
): Promise<void> {
  if (rate === 'unlimited' || actor.kind === 'system') return
  const { allowed, limit, remaining, resetMs } = await limits.consume(
    rate,
    subjectOf(rate, actor, address),
    config.get(settingOf[rate]),
    minuteMs,
  )
  const resetSeconds = Math.ceil(resetMs / secondMs)
  tell({ 'ratelimit-policy': `"${rate}";q=${limit};w=60`, ratelimit: `"${rate}";r=${remaining};t=${resetSeconds}` })
  if (!allowed) {
    throw new AppError('RATE_LIMITED', `More than ${limit} requests in a minute; wait ${resetSeconds} s`, {
      limit,
      window_seconds: 60,
      rate_class: rate,
      retry_after_seconds: resetSeconds,
    })
  }
}

/**
 * Attempts to log in are counted by address even when they come with a session; keys by their owner, who could otherwise
 * multiply the budget by making more of them.
 */
const subjectOf = (rate: RateClass, actor: Actor, address: string): string =>
  actor.kind === 'anonymous' || rate === 'auth' ? `address:${address}` : `user:${actor.id}`

/** Takes from the budget of the endpoint unless the caller asked the same a moment ago. @throws RATE_LIMITED */
async function spendOnQuestion(
  { platform }: HttpServer,
  endpoint: Endpoint,
  input: Input<Endpoint>,
  { actor, origin }: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  if (!endpoint.question) return
  const [rate, address] = [rateOf(endpoint), origin.address ?? '']
  const [part, field] = endpoint.question
  const values: Record<string, unknown> | undefined = input[part]
  const asked = String(values?.[field])
  const key = `${subjectOf(rate, actor, address)}:${hash('sha256', asked, 'base64url')}`
  const isKnown = !(await platform.limits.consume(`${rate}-question`, key, 0, minuteMs, 0)).allowed
  if (isKnown) return
  await spend(platform, rate, actor, address, (headers) => void reply.headers(headers))
  // Only what was paid for is remembered.
  await platform.limits.consume(`${rate}-question`, key, 1, minuteMs)
}

async function answer(
  server: HttpServer,
  { endpoint, handler }: Operation,
  face: Face,
  write: (value: unknown) => string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { ctx } = request
  // The body came after the context was made.
  ctx.incoming.rawBody = request.rawJson ?? (Buffer.isBuffer(request.body) ? request.body : noBytes)
  const input = parseInput(endpoint, request)
  await spendOnQuestion(server, endpoint, input, request, reply)
  if (endpoint.sensitive) await server.authenticator.confirm(ctx)
  reply.code(endpoint.status ?? 200)
  const result = await handler(ctx, input)
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

const noBytes = Buffer.alloc(0)

/** A class, because a getter in an object that is made for each request would cost more than the request. */
class ReceivedRequest implements Incoming {
  readonly method: string
  readonly url: string
  readonly headers: Incoming['headers']
  readonly cookies: Incoming['cookies']
  rawBody = noBytes
  readonly #reply: FastifyReply
  #gone: AbortController | undefined

  constructor({ method, url, headers, cookies }: FastifyRequest, reply: FastifyReply) {
    this.method = method
    this.url = url
    this.headers = headers
    this.cookies = cookies
    this.#reply = reply
  }

  get signal(): AbortSignal {
    if (!this.#gone) {
      const gone = new AbortController()
      const { raw } = this.#reply
      raw.once('close', () => {
        if (!raw.writableFinished) gone.abort()
      })
      this.#gone = gone
    }
    return this.#gone.signal
  }
}

const contextOf = (server: HttpServer, request: FastifyRequest, reply: FastifyReply): RequestContext =>
  new RequestContext(
    server.platform,
    request.actor,
    request.origin,
    new ReceivedRequest(request, reply),
    outgoingOf(request, reply),
  )

const outgoingOf = (request: FastifyRequest, reply: FastifyReply): Outgoing => ({
  setCookie: (name, value, { maxAgeSeconds, path }: CookieOptions) =>
    void reply.setCookie(name, value, {
      httpOnly: true,
      sameSite: 'strict',
      secure: isEncrypted(request),
      path,
      maxAge: maxAgeSeconds,
    }),
  clearCookie: (name, path) => void reply.clearCookie(name, { path }),
  header: (name, value) => void reply.header(name, value),
  status: (code) => void reply.code(code),
})
