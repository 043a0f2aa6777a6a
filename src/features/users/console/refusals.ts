import type { Permission } from '#kernel/permissions.ts'
import { canWith } from '#console/me.ts'
import { lackedOf } from '#console/roles.ts'
import type { User } from './queries.ts'

/** What can be done to a user; `disable` and `enable` are one switch. */
export type UserAction =
  | 'approve'
  | 'reject'
  | 'edit'
  | 'resetPassword'
  | 'disable'
  | 'enable'
  | 'unlock'
  | 'endSessions'
  | 'removeMfa'
  | 'remove'

/** Who is looking, and what the roles of others allow; roles that are not known yet stand in nobody's way. */
export interface Looker {
  id: string
  permissions: readonly string[]
  permissionsOf: (role: string) => readonly string[]
}

/** Why the action cannot be done to this user; undefined when it can. The server decides again. */
export function refusalOf(action: UserAction, user: User, looker: Looker): string | undefined {
  const isOwn = user.id === looker.id
  return (
    canWith(looker.permissions)(permissionFor[action]).reason ??
    (isOwn ? ownRefusals[action] : undefined) ??
    beyond(action, user, looker) ??
    (action === 'removeMfa' && !user.mfa_enabled ? 'No second factor is set up' : undefined)
  )
}

const permissionFor: Record<UserAction, Permission> = {
  approve: 'users:write',
  reject: 'users:delete',
  edit: 'users:write',
  resetPassword: 'users:write',
  disable: 'users:write',
  enable: 'users:write',
  unlock: 'users:write',
  endSessions: 'users:write',
  removeMfa: 'users:write',
  remove: 'users:delete',
}

const ownRefusals: Partial<Record<UserAction, string>> = {
  disable: 'You cannot disable yourself; ask another administrator',
  remove: 'You cannot delete yourself; ask another administrator',
  resetPassword: 'Change your own password under Security',
  removeMfa: 'Change your own second factor under Security',
  endSessions: 'End your own under Sessions',
}

const openToAll: ReadonlySet<UserAction> = new Set(['approve', 'unlock', 'endSessions'])

/** Whoever may edit users may not become, through them, more than they are. */
function beyond(action: UserAction, { role }: User, { permissions, permissionsOf }: Looker): string | undefined {
  const lacked = openToAll.has(action) ? undefined : lackedOf(permissions, permissionsOf(role))
  return lacked && `The role ${role} allows ${lacked}, which yours does not`
}

/** What is offered for a user in their state, in the order of the menu. */
export function actionsFor({ state }: User): UserAction[] {
  if (state === 'pending') return ['approve', 'edit', 'reject']
  return [
    'edit',
    ...(state === 'locked' ? (['unlock'] as const) : []),
    state === 'disabled' ? 'enable' : 'disable',
    'resetPassword',
    'removeMfa',
    'endSessions',
    'remove',
  ]
}
