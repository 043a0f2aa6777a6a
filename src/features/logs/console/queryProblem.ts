import { useState } from 'react'
import { ApiError } from '#console/errors.ts'
import { problemIn, type QueryProblem } from './terms.ts'

/** The last query that could be read: what is shown stays while one mends what one types. */
export function useReadable(q: string): string {
  const [readable, setReadable] = useState('')
  const isReadable = problemIn(q) === undefined
  if (isReadable && readable !== q) setReadable(q)
  return isReadable ? q : readable
}

/** What the server said about LogQL that it could not read. */
export function problemOf(error: Error | null): QueryProblem | undefined {
  if (!(error instanceof ApiError) || error.status !== 400) return undefined
  const place = error.details['position'] as { from: number; to: number } | undefined
  return { message: error.message, from: place?.from ?? 0, to: place?.to ?? 0 }
}
