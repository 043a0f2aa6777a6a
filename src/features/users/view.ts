import type * as z from 'zod'
import { iso, isoOrNull } from '#kernel/time.ts'
import type { User } from './contract.ts'
import { administratorRole, type UserRow } from './store.ts'

export const stateOf = ({ state, locked_until }: UserRow, now: number): 'pending' | 'active' | 'locked' | 'disabled' =>
  state === 'active' && locked_until !== null && locked_until > now ? 'locked' : state

/** A user as it is sent. */
export function userView(user: UserRow, projectCount: number, now: number): z.output<typeof User> {
  const {
    id,
    email,
    username,
    role,
    created_at,
    last_login_at,
    last_login_address,
    locked_until,
    mfa_enabled_at,
    demo,
  } = user
  const state = stateOf(user, now)
  return {
    id,
    email,
    username,
    role,
    state,
    is_active: state === 'active' || state === 'locked',
    is_admin: role === administratorRole,
    mfa_enabled: mfa_enabled_at !== null,
    created_at: iso(created_at),
    last_login_at: isoOrNull(last_login_at),
    last_login_address,
    locked_until: state === 'locked' ? isoOrNull(locked_until) : null,
    project_count: projectCount,
    demo: demo === 1,
  }
}
