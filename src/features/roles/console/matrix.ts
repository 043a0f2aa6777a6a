import { allPermissions, type Permission } from '#kernel/permissions.ts'
import { lackedOf, type Role } from '#console/roles.ts'

export interface Area {
  name: string
  permissions: Permission[]
}

/** Every permission under the part before its colon, in the order of the vocabulary. */
export const areas: Area[] = Object.entries(
  Object.groupBy(allPermissions, (permission) => permission.split(':')[0]!),
).map(([name, permissions = []]) => ({ name, permissions }))

type RoleRights = Pick<Role, 'name' | 'permissions'>

/** What roles are to allow and the server does not know yet; a role that was not touched is not in it. */
export type Draft = ReadonlyMap<string, ReadonlySet<string>>

export const allowedBy = (draft: Draft, role: RoleRights): ReadonlySet<string> =>
  draft.get(role.name) ?? new Set(role.permissions)

/** The draft in which the role allows these permissions, or does not. */
export function drafted(draft: Draft, role: RoleRights, permissions: readonly string[], allowed: boolean): Draft {
  const rights = new Set(allowedBy(draft, role))
  for (const permission of permissions) {
    if (allowed) rights.add(permission)
    else rights.delete(permission)
  }
  return new Map(draft).set(role.name, rights)
}

export interface RoleChange {
  name: string
  added: string[]
  removed: string[]
}

/** What differs from what the roles allow now; roles that are as they were are left out. */
export const changesIn = (draft: Draft, roles: readonly RoleRights[]): RoleChange[] =>
  roles
    .map((role) => changeBetween(role.name, role.permissions, [...allowedBy(draft, role)]))
    .filter(({ added, removed }) => added.length + removed.length > 0)

export const changeBetween = (name: string, before: readonly string[], after: readonly string[]): RoleChange => ({
  name,
  added: after.filter((permission) => !before.includes(permission)).toSorted(),
  removed: before.filter((permission) => !after.includes(permission)).toSorted(),
})

export type Share = 'all' | 'some' | 'none'

export function shareOf(allowed: ReadonlySet<string>, permissions: readonly string[]): Share {
  const count = permissions.filter((permission) => allowed.has(permission)).length
  return count === 0 ? 'none' : count === permissions.length ? 'all' : 'some'
}

/** Why this caller cannot change what the role allows; undefined when they can. The server decides again. */
export function whyFixed(
  role: Pick<Role, 'name' | 'permissions' | 'editable'>,
  held: readonly string[],
): string | undefined {
  if (!role.editable) return `The role ${role.name} always allows everything`
  const lacked = lackedOf(held, role.permissions)
  return lacked && `The role ${role.name} allows ${lacked}, which yours does not`
}
