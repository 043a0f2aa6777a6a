import { queryOptions } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call, callPage } from '#console/client.ts'
import { socketIsCounted } from '#console/live.ts'
import { rowsOf } from './samples.ts'

export type Health = Reply<Api['GET /health']>
export type Stats = Reply<Api['GET /admin/stats']>
export type PendingUser = Reply<Api['GET /admin/users']>[number]
export type Logins = Reply<Api['GET /admin/activity/logins']>

const slowlyMs = 30_000

/** Live from then on. */
export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => socketIsCounted().then(() => call('GET /health', { signal })),
})

export const statsQuery = queryOptions({
  queryKey: ['stats'],
  queryFn: ({ signal }) => call('GET /admin/stats', { signal }),
  refetchInterval: slowlyMs,
})

export const systemInfoQuery = queryOptions({
  queryKey: ['system-info'],
  queryFn: ({ signal }) => call('GET /system/info', { signal }),
  refetchInterval: slowlyMs,
})

export const processQuery = queryOptions({
  queryKey: ['admin-health'],
  queryFn: ({ signal }) => socketIsCounted().then(() => call('GET /admin/system/health', { signal })),
  refetchInterval: slowlyMs,
})

export const ranges = { '5m': 300_000, '15m': 900_000, '1h': 3_600_000 } as const
export type Range = keyof typeof ranges

const charted = 'requests_per_second,error_rate,response_time_p50,response_time_p95,cpu_usage,memory_usage'

export const samplesQuery = (range: Range) =>
  queryOptions({
    queryKey: ['samples', range],
    queryFn: async ({ signal }) => {
      const since = new Date(Date.now() - ranges[range]).toISOString()
      const { metrics } = await call('GET /metrics', { query: { type: charted, since, limit: 50_000 }, signal })
      return rowsOf(metrics)
    },
    // It grows by the live events; what was missed while the line was down is asked for again.
    staleTime: 60_000,
  })

export const peopleShownMax = 3

export const usersQuery = (state: 'pending' | 'locked') =>
  queryOptions({
    queryKey: ['users', 'attention', state],
    queryFn: ({ signal }) => callPage('GET /admin/users', { query: { state, limit: peopleShownMax }, signal }),
    refetchInterval: slowlyMs,
  })

export const loginsQuery = queryOptions({
  queryKey: ['logins', 1],
  queryFn: ({ signal }) => call('GET /admin/activity/logins', { query: { days: 1 }, signal }),
  refetchInterval: 2 * slowlyMs,
})

export const eventsShownMax = 10

export const auditQuery = queryOptions({
  queryKey: ['audit', 'latest'],
  queryFn: ({ signal }) => call('GET /admin/logs', { query: { limit: eventsShownMax }, signal }),
})

export const ownKeysQuery = queryOptions({
  queryKey: ['api-keys', 'mine', 'count'],
  queryFn: ({ signal }) => callPage('GET /me/api-keys', { query: { limit: 1 }, signal }),
})
