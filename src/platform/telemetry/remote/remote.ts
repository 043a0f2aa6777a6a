import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '#kernel/errors.ts'
import { secondMs } from '#kernel/time.ts'
import { createOutbound } from '../../outbound/client.ts'
import { webDestination } from '../../outbound/destination.ts'
import { OutboundError, type OutboundRequest, type OutboundStream } from '../../outbound/outbound.ts'
import { namedInConfiguration } from '../../outbound/policies.ts'

export interface RemoteOptions {
  /** Where its API begins; a user and password in it are sent as Basic credentials. */
  url: string
  /** Sent as Bearer token, instead of what the URL names. */
  token?: string | undefined
  /** Sent as X-Scope-OrgID. */
  tenant?: string | undefined
  /** Longest one question may take unless it says so itself; 30 s unless told. */
  timeoutMs?: number | undefined
  /** How long what is sent to be stored is tried again; 15 s unless told. */
  sendTimeoutMs?: number | undefined
}

export interface Question {
  signal?: AbortSignal | undefined
  timeoutMs?: number | undefined
  headers?: Record<string, string>
}

/** What a server answered that will not take what it was sent, however often. */
export interface Answered {
  status: number
  text: string
}

/** Pairs, since names such as `match[]` may come several times. */
export type Params = [name: string, value: string][]

const answerBytesMax = 256 * 1_048_576
const errorBytesMax = 4_096
/** More at a time would not be answered sooner. */
const runningMax = 64
/** Longer questions travel in a body. */
const urlMax = 4_000
const retryAfterMsMax = 5 * secondMs

