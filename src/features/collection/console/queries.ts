import { queryOptions } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import { secondMs } from '#kernel/time.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'

export type LogSource = Reply<Api['GET /logs/sources']>['sources'][number]
export type ScrapeTarget = Reply<Api['GET /metrics/targets']>['targets'][number]

export const refreshMs = 5 * secondMs

export const logSourcesQuery = queryOptions({
  queryKey: ['collection', 'log-sources'],
  queryFn: async ({ signal }) => (await call('GET /logs/sources', { signal })).sources,
  refetchInterval: refreshMs,
})

export const scrapeTargetsQuery = queryOptions({
  queryKey: ['collection', 'scrape-targets'],
  queryFn: async ({ signal }) => (await call('GET /metrics/targets', { signal })).targets,
  refetchInterval: refreshMs,
})
