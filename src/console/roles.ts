import { queryOptions } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from './api.ts'
import { call } from './client.ts'
import type { Option } from './ui/Field.tsx'

export type Role = Reply<Api['GET /admin/roles']>[number]

/** For whoever has `users:read` or `roles:read`. */
export const rolesQuery = queryOptions({
  queryKey: ['roles'],
  queryFn: ({ signal }) => call('GET /admin/roles', { signal }),
  staleTime: 60_000,
})

/** The first of these rights that is not held: nobody gives, or acts on, more than they may do themselves. */
export const lackedOf = (held: readonly string[], wanted: readonly string[]): string | undefined =>
  wanted.find((permission) => !held.includes(permission))

/** Roles to choose from; those that allow more than `held` cannot be chosen. */
export const roleOptions = (roles: readonly Role[], held: readonly string[]): Option[] =>
  roles.map(({ name, permissions }) => {
    const isBeyond = lackedOf(held, permissions) !== undefined
    return { value: name, label: isBeyond ? `${name} (allows more than you may)` : name, disabled: isBeyond }
  })
