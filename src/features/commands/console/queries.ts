import { queryOptions } from '@tanstack/react-query'
import type { Reply, Request } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'
import { useLive } from '#console/live.ts'
import { queryClient } from '#console/queryClient.ts'
import { isOver, type CommandStatus } from './words.ts'

export type Command = Reply<Api['GET /commands/{command_id}']>
export type CommandPlan = Extract<Reply<Api['POST /commands']>, { dry_run: true }>
export type NewCommand = Request<Api['POST /commands']>['body']
export type Snippet = Reply<Api['GET /commands/snippets']>['snippets'][number]
export type Verbs = Reply<Api['GET /commands/verbs']>

export const commandsPerPage = 50
/** Changes come live; this is for what was missed. */
const openEveryMs = 5_000

/** Any one of them lets see commands, and any of the second list give some. */
export const readers = ['commands:read', 'commands:write', 'commands:approve', 'sessions:write'] as const
export const writers = ['commands:write', 'sessions:write'] as const

interface Wanted {
  q?: string
  status?: CommandStatus | undefined
  open?: 'true'
  session_id?: string | undefined
  user_id?: string | undefined
  limit?: number
  offset?: number
}

export const commandsQuery = (wanted: Wanted) =>
  queryOptions({
    queryKey: ['commands', 'list', wanted],
    queryFn: ({ signal }) => call('GET /commands/history', { query: { limit: commandsPerPage, ...wanted }, signal }),
    placeholderData: (before) => before,
  })

export const commandQuery = (id: string) =>
  queryOptions({
    queryKey: ['commands', 'one', id],
    queryFn: ({ signal }) => call('GET /commands/{command_id}', { params: { command_id: id }, signal }),
    refetchInterval: ({ state: { data } }) => (data && isOver(data.status) ? false : openEveryMs),
  })

export const verbsQuery = queryOptions({
  queryKey: ['command-verbs'],
  queryFn: ({ signal }) => call('GET /commands/verbs', { signal }),
})

export const snippetsQuery = queryOptions({
  queryKey: ['command-snippets'],
  queryFn: ({ signal }) => call('GET /commands/snippets', { signal }),
})

export const refreshCommands = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['commands'] })
export const refreshSnippets = (): Promise<void> => queryClient.invalidateQueries({ queryKey: snippetsQuery.queryKey })

/** Keeps what is shown of commands as they are, while a page shows some. */
export const useLiveCommands = (enabled = true): void => useLive('commands', () => void refreshCommands(), { enabled })

const ofSessionMax = 20

/** The newest of one session: for its page, and to bring earlier lines back. */
export const commandsOfSessionQuery = (sessionId: string) =>
  commandsQuery({ session_id: sessionId, limit: ofSessionMax })

/** More are not counted one by one. */
const approvalsMax = 100

/** What waits for somebody to agree: one query for the badge and the overview. */
export const approvalsQuery = commandsQuery({ status: 'awaiting_approval', limit: approvalsMax })
