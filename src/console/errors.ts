import type { ErrorCode } from '#kernel/errors.ts'

interface FieldError {
  field: string
  message: string
}

/** The server refused; `code` is one of the documented ones. */
export class ApiError extends Error {
  readonly status: number
  readonly code: ErrorCode
  readonly details: Record<string, unknown>
  readonly requestId: string | null
  readonly retryAfterSeconds: number | null

  constructor(response: Response, body: { code: ErrorCode; message: string; details?: Record<string, unknown> }) {
    super(body.message)
    this.name = 'ApiError'
    this.status = response.status
    this.code = body.code
    this.details = body.details ?? {}
    this.requestId = response.headers.get('x-request-id')
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
    this.retryAfterSeconds = Number.isNaN(retryAfter) ? null : retryAfter
  }

  /** What is wrong with which field of the body, for forms. */
  get fields(): FieldError[] {
    return Array.isArray(this.details['fields']) ? (this.details['fields'] as FieldError[]) : []
  }
}

/** No answer came: the server is away or the network is. */
export class NetworkError extends Error {
  constructor(cause: unknown) {
    super('The server cannot be reached', { cause })
    this.name = 'NetworkError'
  }
}

export const hasCode = (error: unknown, ...codes: ErrorCode[]): error is ApiError =>
  error instanceof ApiError && codes.includes(error.code)
