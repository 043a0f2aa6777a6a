import { queryOptions } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { callPage } from '#console/client.ts'
import { queryClient } from '#console/queryClient.ts'

export type ApiKey = Reply<Api['GET /admin/api-keys']>[number]
export type MadeApiKey = Reply<Api['POST /me/api-keys']>

/** Whose keys: those of whoever looks, or everybody's. */
export type Whose = 'mine' | 'all'

export const keysPerPage = 50

interface Wanted {
  state: ApiKey['state'] | undefined
  offset: number
}

export const keysQuery = (whose: Whose, wanted: Wanted) =>
  queryOptions({
    queryKey: ['api-keys', whose, wanted],
    queryFn: ({ signal }) => {
      const query = { ...wanted, limit: keysPerPage }
      return whose === 'mine'
        ? callPage('GET /me/api-keys', { query, signal })
        : callPage('GET /admin/api-keys', { query, signal })
    },
    placeholderData: (before) => before,
  })

export const refreshKeys = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['api-keys'] })
