import { AppError } from '#kernel/errors.ts'

/** Where in the text, both from 1; columns in UTF-16 units. */
export interface Position {
  line: number
  column: number
  /** In UTF-16 units from the beginning, from 0. */
  from: number
}

/** What Prometheus' API calls `errorType`; in the details of every error that an expression or its evaluation causes. */
export type PromErrorType = 'bad_data' | 'execution' | 'timeout'

export function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: offset - lineStart + 1, from: offset }
}

/** The text is no expression: `1:5: parse error: unexpected end of input`. */
export function parseError(text: string, offset: number, message: string): AppError {
  const position = positionOf(text, offset)
  const errorType: PromErrorType = 'bad_data'
  return new AppError('VALIDATION_FAILED', `${position.line}:${position.column}: parse error: ${message}`, {
    error_type: errorType,
    position,
  })
}

/** The expression is right, but cannot be evaluated over these series or within these limits. */
export function executionError(message: string): AppError {
  const errorType: PromErrorType = 'execution'
  return new AppError('QUERY_FAILED', message, { error_type: errorType })
}
