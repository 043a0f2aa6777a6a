import { queryOptions } from '@tanstack/react-query'
import { call } from '#console/client.ts'
import { meQuery } from '#console/me.ts'
import { queryClient } from '#console/queryClient.ts'

export const mfaQuery = queryOptions({ queryKey: ['mfa'], queryFn: ({ signal }) => call('GET /me/mfa', { signal }) })

/** What is known of the second factor, here and in the account's own description. */
export async function refreshMfa(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: mfaQuery.queryKey })
  await queryClient.invalidateQueries({ queryKey: meQuery.queryKey })
}
