import { queryOptions } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'
import { queryClient } from '#console/queryClient.ts'
import { toastError } from '#console/ui/Toaster.tsx'

export type SavedQuery = Reply<Api['GET /saved-queries']>['queries'][number]
export type QueryPage = SavedQuery['page']

/** What the user ran on a page, newest first, wherever they were logged in. */
export const savedQueriesQuery = (page: QueryPage) =>
  queryOptions({
    queryKey: ['saved-queries', page],
    queryFn: async ({ signal }) => (await call('GET /saved-queries', { query: { page }, signal })).queries,
  })

let lastRan = ''

/** Into the history. That it did not get there is no reason to disturb who waits for an answer. */
export function remember(page: QueryPage, queries: string[]): void {
  const ran = JSON.stringify([page, queries])
  if (ran === lastRan) return
  lastRan = ran
  call('PUT /saved-queries', { body: { page, queries } }).then(
    () => queryClient.invalidateQueries({ queryKey: savedQueriesQuery(page).queryKey }),
    () => {
      lastRan = ''
    },
  )
}

/** Shown at once, taken back when the server refuses. */
export const star = (query: SavedQuery, starred: boolean): Promise<void> =>
  change(
    query.page,
    (all) => all.map((each) => (each.id === query.id ? { ...each, starred } : each)),
    call('PUT /saved-queries/{id}/star', { params: { id: query.id }, body: { starred } }),
  )

/** Shown at once, as `star`. */
export const forget = (query: SavedQuery): Promise<void> =>
  change(
    query.page,
    (all) => all.filter(({ id }) => id !== query.id),
    call('DELETE /saved-queries/{id}', { params: { id: query.id } }),
  )

async function change(
  page: QueryPage,
  apply: (all: SavedQuery[]) => SavedQuery[],
  done: Promise<unknown>,
): Promise<void> {
  const { queryKey } = savedQueriesQuery(page)
  queryClient.setQueryData(queryKey, (all) => all && apply(all))
  await done.catch(toastError)
  await queryClient.invalidateQueries({ queryKey })
}
