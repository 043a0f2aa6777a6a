import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { errorStatus } from '#kernel/errors.ts'
import { openApiDocument } from '#platform/http/openapi.ts'
import { startApp } from '../support/app.ts'
import { hostileText, valueOf, type JsonSchema } from '../support/generate.ts'

/**
 * Requests generated from the OpenAPI document: well-formed ones, and ones that a schema, a router or
 * a database could trip over. Whatever comes, the answer is one that the document knows.
 */
const requestsTotal = 10_000
const atOnce = 20

interface Parameter {
  name: string
  in: 'path' | 'query'
  required: boolean
  schema: JsonSchema
}

/** An operation as the document spells it. */
interface Documented {
  operationId: string
  parameters: Parameter[]
  requestBody?: { content: Record<string, { schema: JsonSchema }> }
  responses: Record<string, { content: Record<string, unknown> }>
}

interface DocumentedOperation {
  method: string
  path: string
  root: boolean
  parameters: Parameter[]
  body: JsonSchema | undefined
  /** Anything at all may be sent. */
  takesBytes: boolean
  responses: Record<string, { content: Record<string, unknown> }>
}

const app = await startApp({ lockout_attempts: 100_000, body_bytes_max: 65_536 })
const { operations, platform } = app.app
const document = openApiDocument(operations, { version: platform.version, apiPrefix: '/api/v1' })
const documented = documentedOperations(document)
const replySchemas = new Map(operations.map(({ id, endpoint }) => [id, endpoint]))

function documentedOperations({ paths }: Record<string, unknown>): (DocumentedOperation & { id: string })[] {
  return Object.entries(paths as Record<string, Record<string, Documented>>).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      id: operation.operationId.replace(/\.\d+$/, ''),
      method: method.toUpperCase(),
      path: path.replace(/^\/api\/v1/, ''),
      root: !path.startsWith('/api/v1/'),
      parameters: operation.parameters,
      body: operation.requestBody?.content['application/json']?.schema,
      takesBytes: operation.requestBody?.content['*/*'] !== undefined,
      responses: operation.responses,
    })),
  )
}

/** These end the process or the session that asks, take a snapshot of everything, or call the addresses they are given. */
const leftOut = new Set([
  'processes.restart',
  'auth.logout',
  'backup.create',
  'auth.revokeMySession',
  'metrics.setTargets',
  'metrics.testTarget',
])

const contentTypes = ['application/json', 'application/x-protobuf', 'text/plain', 'application/x-ndjson']

const requestOf = (operation: DocumentedOperation & { id: string }) =>
  fc.record({
    operation: fc.constant(operation),
    role: fc.constantFrom('anonymous', 'admin', 'operator', 'developer', 'qvp', 'user', 'viewer', 'key'),
    face: fc.constantFrom('/api/v1', '/api'),
    parameters: fc.record(
      Object.fromEntries(
        operation.parameters.map(({ name, schema }) => [name, fc.oneof(valueOf(schema), hostileText)]),
      ),
    ),
    withOptional: fc.boolean(),
    body: operation.body
      ? fc.oneof(
          { weight: 3, arbitrary: valueOf(operation.body) },
          { weight: 1, arbitrary: fc.json() },
          { weight: 1, arbitrary: fc.constant('{"__proto__":{"polluted":true}}') },
          { weight: 1, arbitrary: hostileText },
        )
      : fc.constant(undefined),
    bytes: operation.takesBytes
      ? fc.oneof(
          fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
          fc.json(),
          hostileText,
        )
      : fc.constant(undefined),
    contentType: fc.constantFrom(...contentTypes),
    header: fc.record({
      name: fc.constantFrom(
        'x-forwarded-for',
        'x-request-id',
        'accept',
        'cookie',
        'if-match',
        'range',
        'x-http-method-override',
      ),
      value: hostileText,
    }),
  })

// Made once for each operation: making a generator costs far more than using it.
const oneRequest = fc.oneof(...documented.filter(({ id }) => !leftOut.has(id)).map(requestOf))

type Generated = ReturnType<typeof requestOf> extends fc.Arbitrary<infer T> ? T : never

function urlOf({ operation, face, parameters, withOptional }: Generated): string {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(parameters[name]).toWellFormed() || 'x'),
  )
  const query = operation.parameters
    .filter(({ in: place, required }) => place === 'query' && (required || withOptional))
    .map(({ name }) => `${name}=${encodeURIComponent(String(parameters[name]).toWellFormed())}`)
  return `${operation.root ? '' : face}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`
}

