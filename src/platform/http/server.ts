import compress from '@fastify/compress'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { RateClass } from '#kernel/contract.ts'
import { randomUUID } from 'node:crypto'
import { AppError } from '#kernel/errors.ts'
import { secondMs } from '#kernel/time.ts'
import { anonymous, type Actor, type Origin } from '../context.ts'
import type { Logger } from '../logging/logging.ts'
import type { Platform } from '../platform.ts'
import { addressRanges, clientAddress, normalAddress, type AddressRanges } from './address.ts'
import { publicError } from './errors.ts'
import { faceOf, type Face } from './faces.ts'
import { dataHeaders, documentHeaders, encryptedHeaders, isEncrypted } from './headers.ts'
import { HeadRequests, withoutStream } from './headRequests.ts'
import { rawReply } from './rawReply.ts'
import type { Authenticator, RequestContext } from './request.ts'

/** What is known of a request once its answer is sent. */
export interface FinishedRequest {
  /** Route template as documented, `/api/v1/admin/users/{id}`; null for files and unknown paths. */
  route: string | null
  /** `users.list`; null where `route` is. */
  operation: string | null
  method: string
  status: number
  durationMs: number
  /** Sent in answer, headers included. */
  bytes: number
  /** Null where `route` is. */
  rate: RateClass | null
  actor: Actor
  params: Record<string, string>
  origin: Origin
  at: number
}

export interface HttpServer {
  app: FastifyInstance
  platform: Platform
  authenticator: Authenticator
  originOf(request: Pick<FastifyRequest['raw'], 'headers' | 'socket'>, requestId: string | null): Origin
  /** ADDRESS_NOT_ALLOWED, unless the allow list is empty or holds the address. */
  refusal(address: string): AppError | undefined
  onFinished(listener: (request: FinishedRequest) => void): void
  /** Everything the router answers, so that a test can tell what nobody declared. */
  routes: { method: string; url: string; operation: string | undefined }[]
}

declare module 'fastify' {
  interface FastifyContextConfig {
    face?: Face
    template?: string
    operation?: string
    rate?: RateClass
    /** Answers when there is something to tell: how long that took says nothing about this server, and is not measured. */
    waits?: boolean
  }
  interface FastifyRequest {
    origin: Origin
    actor: Actor
    /** What is known of its route: for each look at `routeOptions` the router makes an object. */
    route: FastifyContextConfig | undefined
    /** Sent on this connection before the request came. */
    bytesBefore: number
    rawJson: Buffer
    ctx: RequestContext
  }
}

/** Paths a load balancer or orchestrator asks; no allow list and no drain keeps them from an answer. */
const probePaths = new Set(['/health', '/healthz', '/livez', '/readyz'])

const headerBytesMax = 16 * 1024

/** How late a request that takes too long to arrive may be noticed. */
const timeoutPrecisionMs = secondMs

