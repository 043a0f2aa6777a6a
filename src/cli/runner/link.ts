import type { WebSocket } from 'ws'
import * as z from 'zod'
import { errorStatus, type ErrorCode } from '#kernel/errors.ts'
import { secondMs } from '#kernel/time.ts'
import { jsonOf } from '#platform/realtime/frames.ts'
import { ApiError } from '../failure.ts'
import { endSilence } from '../socket.ts'

const answerMaxMs = 30 * secondMs
const closeMaxMs = secondMs

/** The connection ended before the answer came: what was asked may have been heard, or not. */
export class LinkLost extends Error {
  override name = 'LinkLost'
}

const SpokenError = z.object({
  code: z.enum(Object.keys(errorStatus) as [ErrorCode]),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).default({}),
})

const Ack = z.discriminatedUnion('ok', [
  z.object({ type: z.literal('ack'), id: z.number(), ok: z.literal(true), data: z.unknown() }),
  z.object({ type: z.literal('ack'), id: z.number(), ok: z.literal(false), error: SpokenError }),
])

const Event = z.object({ type: z.string(), data: z.unknown() })

/** One connection to `/ws`: messages that are answered go out, events come in. */
export class Link {
  readonly closed: Promise<{ code: number; reason: string }>
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  #asked = 0

  constructor(socket: WebSocket, onEvent: (type: string, data: unknown) => void) {
    this.#socket = socket
    socket.on('message', (bytes) => {
      const frame = jsonOf(String(bytes))
      const ack = Ack.safeParse(frame)
      if (ack.success) return this.#settle(ack.data)
      const event = Event.safeParse(frame)
      if (event.success) onEvent(event.data.type, event.data.data)
    })
    endSilence(socket)
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        for (const { reject } of this.#waiting.values()) reject(new LinkLost('The connection ended'))
        this.#waiting.clear()
        resolve({ code, reason: String(reason) })
      })
    })
    socket.resume()
  }

  /** Resolves with the answer. @throws ApiError where it is a refusal, LinkLost where none came */
  async ask(type: string, data: object): Promise<unknown> {
    if (this.#socket.readyState !== this.#socket.OPEN) throw new LinkLost('The connection has ended')
    const id = ++this.#asked
    const answer = Promise.withResolvers<unknown>()
    this.#waiting.set(id, answer)
    this.#socket.send(JSON.stringify({ type, id, data }))
    const timer = setTimeout(() => this.#socket.terminate(), answerMaxMs)
    return answer.promise.finally(() => clearTimeout(timer))
  }

  /** Without waiting for ever that the other side agrees. */
  close(): void {
    this.#socket.close()
    setTimeout(() => this.#socket.terminate(), closeMaxMs).unref()
  }

  terminate(): void {
    this.#socket.terminate()
  }

  #settle(ack: z.output<typeof Ack>): void {
    const waiting = this.#waiting.get(ack.id)
    this.#waiting.delete(ack.id)
    if (ack.ok) waiting?.resolve(ack.data)
    else waiting?.reject(new ApiError({ ...ack.error, status: errorStatus[ack.error.code] }))
  }
}
