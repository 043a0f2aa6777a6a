import { queryClient } from '#console/queryClient.ts'
import { meQuery } from '#console/me.ts'
import { rolesQuery } from '#console/roles.ts'

/** A role that changed may be one's own. */
export async function refreshRoles(): Promise<void> {
  await Promise.all([rolesQuery, meQuery].map(({ queryKey }) => queryClient.invalidateQueries({ queryKey })))
}
