import type { Endpoint, Endpoints, Input, Reply } from '#kernel/contract.ts'
import type { Migration } from '../database/schema.ts'
import type { Platform, Stop } from '../platform.ts'
import type { ClientMessage } from '../realtime/messages.ts'
import type { Connections } from '../realtime/connections.ts'
import type { RequestContext } from './request.ts'
import type { HttpServer } from './server.ts'
import type { SocketRoute } from './upgrade.ts'

/** One function per endpoint; what it returns is checked against the reply schema and sent. */
export type Handlers<T extends Endpoints> = {
  [K in keyof T]: (ctx: RequestContext, input: Input<T[K]>) => Promise<Answer<T[K]>> | Answer<T[K]>
}

/** A reply that is not JSON may also be a stream or bytes; JSON may have been written by another thread. */
type Answer<E extends Endpoint> = E extends { produces: string }
  ? string | NodeJS.ReadableStream | Buffer
  : Reply<E> | JsonBytes

/** A reply that is JSON already, made where it costs this thread nothing. It has to fit the reply schema. */
export class JsonBytes {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

type AnyHandler = (ctx: RequestContext, input: Input<Endpoint>) => unknown

/** One capability: what it answers, what it stores, what it runs in the background. */
export interface Feature {
  name: string
  migrations: Migration[]
  endpoints: Endpoints
  handlers: Record<string, AnyHandler>
  /** Paths that speak WebSocket. */
  sockets?: (platform: Platform, connections: Connections) => SocketRoute[]
  /** What clients of `/ws` and Socket.IO may send. */
  messages?: (platform: Platform) => ClientMessage[]
  start?: Start
}

/** Starts jobs, registers health checks and live topics, listens to requests; returns how to stop that. */
type Start = (platform: Platform, server: HttpServer, connections: Connections) => Stop | Promise<Stop>

/** Ties handlers to their contract: a missing or mistyped handler does not compile. */
export function feature<T extends Endpoints>(parts: {
  name: string
  migrations?: Migration[]
  endpoints: T
  handlers: Handlers<T>
  sockets?: NonNullable<Feature['sockets']>
  messages?: NonNullable<Feature['messages']>
  start?: Start
}): Feature {
  // The only place where the types of single endpoints are given up: the router treats all alike.
  return { migrations: [], ...parts, handlers: parts.handlers as unknown as Record<string, AnyHandler> }
}

/** An operation as the router, OpenAPI and the tests see it. */
export interface Operation {
  /** `users.list`: unique over the product. */
  id: string
  feature: string
  endpoint: Endpoint
  handler: AnyHandler
}

export const operationsOf = (features: readonly Feature[]): Operation[] =>
  features.flatMap(({ name, endpoints, handlers }) =>
    Object.entries(endpoints).map(([key, endpoint]) => ({
      id: `${name}.${key}`,
      feature: name,
      endpoint,
      handler: handlers[key]!,
    })),
  )

/** Every spelling of an operation, its own first: `{method, path}` with `{param}` placeholders. */
export function spellings({ method, path, aliases = [] }: Endpoint): { method: Endpoint['method']; path: string }[] {
  const others = aliases.map((alias) => {
    const [first, second] = alias.split(' ')
    return second ? { method: first as Endpoint['method'], path: second } : { method, path: first! }
  })
  return [{ method, path }, ...others]
}

/** `/admin/users/{id}` as the router writes it; `{name*}` takes the rest of the path. */
export const routerPath = (path: string): string => path.replace(/\{(\w+)\*\}/g, '*').replace(/\{(\w+)\}/g, ':$1')

/** What matches it; each part in braces is a group of its name. */
export const pathPattern = (path: string): RegExp =>
  new RegExp(
    `^${path
      .replace(/[.+?^$()|[\]\\]/g, '\\$&')
      .replace(/\{(\w+)\*\}/g, '(?<$1>.+)')
      .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`,
  )
