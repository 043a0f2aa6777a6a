import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { allPermissions } from '#kernel/permissions.ts'
import { minuteMs } from '#kernel/time.ts'
import { spellings, type Operation } from '#platform/http/endpoints.ts'
import { startApp } from '../support/app.ts'
import { roleMatrix, type Role } from './roleMatrix.ts'

const roles: Role[] = ['admin', 'operator', 'developer', 'qvp', 'user', 'viewer']

/** Names nothing that exists, so that a call that gets past the door changes nothing. */
const placeholders: Record<string, string> = { pid: '2147483647', seq: '999999999', name: 'no-such-role' }

function requestsOf(operation: Operation): { method: string; url: string }[] {
  const { endpoint } = operation
  return spellings(endpoint).flatMap(({ method, path }) => {
    const filled = path.replace(/\{(\w+)\*?\}/g, (_, name: string) => placeholders[name] ?? 'no-such-thing')
    const mounts = endpoint.mount === 'root' ? [''] : ['/api/v1', '/api']
    return mounts.map((mount) => ({ method, url: mount + filled }))
  })
}

/** A body that every schema refuses: whether the caller may do this is decided before it is read. */
const refusedBody = { '': 'no endpoint takes a field without a name' }

const call = async (
  token: string | undefined,
  { method, url }: { method: string; url: string },
  operation: Operation,
) => {
  const body = method === 'GET' || !operation.endpoint.body ? undefined : refusedBody
  const { statusCode } = await (token === undefined ? app.anonymous : app.as(token))(method, url, body)
  return statusCode
}

const passes = (status: number): boolean => status !== 401 && status !== 403 && status < 500

const app = await startApp()
// Asking for the end of this process is what this one does when it lets somebody in.
const operations = app.app.operations.filter(({ id }) => id !== 'processes.restart')

app.clock.advance(-15 * minuteMs)
const expiring = await app.user('admin')
app.clock.advance(15 * minuteMs)
const tokens = Object.fromEntries(
  await Promise.all(roles.map(async (role) => [role, (await app.user(role)).token])),
) as Record<Role, string>
const chief = app.as(tokens.admin)
const [revoked, disabled, deleted] = [await app.user('admin'), await app.user('admin'), await app.user('admin')]
await revoked.call('POST', '/api/v1/auth/logout')
await chief('PUT', `/api/v1/admin/users/${disabled.id}`, { state: 'disabled' })
await chief('DELETE', `/api/v1/admin/users/${deleted.id}`)
const ended = { expired: expiring.token, revoked: revoked.token, disabled: disabled.token, deleted: deleted.token }

describe('every route and every role', () => {
  test('every operation has a row and every row an operation', () => {
    assert.deepEqual(app.app.operations.map(({ id }) => id).toSorted(), Object.keys(roleMatrix).toSorted())
  })

  test('every route of the router belongs to an operation, a protocol, or the files that everybody may read', () => {
    const files = /^\/($|socket\.io\/$|openapi\.json$|docs|api\/docs$|assets\/|index\.html|theme-init\.js|favicon)/
    const unlisted = app.app.server.routes.filter(({ operation, url }) => operation === undefined && !files.test(url))
    assert.deepEqual(unlisted, [])
    assert.ok(app.app.server.routes.length > app.app.operations.length)
  })

  test('a stranger and anybody whose credentials have ended get 401', async () => {
    for (const operation of operations) {
      const row = roleMatrix[operation.id]!
      if (row === 'everybody') continue
      for (const request of requestsOf(operation)) {
        for (const [name, token] of [
          ['stranger', undefined],
          ...Object.entries(ended),
          ['invented', 'nonsense'],
        ] as const) {
          assert.equal(await call(token, request, operation), 401, `${name}: ${request.method} ${request.url}`)
        }
      }
    }
  })

  test('each role gets in where its row says so and 403 everywhere else', async () => {
    for (const operation of operations) {
      const row = roleMatrix[operation.id]!
      for (const role of roles) {
        // Ending the session used for asking would answer every later question with 401.
        if (operation.id === 'auth.logout') continue
        const allowed = typeof row === 'string' || row.includes(role)
        for (const request of requestsOf(operation)) {
          const status = await call(tokens[role], request, operation)
          const expected =
            operation.id.startsWith('auth.') && row === 'everybody'
              ? status < 500
              : allowed
                ? passes(status)
                : status === 403
          assert.ok(expected, `${role}: ${request.method} ${request.url} answered ${status}`)
        }
      }
    }
  })

  test('an API key with a single scope gets in only where that scope is enough, and never into its owner’s account', async () => {
    for (const scope of ['metrics:read', 'users:read', 'audit:read', 'projects:own'] as const) {
      const { key } = (await chief('POST', '/api/v1/me/api-keys', { name: `only ${scope}`, scopes: [scope] })).json()
      for (const operation of operations) {
        const { access } = operation.endpoint
        const wanted = new Set([access].flat())
        if (wanted.has('public')) continue
        const allowed = wanted.has('authenticated') || wanted.has(scope)
        const status = await call(key, requestsOf(operation)[0]!, operation)
        assert.ok(allowed ? passes(status) : status === 403, `${scope}: ${operation.id} answered ${status}`)
      }
    }
  })

  test('the built-in roles hold only permissions that exist, and admin holds all', async () => {
    const list = (await chief('GET', '/api/v1/admin/roles')).json() as { name: string; permissions: string[] }[]
    assert.deepEqual(
      list.map(({ name }) => name),
      roles,
    )
    assert.deepEqual(list[0]!.permissions.toSorted(), allPermissions.toSorted())
  })
})
