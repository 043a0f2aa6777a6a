import type { FastifyReply, FastifyRequest } from 'fastify'
import { cookiesOf, setCookie } from './cookies.ts'
import { isEncrypted } from './headers.ts'
import { RequestContext, type CookieOptions, type Incoming, type Outgoing } from './request.ts'
import type { HttpServer } from './server.ts'

export const noBytes = Buffer.alloc(0)

/** What a handler is given of a request. */
export const contextOf = ({ platform }: HttpServer, request: FastifyRequest, reply: FastifyReply): RequestContext =>
  new RequestContext(
    platform,
    request.actor,
    request.origin,
    new ReceivedRequest(request, reply),
    new OwnReply(request, reply),
  )

// Classes, because getters and functions of an object that is made for each request would cost more than the request.
class ReceivedRequest implements Incoming {
  readonly method: string
  readonly url: string
  readonly headers: Incoming['headers']
  rawBody = noBytes
  readonly #reply: FastifyReply
  #gone: AbortController | undefined

  constructor({ method, url, headers }: FastifyRequest, reply: FastifyReply) {
    this.method = method
    this.url = url
    this.headers = headers
    this.#reply = reply
  }

  get cookies(): Incoming['cookies'] {
    return cookiesOf(this.headers)
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

class OwnReply implements Outgoing {
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply

  constructor(request: FastifyRequest, reply: FastifyReply) {
    this.#request = request
    this.#reply = reply
  }

  setCookie(name: string, value: string, options: CookieOptions): void {
    setCookie(this.#reply, name, value, { ...options, secure: isEncrypted(this.#request) })
  }

  clearCookie(name: string, path: string): void {
    this.setCookie(name, '', { path, maxAgeSeconds: 0 })
  }

  header(name: string, value: string): void {
    this.#reply.header(name, value)
  }

  status(code: number): void {
    this.#reply.code(code)
  }
}
