import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as z from 'zod'
import { AppError } from '#kernel/errors.ts'
import { startApp } from '../../../test/support/app.ts'
import { Context, systemActor } from '../context.ts'
import { createInbox, messagesByName } from './dispatch.ts'
import { clientMessage } from './messages.ts'

const text = z.strictObject({ text: z.string().max(10) })
const release = Promise.withResolvers<void>()
const messages = messagesByName([
  clientMessage({ name: 'echo', access: 'logs:read', data: text, handle: (_ctx, data, { id }) => ({ id, ...data }) }),
  clientMessage({ name: 'quiet', access: 'logs:read', data: z.unknown(), handle: () => undefined }),
  clientMessage({ name: 'secret', access: 'users:write', data: z.unknown(), handle: () => 'never' }),
  clientMessage({ name: 'slow', access: 'logs:read', data: z.unknown(), handle: () => release.promise }),
  clientMessage({
    name: 'refuse',
    access: 'logs:read',
    data: z.unknown(),
    handle: () => Promise.reject(new AppError('CONFLICT', 'Not now', { why: 'busy' })),
  }),
  clientMessage({
    name: 'break',
    access: 'logs:read',
    data: z.unknown(),
    handle: () => {
      throw new Error('select * from secrets')
    },
  }),
])

async function inbox() {
  const { app } = await startApp()
  const peer = { id: 'c1', send: () => true, onClose: () => undefined }
  const ctx = new Context(app.platform, systemActor('t', 'test', ['logs:read']), {
    requestId: null,
    address: null,
    userAgent: null,
  })
  const { receive } = createInbox(app.platform, messages, new Map(), peer)
  return (name: string, data?: unknown) => receive(ctx, name, data)
}

describe('messages of clients', () => {
  test('are parsed and answered, and refused as an endpoint would', async () => {
    const send = await inbox()
    assert.deepEqual(await send('echo', { text: 'hello' }), { ok: true, data: { id: 'c1', text: 'hello' } })
    assert.deepEqual(await send('quiet'), { ok: true, data: null })
    const codeOf = async (name: string, data?: unknown): Promise<string> => {
      const answer = await send(name, data)
      return answer.ok ? 'ok' : answer.error.code
    }
    assert.equal(await codeOf('echo', { text: 'far too long for it' }), 'VALIDATION_FAILED')
    assert.equal(await codeOf('echo', { text: 'a', more: 1 }), 'VALIDATION_FAILED')
    assert.equal(await codeOf('secret'), 'PERMISSION_DENIED')
    assert.equal(await codeOf('refuse'), 'CONFLICT')
    for (const name of ['nothing', '__proto__', 'constructor', '', 'x'.repeat(1_000)])
      assert.equal(await codeOf(name), 'RESOURCE_NOT_FOUND')
  })

  test('tell nothing of a failure that is ours', async () => {
    const send = await inbox()
    const answer = await send('break')
    assert.equal(answer.ok, false)
    assert.doesNotMatch(JSON.stringify(answer), /secrets/)
  })

  test('of one connection are bounded in number while they are worked on', async () => {
    const send = await inbox()
    const waiting = Array.from({ length: 64 }, () => send('slow'))
    const refused = await send('slow')
    assert.equal(!refused.ok && refused.error.code, 'RATE_LIMITED')
    release.resolve()
    assert.deepEqual(new Set((await Promise.all(waiting)).map(({ ok }) => ok)), new Set([true]))
    assert.equal((await send('slow')).ok, true)
  })

  test('have names of their own', () => {
    const [first] = messages.values()
    assert.throws(() => messagesByName([first!, first!]))
  })
})
