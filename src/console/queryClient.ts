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

const isPassing = (error: Error): boolean =>
  error instanceof NetworkError || (error instanceof ApiError && error.status >= 500)