export async function createHttpServer(platform: Platform, authenticator: Authenticator): Promise<HttpServer> {
  const { config, lifecycle } = platform
  const log = platform.log.child({ component: 'http' })
  const requestTimeoutMs = config.get('request_timeout_seconds') * secondMs
  const heads = new HeadRequests()
  const app = Fastify({
    logger: false,
    exposeHeadRoutes: false,
    rewriteUrl: (request) => heads.asGet(request),
    bodyLimit: config.get('body_bytes_max'),
    requestTimeout: requestTimeoutMs,
    connectionTimeout: 0,
    keepAliveTimeout: 72 * secondMs,
    return503OnClosing: false,
    forceCloseConnections: false,
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: false, caseSensitive: true },
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    // Node takes the smaller of the two for headers and the larger for the body: only equal ones bound both.
    http: {
      maxHeaderSize: headerBytesMax,
      // A GET without a body, as nearly all are, is not made a stream of nothing.
      optimizeEmptyRequests: true,
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: timeoutPrecisionMs,
    },
    // These never reach the hooks below.
    frameworkErrors: (error, request, reply) =>
      sendError(
        reply.header('x-request-id', request.id).headers(documentHeaders),
        request.url,
        config.get('api_prefix'),
        publicError(error) ?? internal(),
      ),
    clientErrorHandler: (error, socket) => {
      if (!socket.writable || (error as NodeJS.ErrnoException).code === 'ECONNRESET') return socket.destroy()
      socket.end(rawErrorReply(error))
    },
  })
  const trusted = addressRanges(config.get('trusted_proxies'))
  const allowed = currentRanges(config)
  const listeners: ((request: FinishedRequest) => void)[] = []

  const server: HttpServer = {
    app,
    platform,
    authenticator,
    originOf: ({ headers, socket }, requestId) => ({
      requestId,
      address: clientAddress(peerOf(socket), headers['x-forwarded-for'], trusted),
      userAgent: headers['user-agent']?.slice(0, 255) ?? null,
    }),
    refusal: (address) =>
      allowed()(address)
        ? undefined
        : new AppError('ADDRESS_NOT_ALLOWED', `The address ${address} is not on the allow list`, { address }),
    onFinished: (listener) => void listeners.push(listener),
    routes: [],
  }
  app.addHook('onRoute', ({ method, url, config: route }) => {
    for (const one of [method].flat()) server.routes.push({ method: one, url, operation: route?.operation })
  })

  await app.register(compress, {
    global: true,
    threshold: 1024,
    encodings: ['br', 'gzip', 'identity'],
    // A chart of numbers takes more than three times as long at the usual level, for a tenth less.
    zlibOptions: { level: 1 },
  })
  app.decorateRequest('origin')
  app.decorateRequest('actor')
  app.decorateRequest('rawJson')
  app.decorateRequest('ctx')
  app.decorateRequest('route')
  app.decorateRequest('bytesBefore', 0)
  keepRawJson(app)

  // With callbacks, because a promise for each of these costs more than what they do.
  app.addHook('onRequest', (request, reply, done) => {
    heads.asHead(request.raw)
    request.actor = anonymous
    request.origin = server.originOf(request.raw, request.id)
    request.route = request.routeOptions.config
    request.bytesBefore = request.raw.socket.bytesWritten
    reply.header('x-request-id', request.id)
    reply.headers(request.route.operation ? dataHeaders : documentHeaders)
    if (isEncrypted(request)) reply.headers(encryptedHeaders)
    const refusal = server.refusal(request.origin.address ?? '')
    done(refusal && probePaths.has(pathOf(request.url)) ? undefined : refusal)
  })

  await openToOrigins(app, config.get('cors_origins'))

  // Asked when the answer leaves: the shutdown may have begun while it was made.
  app.addHook('onSend', (request, reply, payload, done) => {
    if (lifecycle.draining) reply.header('connection', 'close')
    done(null, request.method === 'HEAD' ? withoutStream(payload) : payload)
  })

  app.addHook('onResponse', (request, reply, done) => {
    const { route } = request
    if (route?.waits) return done()
    const finished: FinishedRequest = {
      route: route?.template ?? null,
      operation: route?.operation ?? null,
      method: request.method,
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
      bytes: bytesSent(request, reply),
      rate: route?.rate ?? null,
      actor: request.actor,
      params: request.params as Record<string, string>,
      origin: request.origin,
      at: platform.now(),
    }
    for (const listener of listeners) listener(finished)
    logFinished(log, finished)
    done()
  })

  app.setErrorHandler((error, request, reply) => {
    const told = publicError(error)
    if (!told || told.status >= 500)
      log.error({ err: error, request_id: request.id, route: request.routeOptions.url }, 'request failed')
    return sendError(
      reply,
      request.url,
      config.get('api_prefix'),
      told ?? internal(),
      request.routeOptions.config?.face,
    )
  })

  return server
}

