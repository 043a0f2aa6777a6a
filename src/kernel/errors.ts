/**
 * Every failure the API can report, and the HTTP status it travels as. The list is closed: a client
 * may switch on `code` and never meets one that is not documented in `/openapi.json`.
 */
export const errorStatus = {
  VALIDATION_FAILED: 400,
  MALFORMED_REQUEST: 400,
  UNAUTHENTICATED: 401,
  TOKEN_EXPIRED: 401,
  INVALID_CREDENTIALS: 401,
  MFA_REQUIRED: 401,
  REAUTHENTICATION_REQUIRED: 401,
  SIGNATURE_REQUIRED: 401,
  PERMISSION_DENIED: 403,
  ACCOUNT_NOT_ACTIVE: 403,
  ADDRESS_NOT_ALLOWED: 403,
  RESOURCE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  CONFLICT: 409,
  LAST_ADMINISTRATOR: 409,
  SETTING_LOCKED: 409,
  GONE: 410,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  QUERY_FAILED: 422,
  LIMIT_EXCEEDED: 422,
  HEADERS_TOO_LARGE: 431,
  INTERNAL_ERROR: 500,
  UPSTREAM_UNAVAILABLE: 503,
  SHUTTING_DOWN: 503,
  QUERY_TIMEOUT: 503,
  INSUFFICIENT_STORAGE: 507,
} as const

export type ErrorCode = keyof typeof errorStatus

/** A failure meant for the caller: `message` is for people, `details` names the field, id or limit. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: Record<string, unknown>

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message)
    this.name = 'AppError'
    this.code = code
    this.details = details
  }

  get status(): number {
    return errorStatus[this.code]
  }
}

/** `notFound('user', id)` reads "User not found" and carries `{user_id: id}`. */
export const notFound = (kind: string, id: string): AppError =>
  new AppError('RESOURCE_NOT_FOUND', `${kind.charAt(0).toUpperCase()}${kind.slice(1)} not found`, {
    [`${kind.replaceAll(' ', '_')}_id`]: id,
  })

/** A value the caller sent that is well formed but wrong; `field` is the dotted path to it. */
export const invalid = (field: string, message: string): AppError =>
  new AppError('VALIDATION_FAILED', message, { fields: [{ field, message }] })
