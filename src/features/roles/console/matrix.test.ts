import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allPermissions } from '#kernel/permissions.ts'
import { allowedBy, areas, changesIn, drafted, shareOf, whyFixed, type Draft } from './matrix.ts'

const operator = { name: 'operator', permissions: ['logs:read', 'users:read'] }
const viewer = { name: 'viewer', permissions: ['dashboard:read'] }
const untouched: Draft = new Map()

describe('the matrix of rights', () => {
  it('has every permission once, under its area', () => {
    assert.deepEqual(areas.flatMap(({ permissions }) => permissions).toSorted(), allPermissions.toSorted())
    for (const { name, permissions } of areas)
      for (const permission of permissions) assert.ok(permission.startsWith(`${name}:`))
  })

  it('says how much of an area a role has', () => {
    const allowed = new Set(operator.permissions)
    assert.equal(shareOf(allowed, ['logs:read', 'users:read']), 'all')
    assert.equal(shareOf(allowed, ['logs:read', 'logs:write']), 'some')
    assert.equal(shareOf(allowed, ['logs:write']), 'none')
  })
})

describe('a draft', () => {
  it('knows what was added and removed, by role', () => {
    const draft = drafted(
      drafted(untouched, operator, ['logs:read'], false),
      operator,
      ['logs:write', 'alerts:read'],
      true,
    )
    assert.deepEqual(changesIn(draft, [operator, viewer]), [
      { name: 'operator', added: ['alerts:read', 'logs:write'], removed: ['logs:read'] },
    ])
  })

  it('is empty again when a change is taken back', () => {
    const draft = drafted(drafted(untouched, viewer, ['logs:read'], true), viewer, ['logs:read'], false)
    assert.deepEqual(changesIn(draft, [operator, viewer]), [])
  })

  it('leaves the roles and the draft before as they were', () => {
    const first = drafted(untouched, viewer, ['logs:read'], true)
    drafted(first, viewer, ['logs:write'], true)
    assert.deepEqual([...allowedBy(first, viewer)], ['dashboard:read', 'logs:read'])
    assert.deepEqual(viewer.permissions, ['dashboard:read'])
    assert.equal(untouched.size, 0)
  })
})

describe('a role', () => {
  it('is fixed when it is the administrators’', () =>
    assert.match(
      whyFixed({ name: 'admin', permissions: [], editable: false }, allPermissions) ?? '',
      /always allows everything/,
    ))

  it('is fixed for who may do less than it allows', () =>
    assert.equal(
      whyFixed({ ...operator, editable: true }, ['users:read']),
      'The role operator allows logs:read, which yours does not',
    ))

  it('is open to who may do all of it', () =>
    assert.equal(whyFixed({ ...operator, editable: true }, operator.permissions), undefined))
})