/** Counted at the socket, so that compressed and streamed answers count too; a call within the process has none. */
function bytesSent({ raw, bytesBefore }: FastifyRequest, reply: FastifyReply): number {
  const onTheWire = raw.socket.bytesWritten - bytesBefore
  return onTheWire > 0 ? onTheWire : Number(reply.getHeader('content-length') ?? 0)
}

const internal = (): AppError =>
  new AppError('INTERNAL_ERROR', 'Something went wrong here; the request id finds it in the log')

/** Sends an error in the face of its route, or of its path when it matched none. */
export function sendError(
  reply: FastifyReply,
  url: string,
  apiPrefix: string,
  error: AppError,
  face = faceOf(pathOf(url), apiPrefix),
): FastifyReply {
  const { retry_after_seconds: retryAfter } = error.details
  if (typeof retryAfter === 'number') reply.header('retry-after', String(retryAfter))
  else if (error.status === 503) reply.header('retry-after', '5')
  return reply
    .code(error.status)
    .type(face.errorType ?? 'application/json; charset=utf-8')
    .send(face.wrapError(error))
}

/** A connection keeps its peer; parsing the address once for each is enough. */
const peers = new WeakMap<object, string>()

function peerOf(socket: FastifyRequest['raw']['socket']): string {
  const known = peers.get(socket)
  if (known !== undefined) return known
  const peer = normalAddress(socket.remoteAddress ?? '')
  peers.set(socket, peer)
  return peer
}

export const pathOf = (url: string): string => url.split('?', 1)[0]!

/** A caller's own id is kept when it is short and harmless, so that it can be followed through systems. */
export const requestIdOf = (given: string | string[] | undefined): string =>
  typeof given === 'string' && /^[\w.:-]{8,128}$/.test(given) ? given : randomUUID()

/** The allow list may change at run time; it is parsed again only when it did. */
function currentRanges(config: Platform['config']): () => AddressRanges {
  const build = (): AddressRanges => {
    const ranges = config.get('ip_allow_list')
    return ranges.length === 0 ? () => true : addressRanges(ranges)
  }
  let ranges = build()
  config.onChange((keys) => {
    if (keys.includes('ip_allow_list')) ranges = build()
  })
  return () => ranges
}

/**
 * Pages of the named origins may call the API with a token of their own. Never with cookies: those
 * are for the console, which is always of the same origin.
 */
async function openToOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return
  const { default: cors } = await import('@fastify/cors')
  await app.register(cors, {
    origin: [...origins],
    credentials: false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['x-request-id', 'x-total-count', 'retry-after', 'ratelimit', 'ratelimit-policy'],
    maxAge: 600,
  })
}

/** Signed requests are checked against the bytes that came, so they are kept beside the parsed body. */
function keepRawJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer
    request.rawJson = bytes
    if (bytes.length === 0) return done(null, undefined)
    void parse(request, bytes.toString('utf8'), done)
  })
}

const slowMs = 1_000

function logFinished(log: Logger, finished: FinishedRequest): void {
  const { route, method, status, durationMs, actor, origin } = finished
  const level = levelOf(finished)
  // Most requests are not logged, and then nothing is made for it.
  if (!log.isLevelEnabled(level)) return
  const line = {
    method,
    route,
    status,
    duration_ms: Math.round(durationMs * 10) / 10,
    actor: actor.id,
    address: origin.address,
    request_id: origin.requestId,
  }
  log[level](line, 'request finished')
}

function levelOf({ method, status, durationMs }: FinishedRequest): 'warn' | 'info' | 'debug' {
  if (status >= 500) return 'warn'
  return method !== 'GET' || durationMs > slowMs ? 'info' : 'debug'
}

function rawErrorReply({ code }: NodeJS.ErrnoException): string {
  const error =
    code === 'HPE_HEADER_OVERFLOW'
      ? new AppError('HEADERS_TOO_LARGE', 'The headers are larger than this server accepts')
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new AppError('REQUEST_TIMEOUT', 'The request did not arrive in time')
        : new AppError('MALFORMED_REQUEST', 'The request is not valid HTTP')
  return rawReply(error, requestIdOf(undefined))
}
