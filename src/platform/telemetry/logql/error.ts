import { AppError } from '#kernel/errors.ts'

/** A query that is not LogQL, said the way Loki says it. `details.position` is where it went wrong. */
export function queryError(text: string, from: number, to: number, message: string): AppError {
  const before = text.slice(0, from)
  const line = before.split('\n').length
  const column = from - before.lastIndexOf('\n')
  return new AppError('VALIDATION_FAILED', `parse error at line ${line}, col ${column}: ${message}`, {
    position: { from, to: Math.max(to, from), line, column },
  })
}
