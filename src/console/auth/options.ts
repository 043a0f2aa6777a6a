import { queryOptions } from '@tanstack/react-query'
import { call } from '../client.ts'

/** What the server says about logging in, before anybody has. */
export const authOptionsQuery = queryOptions({
  queryKey: ['auth', 'options'],
  queryFn: ({ signal }) => call('GET /auth/options', { signal }),
  staleTime: 60_000,
})
