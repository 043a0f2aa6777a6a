import { queryOptions } from '@tanstack/react-query'
import { call } from '#console/client.ts'
import { socketIsCounted } from '#console/live.ts'

export const adminHealthQuery = queryOptions({
  queryKey: ['admin-health'],
  queryFn: ({ signal }) => socketIsCounted().then(() => call('GET /admin/system/health', { signal })),
  // Sooner by what is told live; this often where nothing is.
  refetchInterval: 10_000,
})

export const databaseQuery = queryOptions({
  queryKey: ['database'],
  queryFn: ({ signal }) => call('GET /admin/database', { signal }),
  refetchInterval: 60_000,
})

export const cacheQuery = queryOptions({
  queryKey: ['cache'],
  queryFn: ({ signal }) => call('GET /admin/cache', { signal }),
  refetchInterval: 10_000,
})
