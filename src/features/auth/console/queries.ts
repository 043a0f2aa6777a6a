import { queryOptions } from '@tanstack/react-query'
import { call } from '#console/client.ts'

export const mySessionsQuery = queryOptions({
  queryKey: ['my-sessions'],
  queryFn: ({ signal }) => call('GET /me/sessions', { signal }),
})
