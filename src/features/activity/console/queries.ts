import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'

export type Traffic = Reply<Api['GET /admin/traffic']>
export type Trends = Reply<Api['GET /admin/activity/trends']>
export type Active = Reply<Api['GET /admin/activity/active']>['active'][number]
export type RankedUser = Reply<Api['GET /admin/activity/users']>['users'][number]
export type RankedEndpoint = Reply<Api['GET /admin/activity/endpoints']>['endpoints'][number]
export type Consumer = Reply<Api['GET /admin/activity/resources']>['consumers'][number]
export type Logins = Reply<Api['GET /admin/activity/logins']>
export type Entry = Reply<Api['GET /me/activity']>['events'][number]
export type Kind = Entry['kind']

/** While somebody looks, figures by the hour are asked for this often. */
const oftenMs = 30_000
const activeEveryMs = 10_000

export const trafficQuery = (days: number) =>
  queryOptions({
    queryKey: ['activity', 'traffic', days],
    queryFn: ({ signal }) => call('GET /admin/traffic', { query: { days }, signal }),
    refetchInterval: oftenMs,
    placeholderData: (before) => before,
  })

export const overviewQuery = (days: number) =>
  queryOptions({
    queryKey: ['activity', 'overview', days],
    queryFn: ({ signal }) => call('GET /admin/users/activity', { query: { days, limit: 6 }, signal }),
    refetchInterval: oftenMs,
    placeholderData: (before) => before,
  })

export const activeQuery = queryOptions({
  queryKey: ['activity', 'active'],
  queryFn: ({ signal }) => call('GET /admin/activity/active', { query: { minutes: 15, limit: 100 }, signal }),
  refetchInterval: activeEveryMs,
})

export const trendsQuery = (granularity: Trends['granularity'], periods: number) =>
  queryOptions({
    queryKey: ['activity', 'trends', granularity],
    queryFn: ({ signal }) => call('GET /admin/activity/trends', { query: { granularity, periods }, signal }),
    refetchInterval: oftenMs,
    placeholderData: (before) => before,
  })

export const usersPerPage = 50
export const userSorts = ['calls', 'errors', 'time', 'bytes', 'logins', 'last_seen'] as const

interface Ranked {
  days: number
  sort: (typeof userSorts)[number]
  offset: number
  limit: number
}

export const rankingQuery = (wanted: Ranked) =>
  queryOptions({
    queryKey: ['activity', 'users', wanted],
    queryFn: ({ signal }) => call('GET /admin/activity/users', { query: wanted, signal }),
    refetchInterval: oftenMs,
    placeholderData: (before) => before,
  })

export const endpointsQuery = (days: number) =>
  queryOptions({
    queryKey: ['activity', 'endpoints', days],
    queryFn: ({ signal }) => call('GET /admin/activity/endpoints', { query: { days, limit: 50 }, signal }),
    refetchInterval: oftenMs,
    placeholderData: (before) => before,
  })

export const loginsQuery = (days: number) =>
  queryOptions({
    queryKey: ['activity', 'logins', days],
    queryFn: ({ signal }) => call('GET /admin/activity/logins', { query: { days }, signal }),
    refetchInterval: oftenMs,
    placeholderData: (before) => before,
  })

export const consumerSorts = ['time', 'calls', 'bytes', 'messages'] as const

interface Consumed {
  days: number
  by: 'user' | 'project'
  sort: (typeof consumerSorts)[number]
}

export const resourcesQuery = (wanted: Consumed) =>
  queryOptions({
    queryKey: ['activity', 'resources', wanted],
    queryFn: ({ signal }) => call('GET /admin/activity/resources', { query: { ...wanted, limit: 50 }, signal }),
    placeholderData: (before) => before,
  })

/** Of one user, or one's own where `userId` is left out; page by page backwards. */
export const timelineQuery = (userId: string | undefined, kind: Kind | undefined) =>
  infiniteQueryOptions({
    queryKey: ['activity', 'timeline', userId, kind],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 50, ...(pageParam && { cursor: pageParam }), ...(kind && { kind }) }
      return userId === undefined
        ? call('GET /me/activity', { query, signal })
        : call('GET /admin/users/{id}/activity', { params: { id: userId }, query, signal })
    },
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
  })

/** For the name above a timeline. */
export const personQuery = (userId: string) =>
  queryOptions({
    queryKey: ['activity', 'person', userId],
    queryFn: ({ signal }) =>
      call('GET /admin/users/{id}/activity', { params: { id: userId }, query: { limit: 1 }, signal }),
  })