/** Another server that keeps telemetry, over HTTP. Every wait on it ends: by an answer, its time, or `close`. */
export class Remote {
  readonly name: string
  readonly #base: string
  readonly #headers: Record<string, string>
  readonly #timeoutMs: number
  readonly #sendTimeoutMs: number
  readonly #closing = new AbortController()
  readonly #outbound = createOutbound({
    ...namedInConfiguration,
    bytesMax: answerBytesMax,
    runningMax,
    keepsConnections: true,
  })
  /** Why the last exchange failed; null where it did not. */
  lastFailure: string | null = null

  constructor(name: string, { url, token, tenant, timeoutMs, sendTimeoutMs }: RemoteOptions) {
    this.name = name
    const address = new URL(url)
    const basic = `${decodeURIComponent(address.username)}:${decodeURIComponent(address.password)}`
    this.#base = `${address.origin}${address.pathname.replace(/\/+$/, '')}`
    this.#headers = {
      ...(basic !== ':' && { authorization: `Basic ${Buffer.from(basic).toString('base64')}` }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(tenant !== undefined && { 'x-scope-orgid': tenant }),
    }
    this.#timeoutMs = timeoutMs ?? 30 * secondMs
    this.#sendTimeoutMs = sendTimeoutMs ?? 15 * secondMs
  }

  /** Without credentials. */
  get url(): string {
    return this.#base
  }

  get headers(): Record<string, string> {
    return this.#headers
  }

  /** Where it is to be dialled by whoever speaks another protocol with it. @throws OutboundError */
  addresses(): Promise<string[]> {
    const { host, port } = webDestination(this.#base)
    return this.#outbound.addresses(host, port)
  }

  /**
   * What is at `path`, read as JSON; null where the server says 404.
   * @throws AppError UPSTREAM_UNAVAILABLE, QUERY_TIMEOUT; what `refused` makes of a 4xx; the signal's reason
   */
  async ask(
    path: string,
    params: Params,
    refused: (answer: Answered) => AppError,
    { signal, timeoutMs = this.#timeoutMs, headers = {} }: Question = {},
  ): Promise<unknown> {
    signal?.throwIfAborted()
    const query = new URLSearchParams(params).toString()
    const isLong = query.length > urlMax
    const once = () =>
      this.#exchange(
        isLong ? path : `${path}?${query}`,
        isLong
          ? {
              method: 'POST',
              body: query,
              headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
            }
          : { method: 'GET', headers },
        { signal, timeoutMs },
      )
    // A connection that was kept open may have been ended by the other side just now.
    const answer = await once().catch((error: unknown) => {
      if (error instanceof Unreachable) return once()
      throw error
    })
    if (answer.status === 404) return null
    if (answer.status >= 400 && !isPassing(answer.status) && !isOfCredentials(answer.status)) throw refused(answer)
    if (answer.status >= 300) throw this.#unavailable(reasonOf(answer))
    try {
      return JSON.parse(answer.text)
    } catch {
      throw this.#unavailable('its answer is no JSON')
    }
  }

  /**
   * Stores something, which may be sent twice: overload and faults are tried again for a while, as the server asks.
   * Answers null when it was taken, and otherwise what a 4xx said.
   * @throws AppError UPSTREAM_UNAVAILABLE
   */
  async send(path: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string>): Promise<Answered | null> {
    const deadlineMs = performance.now() + this.#sendTimeoutMs
    for (let attempt = 0; ; attempt++) {
      const leftMs = deadlineMs - performance.now()
      const outcome = await this.#attempt(path, body, headers, leftMs)
      if (!(outcome instanceof Postponed)) return outcome
      const waitMs = Math.min(outcome.afterMs ?? 100 * 2 ** attempt * (0.5 + Math.random()), retryAfterMsMax)
      if (performance.now() + waitMs >= deadlineMs) throw this.#unavailable(outcome.reason)
      await delay(waitMs, undefined, { signal: this.#closing.signal }).catch(() => {
        throw this.#unavailable('it is not used any longer')
      })
    }
  }

  close(): void {
    this.#closing.abort(this.#unavailable('it is not used any longer'))
    this.#outbound.close()
  }

  async #attempt(
    path: string,
    body: Uint8Array<ArrayBuffer>,
    headers: Record<string, string>,
    timeoutMs: number,
  ): Promise<Answered | Postponed | null> {
    try {
      const answer = await this.#exchange(path, { method: 'POST', body, headers }, { timeoutMs, isSending: true })
      if (answer.status < 300) return null
      if (isPassing(answer.status)) return new Postponed(reasonOf(answer), answer.retryAfterMs)
      if (answer.status < 400 || isOfCredentials(answer.status) || answer.status === 404)
        throw this.#unavailable(reasonOf(answer))
      return answer
    } catch (error) {
      if (error instanceof Unreachable && !this.#closing.signal.aborted) return new Postponed(error.message, undefined)
      throw error
    }
  }

  async #exchange(
    path: string,
    request: Pick<OutboundRequest, 'method' | 'body'> & { headers: Record<string, string> },
    {
      signal,
      timeoutMs,
      isSending = false,
    }: { signal?: AbortSignal | undefined; timeoutMs: number; isSending?: boolean },
  ): Promise<Answered & { retryAfterMs: number | undefined }> {
    try {
      const answer = await this.#outbound.stream(
        {
          ...request,
          url: `${this.#base}${path}`,
          headers: { ...request.headers, ...this.#headers },
          timeoutMs: Math.max(1, Math.ceil(timeoutMs)),
          signal: AbortSignal.any([this.#closing.signal, ...(signal ? [signal] : [])]),
        },
        async (reply) => ({
          status: reply.status,
          text: await textOf(reply),
          retryAfterMs: retryAfterMs(reply.headers['retry-after']),
        }),
      )
      const isFault = isPassing(answer.status) || isOfCredentials(answer.status)
      this.lastFailure = isFault ? reasonOf(answer) : null
      return answer
    } catch (error) {
      this.#closing.signal.throwIfAborted()
      signal?.throwIfAborted()
      if (!(error instanceof OutboundError)) throw error
      this.lastFailure = error.message
      if (error.kind === 'blocked') throw this.#unavailable(error.message)
      if (error.reason === 'too large') throw new AppError('LIMIT_EXCEEDED', `${error.message}; ask for less`)
      if (error.reason === 'too late' && !isSending)
        throw new AppError('QUERY_TIMEOUT', `${this.name} did not answer within ${Math.round(timeoutMs)} ms`)
      throw new Unreachable(this.name, error.message)
    }
  }

  #unavailable(reason: string): AppError {
    return new AppError('UPSTREAM_UNAVAILABLE', `${this.name} cannot be used: ${reason}`, { component: this.name })
  }
}

/** Nothing came back, or not all of it. */
class Unreachable extends AppError {
  constructor(name: string, reason: string) {
    super('UPSTREAM_UNAVAILABLE', `${name} cannot be reached: ${reason}`, { component: name })
  }
}

class Postponed {
  readonly reason: string
  readonly afterMs: number | undefined

  constructor(reason: string, afterMs: number | undefined) {
    this.reason = reason
    this.afterMs = afterMs
  }
}

const isPassing = (status: number): boolean => status === 429 || status === 408 || status >= 500

const isOfCredentials = (status: number): boolean => status === 401 || status === 403

const reasonOf = ({ status, text }: Answered): string =>
  status >= 300 && status < 400
    ? `it answers ${status}, a redirect, which is not followed: name the address where it is now`
    : `it answers ${status} ${firstLine(text)}`.trim()

export const firstLine = (text: string): string => text.trim().split('\n', 1)[0]!.slice(0, 300)

/** Seconds, or a date. */
function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * secondMs : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** Of what is no answer to the question, only the beginning. */
async function textOf({ status, body }: OutboundStream): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    bytes += chunk.byteLength
    if (status >= 300 && bytes > errorBytesMax) break
  }
  return Buffer.concat(chunks).toString('utf8')
}
