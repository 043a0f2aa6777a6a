import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, test } from 'node:test'
import { allPermissions, builtinRoles, type Permission } from '#kernel/permissions.ts'
import { startApp, type Call, type TestApp } from '../../../test/support/app.ts'
import { permissionsOf, scopesToStore } from './scopes.ts'

const own = '/api/v1/me/api-keys'

const make = async (call: Call, scopes?: string[]) => call('POST', own, { name: 'test', ...(scopes && { scopes }) })

async function rights({ as }: TestApp, key: string): Promise<string[]> {
  const reply = await as(key)('GET', '/api/v1/me')
  assert.equal(reply.statusCode, 200, reply.body)
  return reply.json().permissions.toSorted()
}

describe('the rights of a key', () => {
  test('a viewer who asks for any scope there is, and some there are not, gets no more than a viewer has', async () => {
    const world = await startApp()
    const ofViewer: Permission[] = [...builtinRoles['viewer']!.permissions, 'api-keys:own']
    const { call } = await world.userWith(...ofViewer)
    const shortForms = [
      '*',
      '*:*',
      'read',
      'write',
      'delete',
      'configure',
      'manage_users',
      'view_dashboard',
      'build_images',
    ]
    const areas = [...new Set(allPermissions.map((permission) => `${permission.split(':')[0]}:*`))]
    const invented = [
      '/*',
      '/',
      'admin',
      'admin:*',
      'admin:write',
      '*:write',
      'users',
      '**',
      ' *',
      '%',
      '__proto__',
      'constructor',
    ]
    const accepted: string[] = []
    for (const scope of [...allPermissions, ...shortForms, ...areas, ...invented]) {
      const reply = await make(call, [scope])
      if (reply.statusCode === 400) continue
      assert.equal(reply.statusCode, 201, `${scope}: ${reply.body}`)
      accepted.push(scope)
      const { id, key } = reply.json()
      for (const permission of await rights(world, key))
        assert.ok(ofViewer.includes(permission as Permission), `${scope} gave ${permission}`)
      assert.equal((await world.as(key)('GET', '/api/v1/admin/users')).statusCode, 403, scope)
      await call('DELETE', `${own}/${id}`)
    }
    assert.ok(accepted.includes('*') && accepted.includes('read') && accepted.includes('dashboard:read'))
    assert.deepEqual(
      accepted.filter((scope) => invented.includes(scope)),
      [],
    )
    assert.deepEqual(
      accepted.filter((scope) => scope === 'users:read' || scope === 'users:*'),
      [],
    )
  })

  test('scopes narrow an administrator', async () => {
    const world = await startApp()
    const { key } = (await make(world.admin, ['metrics:read', 'images:*'])).json()
    assert.deepEqual(await rights(world, key), ['images:build', 'images:delete', 'images:read', 'metrics:read'])
    assert.equal((await world.as(key)('GET', '/api/v1/admin/users')).statusCode, 403)
  })

  test('a demotion of the owner reaches the key within two seconds, also from another process', async () => {
    const world = await startApp()
    const { id, call } = await world.user('operator')
    const { key } = (await make(call)).json()
    const status = async () => (await world.as(key)('GET', '/api/v1/admin/users')).statusCode
    assert.equal(await status(), 200)
    // Written past this process: no event tells it.
    await world.app.platform.database.write.updateTable('users').set({ role: 'viewer' }).where('id', '=', id).execute()
    await delay(1_200)
    assert.equal(await status(), 403)
    await world.admin('PUT', `/api/v1/admin/users/${id}`, { role: 'operator' })
    assert.equal(await status(), 200)
    await world.admin('PUT', `/api/v1/admin/users/${id}`, { role: 'viewer' })
    assert.equal(await status(), 403)
  })

  test('an edited role reaches the key at once', async () => {
    const world = await startApp()
    const { call } = await world.userWith('api-keys:own', 'users:read')
    const { key } = (await make(call, ['users:read'])).json()
    assert.deepEqual(await rights(world, key), ['users:read'])
    const { role } = (await world.as(key)('GET', '/api/v1/me')).json().user
    await world.admin('PUT', `/api/v1/admin/roles/${role}`, { permissions: ['api-keys:own', 'users:write'] })
    assert.deepEqual(await rights(world, key), [])
  })

  test('a key never mints one that is wider than itself, nor one that grows when the owner rises', async () => {
    const world = await startApp()
    const { id, call } = await world.user('operator')
    const narrow = (await make(call, ['api-keys:own', 'metrics:read'])).json()
    const withKey = world.as(narrow.key)
    assert.equal((await make(withKey, ['users:read'])).statusCode, 400)
    const minted = [
      (await make(withKey)).json(),
      (await make(withKey, ['*'])).json(),
      (await make(withKey, ['read'])).json(),
    ]
    const follows = (await make(call)).json()
    await world.admin('PUT', `/api/v1/admin/users/${id}`, { role: 'admin' })
    for (const { key } of minted) assert.deepEqual(await rights(world, key), ['api-keys:own', 'metrics:read'])
    assert.equal((await rights(world, follows.key)).length, allPermissions.length)
  })

  test('a key made by an administrator for somebody else does not grow when they rise', async () => {
    const world = await startApp()
    const { id } = await world.user('viewer')
    const { key } = (await world.admin('POST', `/api/v1/admin/users/${id}/api-keys`, { name: 'x' })).json()
    const before = await rights(world, key)
    assert.deepEqual(before, builtinRoles['viewer']!.permissions.toSorted())
    await world.admin('PUT', `/api/v1/admin/users/${id}`, { role: 'admin' })
    assert.deepEqual(await rights(world, key), before)
  })
})

