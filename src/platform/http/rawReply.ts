import type { AppError } from '#kernel/errors.ts'
import { bare } from './faces.ts'
import { dataHeaders } from './headers.ts'
import { STATUS_CODES } from './nodeHttp.ts'

/** An error as bytes for a socket that has no reply object: a refused upgrade, or what was not HTTP at all. */
export function rawReply(
  { status, code, message, details }: Pick<AppError, 'status' | 'code' | 'message' | 'details'>,
  requestId: string,
): string {
  const body = bare.wrapError({ code, message, details })
  const { retry_after_seconds: retryAfter } = details
  const headers = {
    ...dataHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-request-id': requestId,
    ...(typeof retryAfter === 'number' && { 'retry-after': retryAfter }),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`
}
