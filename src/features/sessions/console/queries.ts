import { queryOptions } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'
import { queryClient } from '#console/queryClient.ts'
import { joined, withOlder, type EventList } from './events.ts'
import type { SessionStatus } from './words.ts'

export type Listing = Reply<Api['GET /sessions']>
export type Session = Reply<Api['GET /sessions/{session_id}']>
export type SessionEvent = Reply<Api['GET /sessions/{session_id}/events']>['events'][number]
export type Runner = Reply<Api['GET /runners']>['runners'][number]

export const sessionsPerPage = 50
const choicesMax = 500
/** Changes come live; that a runner went away does not. */
const runnersEveryMs = 10_000

interface Wanted {
  q: string
  status: SessionStatus | undefined
  server: string
  offset: number
}

export const sessionsQuery = (wanted: Wanted) =>
  queryOptions({
    queryKey: ['automation', 'list', wanted],
    queryFn: ({ signal }) => call('GET /sessions', { query: { ...wanted, limit: sessionsPerPage }, signal }),
    placeholderData: (before) => before,
    refetchInterval: runnersEveryMs,
  })

/** The newest sessions, to choose one of, and their servers. */
export const sessionChoicesQuery = queryOptions({
  queryKey: ['automation', 'choices'],
  queryFn: ({ signal }) => call('GET /sessions', { query: { limit: choicesMax }, signal }),
  staleTime: 60_000,
})

export const sessionQuery = (id: string) =>
  queryOptions({
    queryKey: ['automation', 'one', id],
    queryFn: ({ signal }) => call('GET /sessions/{session_id}', { params: { session_id: id }, signal }),
    refetchInterval: runnersEveryMs,
  })

const eventsKey = (id: string) => ['automation', 'events', id] as const

const eventsOf = (id: string, before?: string, signal?: AbortSignal): Promise<EventList> =>
  call('GET /sessions/{session_id}/events', {
    params: { session_id: id },
    query: { limit: 100, ...(before !== undefined && { before }) },
    ...(signal && { signal }),
  })

/** What is known of a session's events, newest first: asked again it brings what is new and keeps what is older. */
export const eventsQuery = (id: string) =>
  queryOptions({
    queryKey: eventsKey(id),
    queryFn: async ({ signal }) => {
      const newest = await eventsOf(id, undefined, signal)
      return joined(queryClient.getQueryData<EventList>(eventsKey(id)), newest)
    },
  })

export async function loadOlderEvents(id: string): Promise<void> {
  const oldest = queryClient.getQueryData<EventList>(eventsKey(id))?.events.at(-1)
  if (!oldest) return
  const page = await eventsOf(id, oldest.id)
  queryClient.setQueryData<EventList>(eventsKey(id), (known) => known && withOlder(known, page))
}

export const runnersQuery = queryOptions({
  queryKey: ['automation', 'runners'],
  queryFn: ({ signal }) => call('GET /runners', { signal }),
  refetchInterval: runnersEveryMs,
})

export const refreshSessions = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['automation'] })
