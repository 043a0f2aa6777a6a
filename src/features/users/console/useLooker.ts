import { useQuery } from '@tanstack/react-query'
import { useMe } from '#console/me.ts'
import { rolesQuery } from '#console/roles.ts'
import type { Looker } from './refusals.ts'

export function useLooker(): Looker {
  const { user, permissions } = useMe()
  const roles = useQuery(rolesQuery).data ?? []
  return {
    id: user.id,
    permissions,
    permissionsOf: (name) => roles.find((role) => role.name === name)?.permissions ?? [],
  }
}
