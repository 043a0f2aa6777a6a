import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

/**
 * HEAD is answered by the route of GET: routes of its own would take a fifth of the time to mount them all. Node knows
 * by then that the answer has no body.
 */
export class HeadRequests {
  readonly #heads = new WeakSet<IncomingMessage>()

  /** Before its route is looked for. @returns its URL */
  asGet(request: Pick<IncomingMessage, 'method' | 'url'>): string {
    if (request.method === 'HEAD') {
      request.method = 'GET'
      this.#heads.add(request as IncomingMessage)
    }
    return request.url!
  }

  /** Once the route is found: to all else it is what it was. */
  asHead(request: IncomingMessage): void {
    if (this.#heads.has(request)) request.method = 'HEAD'
  }
}

/** A stream may be long, or never end, and nobody would read it. */
export function withoutStream(payload: unknown): unknown {
  if (!(payload instanceof Readable)) return payload
  payload.on('error', () => undefined).destroy()
  return null
}
