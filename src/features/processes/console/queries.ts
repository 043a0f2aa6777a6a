import { queryOptions } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'
import { socketIsCounted } from '#console/live.ts'

export type Listing = Reply<Api['GET /admin/server/processes']>
export type ServerProcess = Listing['servers'][number]
export type Connection = Reply<Api['GET /system/connections']>['connections'][number]

/** How often a server says that it lives. */
export const heartbeatMs = 5_000

const changingMs = 1_000

/**
 * Live from then on; asked for now and then all the same, for what ends without a word, and often
 * while one is on its way: it may be the one that tells.
 */
export const processesQuery = queryOptions({
  queryKey: ['processes'],
  queryFn: ({ signal }) => call('GET /admin/server/processes', { signal }),
  refetchInterval: ({ state: { data } }) =>
    data?.servers.some(({ state }) => state !== 'running') ? changingMs : 3 * heartbeatMs,
})

/** They come and go; asked for again while somebody looks. */
export const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: async ({ signal }) => {
    await socketIsCounted()
    return call('GET /system/connections', { signal })
  },
  refetchInterval: heartbeatMs,
})
