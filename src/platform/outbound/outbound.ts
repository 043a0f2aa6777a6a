export interface OutboundRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** http or https. */
  url: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** Defaults to 10 s, for everything together. */
  timeoutMs?: number
  /** Ends it earlier. */
  signal?: AbortSignal
}

/** An answer as it comes; `body` fails where it is larger than may come. */
export interface OutboundStream {
  status: number
  headers: Record<string, string>
  body: AsyncIterable<Uint8Array>
}

export interface OutboundReply extends Omit<OutboundStream, 'body'> {
  /** At most 1 MiB unless whoever made the client has said otherwise: a longer one fails. */
  body: Buffer
}

/** An address that may not be called, or one that could not be reached. The message never holds headers or query. */
export class OutboundError extends Error {
  /** `blocked` never becomes right by waiting; `failed` may. */
  readonly kind: 'blocked' | 'failed'
  /** Set where it was not answered wholly in time, or the answer is larger than may come. */
  readonly reason: 'too late' | 'too large' | undefined

  constructor(kind: 'blocked' | 'failed', message: string, reason?: 'too late' | 'too large') {
    super(message)
    this.kind = kind
    this.reason = reason
  }
}

/** The one way in which Miktos calls addresses that it is told. */
export interface Outbound {
  /** @throws OutboundError */
  request(request: OutboundRequest): Promise<OutboundReply>
  /**
   * Hands the answer to `read` while it comes; what `read` leaves of it is dropped.
   * @throws OutboundError, and for what `read` throws
   */
  stream<T>(request: OutboundRequest, read: (reply: OutboundStream) => Promise<T>): Promise<T>
  /**
   * Resolves a name once, for protocols other than HTTP (SMTP): the address that is to be dialled.
   * @throws OutboundError
   */
  resolve(host: string, port: number): Promise<string>
}
