import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startApp } from '../support/app.ts'
import { oldClient, socketIoClient } from '../support/sockets.ts'
import { until } from '../support/until.ts'
import { addressOf } from '../support/wsClient.ts'

interface Given {
  id: string
  verb: string
  args: string[]
  session_id: string | null
}

const hello = { name: 'over Socket.IO', programs: [{ name: 'greet' }, { name: 'wipe', approval: true }] }

describe('automation over Socket.IO', () => {
  const started = async () => {
    const app = await startApp({ sockets_per_user_max: 100 })
    const url = `http://${await addressOf(app)}`
    const { key } = (await app.admin('POST', '/api/v1/me/api-keys', { name: 'r', scopes: ['runners:write'] })).json()
    return { app, url, runner: socketIoClient(url, { auth: { token: key } }) }
  }

  for (const transport of ['websocket', 'polling']) {
    test(`ms11_command over ${transport}: acknowledged, carried out, its result and session told in their rooms`, async () => {
      const { app, url, runner } = await started()
      assert.equal((await runner.socket.emitWithAck('runner_hello', hello)).ok, true)
      const session = (await app.admin('POST', '/api/v1/sessions', { name: 's', runner: hello.name })).json()
      const person = socketIoClient(url, { transports: [transport], auth: { token: app.adminToken } })
      for (const room of ['session_updates', 'command_results'])
        assert.equal((await person.socket.emitWithAck('subscribe_room', { room })).ok, true, room)
      const timestamp = new Date().toISOString()
      const message = { type: 'quick_action', command: "run greet 'a b' ;", session_id: session.id, timestamp }
      const acknowledged = await person.socket.emitWithAck('ms11_command', message)
      assert.equal(acknowledged.ok, true, JSON.stringify(acknowledged))
      const given: Given = await runner.hears('command')
      const { id } = given
      assert.deepEqual([id, given.verb, given.args], [acknowledged.data.id, 'run', ['greet', 'a b', ';']])
      assert.equal((await runner.socket.emitWithAck('command_accepted', { id })).data.go, true)
      await runner.socket.emitWithAck('command_output', { id, seq: 0, text: 'hello\0 \uD800' })
      await runner.socket.emitWithAck('session_report', { session_id: session.id, status: 'running', log: 'a\0b' })
      await runner.socket.emitWithAck('command_result', { id, status: 'succeeded', exit_code: 0 })
      const result: Record<string, unknown> = await person.hears('command_result')
      assert.deepEqual([result['command_id'], result['success'], result['output']], [id, true, 'hello� �'])
      await until('the session is told to run', () =>
        person.heard.some(
          ({ event, data }) =>
            event === 'session_update' &&
            (data as { id: string; status: string }).id === session.id &&
            (data as { status: string }).status === 'running',
        ),
      )
    })
  }

  test('what cannot be done is said in the acknowledgement', async () => {
    const { app, url, runner } = await started()
    const person = socketIoClient(url, { auth: { token: app.adminToken } })
    const send = (data: unknown) => person.socket.emitWithAck('ms11_command', data)
    const nobody = await send({ type: 'quick_action', command: 'run greet' })
    assert.deepEqual([nobody.ok, nobody.error.code], [false, 'CONFLICT'])
    await runner.socket.emitWithAck('runner_hello', hello)
    for (const data of [
      undefined,
      null,
      'run greet',
      [],
      { command: '' },
      { command: 'rm -rf /' },
      { command: 'run\tgreet' },
    ]) {
      const answer = await send(data)
      assert.deepEqual([answer.ok, answer.error.code], [false, 'VALIDATION_FAILED'], JSON.stringify(data))
    }
    assert.equal((await send({ command: 'run other' })).error.code, 'CONFLICT')
    assert.equal(
      (await runner.socket.emitWithAck('ms11_command', { command: 'run greet' })).error.code,
      'PERMISSION_DENIED',
    )
    assert.equal((await person.socket.emitWithAck('command_accepted', { id: 'x' })).error.code, 'CONFLICT')
  })

  test('version 2 gives a command, too', async () => {
    const { app, url, runner } = await started()
    await runner.socket.emitWithAck('runner_hello', hello)
    const { ticket } = (await app.admin('POST', '/api/v1/auth/ticket')).json()
    const old = oldClient(url, { query: { ticket } }, ['connection_established', 'command_result'])
    await old.hears('connection_established')
    const acknowledged = new Promise<{ ok: boolean; data: { id: string } }>((resolve) =>
      old.socket.emit('ms11_command', { type: 'quick_action', command: 'run greet', timestamp: Date.now() }, resolve),
    )
    const { ok, data } = await acknowledged
    assert.equal(ok, true)
    await runner.socket.emitWithAck('command_result', { id: data.id, status: 'failed', detail: 'No' })
    assert.deepEqual((await old.hears('command_result'))['command_id'], data.id)
  })
})
