export interface OutboundRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** http or https. */
  url: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** Defaults to 10 s, for everything together. */
  timeoutMs?: number
}

export interface OutboundReply {
  status: number
  headers: Record<string, string>
  /** At most 1 MiB: a longer one fails. */
  body: Buffer
}

/** An address that may not be called, or one that could not be reached. The message never holds headers or query. */
export class OutboundError extends Error {
  /** `blocked` never becomes right by waiting; `failed` may. */
  readonly kind: 'blocked' | 'failed'

  constructor(kind: 'blocked' | 'failed', message: string) {
    super(message)
    this.kind = kind
  }
}

/** The one way in which Miktos calls addresses that people enter. */
export interface Outbound {
  /** @throws OutboundError */
  request(request: OutboundRequest): Promise<OutboundReply>
  /**
   * Resolves a name once, for protocols other than HTTP (SMTP): the address that is to be dialled.
   * @throws OutboundError
   */
  resolve(host: string, port: number): Promise<string>
}
