import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { permissions, type Permission } from '#kernel/permissions.ts'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from './api.ts'
import { call } from './client.ts'

export type Me = Reply<Api['GET /me']>

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => call('GET /me', { signal }),
  staleTime: 60_000,
})

/** Who is logged in; the shell has loaded it before any page shows. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data

export type Allowed = { ok: true; reason?: undefined } | { ok: false; reason: string }

/** `can('users:write')`; a list means any one of them. The server decides again on every call. */
export type Can = (permission: Permission | readonly Permission[]) => Allowed

export function canWith(held: readonly string[]): Can {
  return (permission) => {
    const wanted: readonly Permission[] = typeof permission === 'string' ? [permission] : permission
    if (wanted.some((name) => held.includes(name))) return { ok: true }
    return { ok: false, reason: `Needs the permission ${wanted.join(' or ')}: ${lowerFirst(permissions[wanted[0]!])}` }
  }
}

export const useCan = (): Can => canWith(useMe().permissions)

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
