import { QueryClient } from '@tanstack/react-query'
import { ApiError, NetworkError } from './errors.ts'

const attemptsMax = 3

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A "no" stays a "no"; only an absent or overloaded server is asked again.
      retry: (failures, error) => failures < attemptsMax && isPassing(error),
      retryDelay: (failures) => Math.min(500 * 2 ** failures, 5_000),
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})

interface Asked {
  isLoading: boolean
  failureCount: number
}

/**
 * Whether the first answer of one of them is still to come. A page whose parts stand below each other waits for all,
 * so that none pushes the others down; for one that fails it does not wait.
 */
export const areComing = (...queries: readonly Asked[]): boolean =>
  queries.some(({ isLoading, failureCount }) => isLoading && failureCount === 0)

const isPassing = (error: Error): boolean =>
  error instanceof NetworkError || (error instanceof ApiError && error.status >= 500)