const headerSafe = (text: string): string => text.replace(/[^\x20-\x7e]/g, '').slice(0, 200)

describe('generated requests', () => {
  test(
    `${requestsTotal} of them over all operations and roles: no failure of ours, every reply as documented`,
    { timeout: 600_000 },
    async () => {
      const tokens: Record<string, string | undefined> = { anonymous: undefined }
      const roles = ['operator', 'developer', 'qvp', 'user', 'viewer'] as const
      for (const role of roles) tokens[role] = (await app.user(role)).token
      const second = await app.user('admin', 'generated-admin')
      tokens['admin'] = second.token
      tokens['key'] = (await second.call('POST', '/api/v1/me/api-keys', { name: 'generated' })).json().key
      const rejections: unknown[] = []
      const failures: string[] = []
      process.on('unhandledRejection', (reason) => rejections.push(reason))
      const seen = new Set<string>()
      const statuses = new Map<number, number>()

      const ask = async (generated: Generated): Promise<void> => {
        const { operation, role, body, bytes, contentType, header } = generated
        const url = urlOf(generated)
        const payload = bytes ?? (body === undefined || typeof body === 'string' ? body : JSON.stringify(body))
        const reply = await app.app.http.inject({
          method: operation.method as 'GET',
          url,
          headers: {
            ...(tokens[role] && { authorization: `Bearer ${tokens[role]}` }),
            ...(payload !== undefined && { 'content-type': bytes ? contentType : 'application/json' }),
            [header.name]: headerSafe(header.value),
          },
          ...(payload !== undefined && { payload }),
        })
        const what = `${role}: ${operation.method} ${url.slice(0, 300)} ${String(payload ?? '').slice(0, 300)} -> ${reply.statusCode} ${reply.body.slice(0, 300)}`
        assert.ok(reply.statusCode < 500 || (operation.id === 'system.ready' && reply.statusCode === 503), what)
        assert.ok(reply.headers['x-request-id'], what)
        checkReply(operation, url, reply, what)
        seen.add(operation.id)
        statuses.set(reply.statusCode, (statuses.get(reply.statusCode) ?? 0) + 1)
      }
      const generated = fc.sample(oneRequest, { numRuns: requestsTotal, seed: 20_261_122 })
      for (let start = 0; start < generated.length; start += atOnce) {
        const outcomes = await Promise.allSettled(generated.slice(start, start + atOnce).map(ask))
        failures.push(
          ...outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => String(reason)),
        )
      }
      assert.equal(failures.length, 0, failures.slice(0, 20).join('\n'))
      assert.deepEqual(rejections, [])
      assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
      assert.deepEqual(
        documented.map(({ id }) => id).filter((id) => !seen.has(id) && !leftOut.has(id)),
        [],
      )
      assert.ok((statuses.get(200) ?? 0) > requestsTotal / 20, JSON.stringify([...statuses]))
      assert.equal((await app.admin('GET', '/api/v1/me')).statusCode, 200)
    },
  )
})

type Reply = Awaited<ReturnType<typeof app.admin>>

function checkReply(operation: DocumentedOperation & { id: string }, url: string, reply: Reply, what: string): void {
  const endpoint = replySchemas.get(operation.id)!
  if (reply.statusCode >= 400 && endpoint.dialect === 'loki') {
    assert.match(String(reply.headers['content-type']), /^text\/plain/, what)
    return
  }
  if (reply.statusCode >= 400 && endpoint.dialect === 'alertmanager') {
    assert.equal(typeof reply.json(), 'string', what)
    return
  }
  if (reply.statusCode >= 400 && endpoint.dialect === 'prometheus') {
    assert.equal(reply.json().status, 'error', what)
    assert.equal(typeof reply.json().error, 'string', what)
    return
  }
  if (reply.statusCode >= 400) {
    const { code, message, details } = reply.json().error
    assert.equal(errorStatus[code as keyof typeof errorStatus], reply.statusCode, what)
    assert.equal(typeof message, 'string', what)
    assert.equal(typeof details, 'object', what)
    assert.doesNotMatch(reply.body, / at .*\.[jt]s:\d|SQLITE_|ER_[A-Z]|\/work|node_modules/, what)
    return
  }
  if (reply.statusCode === 302 || endpoint.produces || reply.statusCode === 204) return
  const enveloped = url.startsWith('/api/') && !url.startsWith('/api/v1/')
  const sent = enveloped ? reply.json().data : reply.json()
  const checked = endpoint.reply.safeParse(sent)
  assert.ok(checked.success, `${what}\n${JSON.stringify(checked.error?.issues)}`)
}
