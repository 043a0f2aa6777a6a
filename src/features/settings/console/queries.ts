import { queryOptions } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'
import { queryClient } from '#console/queryClient.ts'
import type { Draft } from './draft.ts'

export type Configuration = Reply<Api['GET /config']>
export type Setting = Configuration['settings'][number]

export const configQuery = queryOptions({
  queryKey: ['settings', 'config'],
  queryFn: ({ signal }) => call('GET /config', { signal }),
})

export const refreshConfig = (): Promise<void> => queryClient.invalidateQueries({ queryKey: configQuery.queryKey })

export async function saveSettings(draft: Draft, { force }: { force: boolean }): Promise<string[]> {
  const { changed, ...config } = await call('PUT /config', { query: { force: String(force) }, body: draft })
  queryClient.setQueryData(configQuery.queryKey, config)
  return changed
}
