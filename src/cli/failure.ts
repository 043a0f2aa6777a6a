import type { ErrorCode } from '#kernel/errors.ts'

/** What a command ends with; scripts may rely on it. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  denied: 4,
  conflict: 5,
  temporary: 75,
  config: 78,
  interrupted: 130,
} as const

export type Exit = Exclude<keyof typeof exitCodes, 'ok'>

/** Ends a command. `hint` says what to do next. */
export class CommandError extends Error {
  readonly exit: Exit
  readonly hint: string | undefined

  constructor(exit: Exit, message: string, hint?: string) {
    super(message)
    this.name = 'CommandError'
    this.exit = exit
    this.hint = hint
  }
}

/** The server refused; `code` is one of the documented codes, unless something else answered. */
export class ApiError extends Error {
  readonly status: number
  readonly code: ErrorCode | undefined
  readonly details: Record<string, unknown>
  readonly requestId: string | undefined

  constructor(answer: {
    status: number
    code?: ErrorCode | undefined
    message: string
    details?: Record<string, unknown>
    requestId?: string | undefined
  }) {
    super(answer.message)
    this.name = 'ApiError'
    this.status = answer.status
    this.code = answer.code
    this.details = answer.details ?? {}
    this.requestId = answer.requestId
  }

  get exit(): Exit {
    if (this.code === 'VALIDATION_FAILED') return 'usage'
    const { status } = this
    if (status === 404) return 'notFound'
    if (status === 401 || status === 403) return 'denied'
    if (status === 409 || status === 410) return 'conflict'
    return status === 408 || status === 429 || status === 502 || status === 503 || status === 504
      ? 'temporary'
      : 'failure'
  }
}

/** No server answers at `url`: what was tried failed with `error`. */
export function unreachable(url: string, error: unknown): CommandError {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const { code, message } = cause as NodeJS.ErrnoException
  return new CommandError(
    'temporary',
    `Nothing answers at ${url}: ${code ?? message}`,
    'Is the server running there? `miktos doctor` looks closer',
  )
}
