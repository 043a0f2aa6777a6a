import type { IncomingHttpHeaders } from 'node:http'
import type { Actor } from '../context.ts'
import { Context, type Origin } from '../context.ts'
import type { Platform } from '../platform.ts'

export interface CookieOptions {
  maxAgeSeconds: number
  path: string
}

/** What a handler may set on its answer besides the body. */
export interface Outgoing {
  setCookie(name: string, value: string, options: CookieOptions): void
  clearCookie(name: string, path: string): void
  header(name: string, value: string): void
  status(code: number): void
}

/** The request as far as a handler may look at it. */
export interface Incoming {
  method: string
  /** Path and query exactly as they were sent. */
  url: string
  headers: IncomingHttpHeaders
  readonly cookies: Record<string, string | undefined>
  /** The body's bytes; empty when there was none. */
  rawBody: Buffer
  /** Aborts when the caller goes away before the answer is complete. */
  readonly signal: AbortSignal
}

export class RequestContext extends Context {
  readonly incoming: Incoming
  readonly outgoing: Outgoing

  constructor(platform: Platform, actor: Actor, origin: Origin, incoming: Incoming, outgoing: Outgoing) {
    super(platform, actor, origin)
    this.incoming = incoming
    this.outgoing = outgoing
  }
}

/** Credentials as they came, not yet believed. */
export interface Credentials {
  /** The token of `Authorization: Bearer …`. */
  bearer: string | undefined
  /** The console's cookie. */
  cookie: string | undefined
  /** Good once, in the URL of a socket; with it the others do not count. */
  ticket?: string | undefined
}

/** Turns credentials into an actor. The auth feature is the one implementation. */
export interface Authenticator {
  cookieName: string
  /**
   * `anonymous` when there are no credentials; throws AppError when they are wrong, expired or revoked. `connection` is
   * any object that lives as long as the connection they came on.
   */
  identify(credentials: Credentials, address: string, connection?: object): Actor | Promise<Actor>
  /** The same actor with the rights it has now; throws as `identify` when it has none any more. */
  recheck(actor: Actor): Promise<Actor>
  /** Throws unless the caller of a sensitive operation proved themselves freshly, or signed the request. */
  confirm(ctx: RequestContext): Promise<void>
}
