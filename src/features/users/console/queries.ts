import { queryOptions } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call, callPage, type Page } from '#console/client.ts'
import { queryClient } from '#console/queryClient.ts'
import { toastError } from '#console/ui/Toaster.tsx'

export type User = Reply<Api['GET /admin/users']>[number]
export type UserState = User['state']

export const sorts = ['username', '-username', 'created_at', '-created_at', 'last_login_at', '-last_login_at'] as const
export const usersPerPage = 50

interface Wanted {
  q?: string | undefined
  state?: UserState | undefined
  role?: string | undefined
  sort?: (typeof sorts)[number]
  offset?: number
}

export const usersQuery = (wanted: Wanted) =>
  queryOptions({
    queryKey: ['users', 'list', wanted],
    queryFn: ({ signal }) => callPage('GET /admin/users', { query: { ...wanted, limit: usersPerPage }, signal }),
    placeholderData: (before) => before,
  })

/** Who registered and waits, the longest first. */
export const pendingQuery = usersQuery({ state: 'pending', sort: 'created_at' })

export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'one', id],
    queryFn: ({ signal }) => call('GET /admin/users/{id}', { params: { id }, signal }),
  })

export const userSessionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'sessions', id],
    queryFn: ({ signal }) => call('GET /admin/users/{id}/sessions', { params: { id }, signal }),
  })

export const refreshUsers = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['users'] })

/** Shows the user as they will be before the server agrees; false, and told, when it does not. */
export async function changeAtOnce(user: User, change: Partial<User>, send: () => Promise<unknown>): Promise<boolean> {
  await queryClient.cancelQueries({ queryKey: ['users'] })
  show({ ...user, ...change })
  const agreed = await send().then(
    () => true,
    (error: unknown) => {
      show(user)
      toastError(error)
      return false
    },
  )
  await refreshUsers()
  return agreed
}

function show(user: User): void {
  queryClient.setQueryData(userQuery(user.id).queryKey, user)
  queryClient.setQueriesData<Page<User>>(
    { queryKey: ['users', 'list'] },
    (page) => page && { ...page, rows: page.rows.map((row) => (row.id === user.id ? user : row)) },
  )
}
