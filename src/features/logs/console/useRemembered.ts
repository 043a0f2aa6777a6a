import { useEffect } from 'react'
import { secondMs } from '#kernel/time.ts'
import { remember } from '#features/saved-queries/console/index.ts'
import type { ShownLines } from './useLines.ts'

/** Filters run while one types; one that stands for so long was meant. */
const meantAfterMs = 3 * secondMs

/** Puts filters that found an answer into the history. */
export function useRemembered(q: string, { error, isLoading }: Pick<ShownLines, 'error' | 'isLoading'>): void {
  const query = q.trim()
  const counts = query !== '' && !error && !isLoading
  useEffect(() => {
    if (!counts) return undefined
    const timer = setTimeout(() => remember('logs', [query]), meantAfterMs)
    return () => clearTimeout(timer)
  }, [counts, query])
}
