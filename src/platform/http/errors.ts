import type { FastifyError } from 'fastify'
import type * as z from 'zod'
import { AppError, type ErrorCode } from '#kernel/errors.ts'
import { isUnavailable, isUnstorableText } from '../database/failures.ts'

const fastifyCodes: Record<string, [ErrorCode, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['PAYLOAD_TOO_LARGE', 'The body is larger than this server accepts'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['UNSUPPORTED_MEDIA_TYPE', 'Send application/json'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [
    'MALFORMED_REQUEST',
    'The body is empty; send a JSON object or leave the content type out',
  ],
  FST_ERR_CTP_INVALID_JSON_BODY: ['MALFORMED_REQUEST', 'The body is not valid JSON'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['MALFORMED_REQUEST', 'The body is not as long as Content-Length says'],
  FST_ERR_BAD_URL: ['MALFORMED_REQUEST', 'The path is not a valid URL'],
  FST_ERR_ROUTER_MAX_PARAM_LENGTH: ['RESOURCE_NOT_FOUND', 'Nothing is here'],
  FST_ERR_ASYNC_CONSTRAINT: ['MALFORMED_REQUEST', 'The request cannot be routed'],
}

/**
 * What the caller is told. Undefined for a failure that is ours: its text may hold paths or SQL, so
 * it is logged under the request id and answered with INTERNAL_ERROR.
 */
export function publicError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error
  if (isUnavailable(error))
    return new AppError('UPSTREAM_UNAVAILABLE', 'The database cannot be reached; try again soon', {
      component: 'database',
    })
  if (isUnstorableText(error)) return new AppError('MALFORMED_REQUEST', 'Text may not contain the character U+0000')
  const { code = '', statusCode = 500 } = error as Partial<FastifyError>
  const known = fastifyCodes[code]
  if (known) return new AppError(...known)
  if (error instanceof SyntaxError) return new AppError('MALFORMED_REQUEST', 'The body is not valid JSON')
  if (statusCode >= 400 && statusCode < 500)
    return new AppError('MALFORMED_REQUEST', 'The request cannot be understood')
  return undefined
}

/** `details.fields` names every field that is wrong and what would be right. */
export function validationError(issues: readonly z.core.$ZodIssue[], part: 'params' | 'query' | 'body'): AppError {
  const fields = issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ field: fieldName(issue.path, part), message: issue.message }]
    return issue.keys.map((key) => ({ field: fieldName([...issue.path, key], part), message: 'is not a known field' }))
  })
  const [first] = fields
  return new AppError('VALIDATION_FAILED', first ? `${first.field}: ${first.message}` : 'The input is not valid', {
    fields,
  })
}

const fieldName = (path: readonly PropertyKey[], part: string): string => path.map(String).join('.') || part