describe('a socket that stays open', () => {
  test('is told the rights its key has now, and that the key has ended', async () => {
    const world = await startApp({ admin_token: 'bootstrap-token-of-more-than-24-characters' })
    const { authenticator } = world.app.server
    const actorOf = (bearer: string) => authenticator.identify({ bearer, cookie: undefined }, '127.0.0.1')
    const { id, call } = await world.user('operator')
    const made = (await make(call)).json()
    const actor = await actorOf(made.key)
    assert.deepEqual(await authenticator.recheck(actor), actor)
    await world.admin('PUT', `/api/v1/admin/users/${id}`, { role: 'user' })
    assert.equal((await authenticator.recheck(actor)).permissions.has('users:read'), false)
    await call('DELETE', `${own}/${made.id}`)
    await assert.rejects(authenticator.recheck(actor), { code: 'UNAUTHENTICATED' })
    const bootstrap = await actorOf('bootstrap-token-of-more-than-24-characters')
    assert.deepEqual(await authenticator.recheck(bootstrap), bootstrap)
  })
})

describe('permissionsOf', () => {
  test('no scopes follow the owner, scopes are their part of it, unknown ones are nothing', () => {
    assert.deepEqual(permissionsOf(null, ['users:read']), new Set(['users:read']))
    assert.deepEqual(permissionsOf(['*'], ['users:read']), new Set(['users:read']))
    assert.deepEqual(permissionsOf(['users:*', 'gone:read'], ['users:read', 'roles:read']), new Set(['users:read']))
  })
})

describe('scopesToStore', () => {
  const held = new Set<Permission>(['users:read', 'metrics:read'])

  test('people keep what they wrote, in order and once', () => {
    assert.deepEqual(scopesToStore(['read', 'metrics:read', 'read'], held, true), ['metrics:read', 'read'])
    assert.equal(scopesToStore(undefined, held, true), null)
  })

  test('for others it is written out', () => {
    assert.deepEqual(scopesToStore(['read'], held, false), ['metrics:read', 'users:read'])
    assert.deepEqual(scopesToStore(undefined, held, false), ['metrics:read', 'users:read'])
  })
})
