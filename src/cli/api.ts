import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { WebSocket } from 'ws'
import * as z from 'zod'
import type { Endpoint, Method, Reply, Request } from '#kernel/contract.ts'
import { errorStatus, type ErrorCode } from '#kernel/errors.ts'
import { ApiError } from './failure.ts'

/** One request as it goes out. */
export interface OutgoingRequest {
  method: Method
  /** Path and query. */
  path: string
  /** JSON. */
  body: string | undefined
}

export interface IncomingAnswer {
  status: number
  requestId: string | undefined
  body: Readable
}

/** Brings a request to a server, over the network or within this process, with credentials. */
export interface Transport {
  /** For messages: `https://miktos.example.org`, or `this machine (/srv/miktos-data)`. */
  place: string
  /** Within this process, by right of access to the data directory. */
  isLocal: boolean
  /** Whether it has credentials to show. */
  authorized: boolean
  send(request: OutgoingRequest): Promise<IncomingAnswer>
  /** A socket to a path, paused: `resume()` when it is listened to. @throws ApiError, CommandError */
  open(path: string): Promise<WebSocket>
  close(): Promise<void>
}

/** The server, called by its contracts. */
export interface Api extends Pick<Transport, 'place' | 'isLocal' | 'authorized' | 'open' | 'close'> {
  /** @throws ApiError */
  call<E extends Endpoint>(endpoint: E, request: Request<E>): Promise<Reply<E>>
  /** An answer that is not JSON. */
  download<E extends Endpoint & { produces: string }>(endpoint: E, request: Request<E>): Promise<Readable>
}

export function createApi({ place, isLocal, authorized, send, open, close }: Transport): Api {
  const answerTo = async (endpoint: Endpoint, request: Request<Endpoint>): Promise<IncomingAnswer> => {
    const answer = await send(outgoing(endpoint, request))
    if (answer.status >= 400) throw await refusal(answer)
    return answer
  }
  return {
    place,
    isLocal,
    authorized,
    open,
    close,
    call: async <E extends Endpoint>(endpoint: E, request: Request<E>) => {
      const { body } = await answerTo(endpoint, request)
      const json: unknown = JSON.parse(await text(body))
      // The server writes its replies by the same contract.
      return (endpoint.mount === 'root' ? json : (json as { data: unknown }).data) as Reply<E>
    },
    download: async (endpoint, request) => (await answerTo(endpoint, request)).body,
  }
}

/** Under `/api`, which no setting moves. */
function outgoing(endpoint: Endpoint, request: Request<Endpoint>): OutgoingRequest {
  const { params = {}, query = {}, body } = request as { params?: Values; query?: Values; body?: unknown }
  const path = endpoint.path.replace(/\{(\w+)\*?\}/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()
  return {
    method: endpoint.method,
    path: `${endpoint.mount === 'root' ? '' : '/api'}${path}${search && `?${search}`}`,
    body: body === undefined ? undefined : JSON.stringify(body),
  }
}

type Values = Record<string, unknown>

const Refusal = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()).default({}) }),
})

export async function refusal({ status, requestId, body }: IncomingAnswer): Promise<ApiError> {
  const parsed = Refusal.safeParse(parseJson(await text(body)))
  if (!parsed.success)
    return new ApiError({ status, message: `The answer ${status} did not come from Miktos`, requestId })
  const { code, message, details } = parsed.data.error
  return new ApiError({ status, code: isErrorCode(code) ? code : undefined, message, details, requestId })
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorStatus, code)

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
