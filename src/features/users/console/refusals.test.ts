import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allPermissions, builtinRoles } from '#kernel/permissions.ts'
import type { User } from './queries.ts'
import { actionsFor, refusalOf, type Looker } from './refusals.ts'

const user: User = {
  id: 'u1',
  email: 'mara@example.com',
  username: 'mara',
  role: 'user',
  state: 'active',
  is_active: true,
  is_admin: false,
  mfa_enabled: true,
  created_at: '2026-11-22T10:00:00.000Z',
  last_login_at: null,
  last_login_address: null,
  locked_until: null,
  project_count: 0,
  demo: false,
}

const lookerWith = (permissions: readonly string[], id = 'me'): Looker => ({
  id,
  permissions,
  permissionsOf: (role) => builtinRoles[role]?.permissions ?? [],
})

const admin = lookerWith(allPermissions)

describe('what may be done to a user', () => {
  it('is everything for an administrator', () => {
    for (const action of [...actionsFor(user), ...actionsFor({ ...user, state: 'pending' })])
      assert.equal(refusalOf(action, user, admin), undefined, action)
  })

  it('is nothing for a reader, who is told the permission', () => {
    const reader = lookerWith(['users:read'])
    for (const action of actionsFor(user))
      assert.match(refusalOf(action, user, reader) ?? '', /^Needs the permission users:/)
  })

  it('leaves oneself in place', () => {
    const own = lookerWith(allPermissions, user.id)
    assert.match(refusalOf('remove', user, own) ?? '', /cannot delete yourself/)
    assert.match(refusalOf('disable', user, own) ?? '', /cannot disable yourself/)
    assert.match(refusalOf('resetPassword', user, own) ?? '', /under Security/)
    assert.equal(refusalOf('edit', user, own), undefined)
  })

  it('stops at those who may do more', () => {
    const helpdesk = lookerWith(['users:read', 'users:write', 'users:delete', ...builtinRoles['user']!.permissions])
    const chief = { ...user, role: 'admin' }
    assert.equal(refusalOf('resetPassword', user, helpdesk), undefined)
    assert.match(
      refusalOf('resetPassword', chief, helpdesk) ?? '',
      /^The role admin allows dashboard:read, which yours does not$/,
    )
    assert.equal(refusalOf('unlock', chief, helpdesk), undefined)
  })

  it('has no second factor to remove where there is none', () =>
    assert.equal(refusalOf('removeMfa', { ...user, mfa_enabled: false }, admin), 'No second factor is set up'))
})

describe('the actions of a user', () => {
  it('follow the state', () => {
    assert.deepEqual(actionsFor({ ...user, state: 'pending' }), ['approve', 'edit', 'reject'])
    assert.ok(actionsFor({ ...user, state: 'locked' }).includes('unlock'))
    assert.ok(!actionsFor(user).includes('unlock'))
    assert.ok(actionsFor({ ...user, state: 'disabled' }).includes('enable'))
    assert.ok(!actionsFor({ ...user, state: 'disabled' }).includes('disable'))
  })
})
