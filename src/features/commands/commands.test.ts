import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secondMs } from '#kernel/time.ts'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'
import { twoServers } from '../../../test/support/twoServers.ts'
import { until } from '../../../test/support/until.ts'
import { addressOf, wsClient, type Frame, type WsClient } from '../../../test/support/wsClient.ts'

const hello = {
  name: 'runner one',
  version: '1',
  programs: [
    { name: 'backup', description: 'Copies things' },
    { name: 'wipe', description: 'Deletes things', approval: true },
  ],
}

eachEngine('commands', (engine) => {
  const start = async (): Promise<TestApp & { address: string; keyOf: () => Promise<string> }> => {
    const app = await startApp({ database_url: await engine.freshUrl(), sockets_per_user_max: 100 })
    const keyOf = async (): Promise<string> => {
      const made = await app.admin('POST', '/api/v1/me/api-keys', { name: 'runner', scopes: ['runners:write'] })
      return made.json().secret ?? made.json().key
    }
    return { ...app, address: await addressOf(app), keyOf }
  }

  const connect = async (address: string, token: string, more: object = {}): Promise<WsClient> => {
    const runner = await wsClient(address, token)
    const answer = await runner.ask('runner_hello', { ...hello, ...more })
    assert.equal(answer['ok'], true, JSON.stringify(answer))
    return runner
  }

  const statusOf = async ({ admin }: TestApp, id: string): Promise<string> =>
    (await admin('GET', `/api/v1/commands/${id}`)).json().status

  const nth = async (runner: WsClient, count: number): Promise<Frame> => {
    await until(`command ${count}`, () => runner.received('command').length >= count)
    return runner.received('command')[count - 1]!
  }

  test('from the request to the result: delivered, run, its output kept, everybody told', async () => {
    const app = await start()
    const runner = await connect(app.address, await app.keyOf())
    const watcher = await wsClient(app.address, app.adminToken)
    const made = await app.admin('POST', '/api/v1/commands', { command: `run backup "a b" ';$(x)'` })
    assert.equal(made.statusCode, 201, made.body)
    const { id } = made.json()
    const command = await nth(runner, 1)
    assert.deepEqual([command['id'], command['verb'], command['args']], [id, 'run', ['backup', 'a b', ';$(x)']])
    assert.deepEqual((await runner.ask('command_accepted', { id }))['data'], { go: true, status: 'running' })
    assert.deepEqual((await runner.ask('command_accepted', { id }))['data'], { go: true, status: 'running' })
    const piece = { id, seq: 0, stream: 'stdout', text: '<b>one</b>\n' }
    assert.deepEqual((await runner.ask('command_output', piece))['data'], { kept: true })
    await runner.ask('command_output', piece)
    await runner.ask('command_output', { ...piece, seq: 1, stream: 'stderr', text: 'two\n' })
    app.clock.advance(2 * secondMs)
    await runner.ask('command_result', { id, status: 'succeeded', exit_code: 0 })
    const done = (await app.admin('GET', `/api/v1/commands/${id}`)).json()
    assert.deepEqual([done.status, done.exit_code, done.duration_ms], ['succeeded', 0, 2_000])
    const { output } = (await app.admin('GET', `/api/v1/commands/${id}/output`)).json()
    assert.deepEqual(
      output.map(({ stream, text }: Frame) => [stream, text]),
      [
        ['stdout', '<b>one</b>\n'],
        ['stderr', 'two\n'],
      ],
    )
    await until('the result is told', () => watcher.received('command_result').length > 0)
    const [told] = watcher.received('command_result')
    assert.deepEqual([told!['command_id'], told!['success'], told!['output']], [id, true, '<b>one</b>\ntwo\n'])
    const { commands } = (await app.admin('GET', '/api/commands/history?limit=100')).json().data
    assert.equal(commands[0].id, id)
  })

  test('a dry run tells what would happen, keeps nothing and asks no runner', async () => {
    const app = await start()
    const runner = await connect(app.address, await app.keyOf())
    const plan = async (body: object) => {
      const reply = await app.admin('POST', '/api/v1/commands', { dry_run: true, ...body })
      assert.equal(reply.statusCode, 200, reply.body)
      return reply.json()
    }
    const backup = await plan({ command: `run backup "a b"`, deadline_seconds: 60 })
    assert.deepEqual([backup.verb, backup.args, backup.permission], ['run', ['backup', 'a b'], 'commands:write'])
    assert.deepEqual([backup.runner.name, backup.runner.connected, backup.status], ['runner one', true, 'queued'])
    assert.deepEqual([backup.approval, backup.destructive, backup.refusal], [null, false, null])
    assert.equal(Date.parse(backup.deadline_at), app.clock.now() + 60 * secondMs)
    const wipe = await plan({ command: 'run wipe' })
    assert.deepEqual([wipe.approval, wipe.status], ['program', 'awaiting_approval'])
    assert.equal((await plan({ command: 'run backup', approval: true })).approval, 'asked')

    const { refusal, runner: nobody, status } = await plan({ command: 'run nothing' })
    assert.deepEqual([refusal.code, refusal.can_wait, nobody, status], ['CONFLICT', false, null, null])
    assert.equal((await plan({ command: 'run backup', runner: 'x' })).refusal.code, 'RESOURCE_NOT_FOUND')
    assert.equal((await app.admin('POST', '/api/v1/commands', { command: 'rm -rf /', dry_run: true })).statusCode, 400)

    const made = await app.admin('POST', '/api/v1/sessions', { name: 'one', server: 'a', mode: 'x' })
    const session_id = made.json().id
    const begin = await plan({ command: 'start_session', session_id })
    assert.deepEqual([begin.session.name, begin.destructive, begin.refusal], ['one', false, null])
    const stop = await plan({ command: 'stop_session', session_id, runner: 'runner one' })
    assert.deepEqual([stop.destructive, stop.refusal.code], [true, 'CONFLICT'])

    const answer = await (
      await wsClient(app.address, app.adminToken)
    ).ask('ms11_command', {
      type: 'manual_command',
      command: 'run backup',
      dry_run: true,
    })
    assert.equal((answer['data'] as { dry_run: boolean }).dry_run, true)
    assert.equal((await app.admin('GET', '/api/v1/commands')).json().total, 0)
    assert.deepEqual(runner.received('command'), [])
    assert.equal((await app.admin('GET', '/api/v1/audit?action=command.create')).json().total ?? 0, 0)
  })

  test('who may not ask for it is told so by a dry run, and nothing of runners', async () => {
    const app = await start()
    await connect(app.address, await app.keyOf())
    const made = await app.admin('POST', '/api/v1/me/api-keys', { name: 'sessions', scopes: ['sessions:write'] })
    const reply = await app.app.http.inject({
      method: 'POST',
      url: '/api/v1/commands',
      headers: { authorization: `Bearer ${made.json().secret ?? made.json().key}` },
      payload: { command: 'run backup', dry_run: true },
    })
    assert.equal(reply.statusCode, 200, reply.body)
    const { allowed, permission, runner, refusal } = reply.json()
    assert.deepEqual([allowed, permission, runner, refusal.code], [false, 'commands:write', null, 'PERMISSION_DENIED'])
  })

  test('a runner that comes back: what it did not get is sent again, what it forgot is lost', async () => {
    const app = await start()
    const key = await app.keyOf()
    const first = await connect(app.address, key)
    const [unseen, begun] = [
      (await app.admin('POST', '/api/v1/commands', { command: 'run backup 1' })).json().id,
      (await app.admin('POST', '/api/v1/commands', { command: 'run backup 2' })).json().id,
    ]
    await nth(first, 2)
    await first.ask('command_accepted', { id: begun })
    first.close()
    const second = await connect(app.address, key)
    assert.equal((await nth(second, 1))['id'], unseen)
    await until('the one it forgot is lost', async () => (await statusOf(app, begun)) === 'lost')
    await second.ask('command_accepted', { id: unseen })
    second.close()
    const third = await connect(app.address, key, { running: [unseen] })
    await third.ask('command_result', { id: unseen, status: 'failed', exit_code: 3, detail: 'No space' })
    assert.equal(await statusOf(app, unseen), 'failed')
    assert.equal(third.received('command').length, 0)
    // Late, but true.
    await third.ask('command_result', { id: begun, status: 'succeeded', exit_code: 0 })
    assert.equal(await statusOf(app, begun), 'succeeded')
    assert.deepEqual((await third.ask('command_result', { id: begun, status: 'failed' }))['data'], {
      status: 'succeeded',
    })
  })

  test('some need another person: not the one who asked, and once', async () => {
    const app = await start()
    const runner = await connect(app.address, await app.keyOf())
    const mara = await app.user('operator', 'mara')
    const { id } = (await mara.call('POST', '/api/v1/commands', { command: 'run wipe' })).json()
    assert.equal((await mara.call('POST', `/api/v1/commands/${id}/approve`)).statusCode, 403)
    const replies = await Promise.all(
      Array.from({ length: 4 }, () => app.admin('POST', `/api/v1/commands/${id}/approve`)),
    )
    assert.equal(replies.filter(({ statusCode }) => statusCode === 200).length, 1)
    assert.equal((await nth(runner, 1))['id'], id)
    const other = (await mara.call('POST', '/api/v1/commands', { command: 'run wipe' })).json()
    const refused = await app.admin('POST', `/api/v1/commands/${other.id}/reject`, { reason: 'Not today' })
    assert.deepEqual([refused.json().status, refused.json().detail], ['rejected', 'Refused by admin: Not today'])
  })

  test('eight times with one key make one command', async () => {
    const app = await start()
    const runner = await connect(app.address, await app.keyOf())
    const replies = await Promise.all(
      Array.from({ length: 8 }, () =>
        app.admin('POST', '/api/v1/commands', { command: 'run backup' }, { 'idempotency-key': 'same' }),
      ),
    )
    assert.equal(new Set(replies.map((reply) => reply.json().id)).size, 1, replies.map(({ body }) => body).join('\n'))
    const other = await app.admin('POST', '/api/v1/commands', { command: 'run wipe' }, { 'idempotency-key': 'same' })
    assert.equal(other.statusCode, 409)
    await nth(runner, 1)
    assert.equal(runner.received('command').length, 1)
  })

  test('a session: started, its mode changed, paused, stopped, by commands alone', async () => {
    const app = await start()
    const runner = await connect(app.address, await app.keyOf())
    const watcher = await wsClient(app.address, app.adminToken)
    const session = (
      await app.admin('POST', '/api/sessions', { character_name: 'TestCharacter', server: 'Basilisk' })
    ).json().data
    assert.deepEqual([session.name, session.status], ['TestCharacter', 'created'])
    const path = `/api/v1/sessions/${session.id}`
    const read = async () => (await app.admin('GET', path)).json()
    const carryOut = async (count: number, status: string): Promise<void> => {
      const { id } = await nth(runner, count)
      await runner.ask('command_accepted', { id })
      await runner.ask('command_result', { id, status })
    }
    assert.equal((await app.admin('POST', `${path}/pause`)).statusCode, 409)
    assert.equal((await app.admin('POST', `${path}/start`)).statusCode, 201)
    await until('it starts', async () => (await read()).status === 'starting')
    assert.equal((await app.admin('POST', `${path}/start`)).statusCode, 409)
    await carryOut(1, 'succeeded')
    assert.equal((await read()).status, 'running')
    await app.admin('POST', '/api/v1/commands', { command: 'start_mode combat', session_id: session.id })
    await carryOut(2, 'succeeded')
    assert.equal((await read()).current_mode, 'combat')
    const audited = async (): Promise<number> => (await app.admin('GET', '/api/v1/admin/logs')).json().total
    const before = await audited()
    const said = { progress: 0.5, progress_note: 'half', metrics: { kills: 3 }, log: 'a line' }
    assert.equal((await runner.ask('session_report', { session_id: session.id, ...said }))['ok'], true)
    assert.equal(await audited(), before, 'what it says is not audited')
    await app.admin('POST', `${path}/pause`)
    await carryOut(3, 'succeeded')
    assert.deepEqual(
      [(await read()).status, (await read()).progress, (await read()).metrics],
      ['paused', 0.5, { kills: 3 }],
    )
    await app.admin('POST', `${path}/stop`)
    await carryOut(4, 'succeeded')
    assert.equal((await read()).status, 'stopped')
    const { events } = (await app.admin('GET', `${path}/events`)).json()
    for (const text of ['starting → running', 'half', 'a line'])
      assert.ok(
        events.some((event: Frame) => event['text'] === text),
        text,
      )
    await until('all was told', () => watcher.received('session_update').some(({ status }) => status === 'stopped'))
    assert.equal((await app.admin('DELETE', path)).statusCode, 200)
  })

  // What follows asks nothing more of the database.
  if (engine.name !== 'SQLite') return

  test('nobody to run it: 409 that says so and keeps nothing; with `wait` it is there for who comes', async () => {
    const app = await start()
    const refused = await app.admin('POST', '/api/v1/commands', { command: 'run backup' })
    assert.equal(refused.statusCode, 409)
    assert.match(refused.json().error.message, /No runner has ever connected/)
    assert.equal(refused.json().error.details.can_wait, false)
    const key = await app.keyOf()
    const first = await connect(app.address, key)
    first.close()
    await until('it is away', async () => !(await app.admin('GET', '/api/v1/runners')).json().runners[0].connected)
    const away = await app.admin('POST', '/api/v1/commands', { command: 'run backup' })
    assert.equal(away.statusCode, 409, away.body)
    assert.equal(away.json().error.details.can_wait, true)
    assert.equal((await app.admin('GET', '/api/v1/commands/history')).json().total, 0)
    const waiting = await app.admin('POST', '/api/v1/commands', { command: 'run backup', wait: true })
    assert.deepEqual([waiting.statusCode, waiting.json().status], [201, 'queued'])
    const second = await connect(app.address, key)
    assert.equal((await nth(second, 1))['id'], waiting.json().id)
  })

  test('cancelled at once while it waits, by its runner when it runs; over stays over', async () => {
    const app = await start()
    const runner = await connect(app.address, await app.keyOf())
    const { id } = (await app.admin('POST', '/api/v1/commands', { command: 'run backup' })).json()
    await nth(runner, 1)
    await runner.ask('command_accepted', { id })
    const asked = await app.admin('POST', `/api/v1/commands/${id}/cancel`)
    assert.deepEqual([asked.statusCode, asked.json().status], [200, 'running'])
    assert.ok(asked.json().cancel_requested_at)
    await until('the runner is told', () => runner.received('command_cancel').length === 1)
    assert.deepEqual(runner.received('command_cancel'), [{ id, status: 'cancelled' }])
    await runner.ask('command_result', { id, status: 'cancelled' })
    assert.equal(await statusOf(app, id), 'cancelled')
    assert.equal((await app.admin('POST', `/api/v1/commands/${id}/cancel`)).statusCode, 409)
    const waiting = (await app.admin('POST', '/api/v1/commands', { command: 'run wipe' })).json()
    assert.equal(waiting.status, 'awaiting_approval')
    assert.equal((await app.admin('POST', `/api/v1/commands/${waiting.id}/cancel`)).json().status, 'cancelled')
  })

  test('what passes its deadline expires; a runner that falls silent loses what it had', async () => {
    const app = await start()
    const key = await app.keyOf()
    const runner = await connect(app.address, key)
    runner.close()
    await until('it is away', async () => !(await app.admin('GET', '/api/v1/runners')).json().runners[0].connected)
    const { id } = (
      await app.admin('POST', '/api/v1/commands', { command: 'run backup', wait: true, deadline_seconds: 60 })
    ).json()
    app.clock.advance(61 * secondMs)
    await until('it has expired', async () => (await statusOf(app, id)) === 'expired')
    const silent = await connect(app.address, key)
    const running = (
      await app.admin('POST', '/api/v1/commands', { command: 'run backup', deadline_seconds: 3_600 })
    ).json()
    await nth(silent, 1)
    await silent.ask('command_accepted', { id: running.id })
    app.clock.advance(120 * secondMs)
    await until('it is lost', async () => (await statusOf(app, running.id)) === 'lost')
  })

  test('what passes its deadline while it runs is to end as expired, not as cancelled', async () => {
    const app = await start()
    const runner = await connect(app.address, await app.keyOf())
    const { id } = (await app.admin('POST', '/api/v1/commands', { command: 'run backup', deadline_seconds: 5 })).json()
    await nth(runner, 1)
    await runner.ask('command_accepted', { id })
    app.clock.advance(6 * secondMs)
    await until('the runner is told', () => runner.received('command_cancel').length > 0)
    assert.deepEqual(runner.received('command_cancel')[0], { id, status: 'expired' })
  })

  test('a runner that goes for good loses its sessions', async () => {
    const app = await start()
    const runner = await connect(app.address, await app.keyOf())
    const { id } = (await app.admin('POST', '/api/v1/sessions', { name: 's', runner: hello.name })).json()
    await runner.ask('session_report', { session_id: id, status: 'running' })
    runner.close()
    app.clock.advance(120 * secondMs)
    await until('it is lost', async () => (await app.admin('GET', `/api/v1/sessions/${id}`)).json().status === 'lost')
    const back = await connect(app.address, await app.keyOf(), { sessions: [id] })
    assert.equal((await app.admin('GET', `/api/v1/sessions/${id}`)).json().status, 'running')
    back.close()
  })

  test('what was cancelled, or is at work under the same name elsewhere, is not to be begun', async () => {
    const app = await start()
    const key = await app.keyOf()
    const runner = await connect(app.address, key)
    const give = async (): Promise<string> =>
      (await app.admin('POST', '/api/v1/commands', { command: 'run backup' })).json().id
    const [cancelled, late, taken] = [await give(), await give(), await give()]
    await nth(runner, 3)
    await app.admin('POST', `/api/v1/commands/${cancelled}/cancel`)
    assert.deepEqual((await runner.ask('command_accepted', { id: cancelled }))['data'], {
      go: false,
      status: 'cancelled',
    })
    assert.deepEqual((await runner.ask('command_accepted', { id: taken }))['data'], { go: true, status: 'running' })
    const back = await connect(app.address, key, { running: [taken] })
    assert.deepEqual((await back.ask('command_accepted', { id: taken }))['data'], { go: true, status: 'running' })
    assert.equal((await runner.ask('command_result', { id: taken, status: 'succeeded' }))['ok'], false)
    app.clock.advance(301 * secondMs)
    const answer = (await back.ask('command_accepted', { id: late }))['data'] as Frame
    assert.equal(answer['go'], false)
    const usurper = await connect(app.address, key)
    assert.equal(((await usurper.ask('command_accepted', { id: taken }))['data'] as Frame)['go'], false)
  })

  test('two under one name at two servers: what one was told to begin the other is not', async () => {
    const [a, b] = await twoServers(engine, { sockets_per_user_max: 100 })
    const made = await a.admin('POST', '/api/v1/me/api-keys', { name: 'runner', scopes: ['runners:write'] })
    const { key } = made.json()
    const first = await connect(await addressOf(a), key)
    const { id } = (await a.admin('POST', '/api/v1/commands', { command: 'run backup' })).json()
    await nth(first, 1)
    const second = await connect(await addressOf(b), key)
    assert.equal((await nth(second, 1))['id'], id)
    const answers = [await first.ask('command_accepted', { id }), await second.ask('command_accepted', { id })]
    assert.deepEqual(
      answers.map(({ data }) => (data as Frame)['go']),
      [true, false],
    )
  })

  test('a result at the same moment as the beginning counts', async () => {
    const app = await start()
    const runner = await connect(app.address, await app.keyOf())
    for (let count = 1; count <= 10; count++) {
      const { id } = (await app.admin('POST', '/api/v1/commands', { command: 'run backup' })).json()
      await nth(runner, count)
      const [, result] = await Promise.all([
        runner.ask('command_accepted', { id }),
        runner.ask('command_result', { id, status: 'succeeded' }),
      ])
      if (result['ok'] !== true) await runner.ask('command_result', { id, status: 'succeeded' })
      assert.equal(await statusOf(app, id), 'succeeded')
    }
  })

  test('a session that was deleted before its command went out keeps no other command waiting', async () => {
    const app = await start()
    const key = await app.keyOf()
    const first = await connect(app.address, key)
    first.close()
    await until('it is away', async () => !(await app.admin('GET', '/api/v1/runners')).json().runners[0].connected)
    const { id } = (await app.admin('POST', '/api/v1/sessions', { name: 's', runner: hello.name })).json()
    const wait = true
    const begin = { command: 'start_session', session_id: id, wait }
    const orphan = (await app.admin('POST', '/api/v1/commands', begin)).json()
    const next = (await app.admin('POST', '/api/v1/commands', { command: 'run backup', wait })).json()
    assert.equal((await app.admin('DELETE', `/api/v1/sessions/${id}`)).statusCode, 200)
    const runner = await connect(app.address, key)
    assert.equal((await nth(runner, 1))['id'], next.id)
    await until('the other has ended', async () => (await statusOf(app, orphan.id)) === 'cancelled')
  })

  test('a program that ended before its start was told does not leave the session running', async () => {
    const app = await start()
    const runner = await connect(app.address, await app.keyOf())
    const { id } = (await app.admin('POST', '/api/v1/sessions', { name: 's' })).json()
    await app.admin('POST', `/api/v1/sessions/${id}/start`)
    const command = await nth(runner, 1)
    await runner.ask('session_report', { session_id: id, status: 'failed', reason: 'It ended\0' })
    await runner.ask('command_result', { id: command['id'], status: 'succeeded' })
    const { status, reason } = (await app.admin('GET', `/api/v1/sessions/${id}`)).json()
    assert.deepEqual([status, reason], ['failed', 'It ended�'])
  })

  test('others see nothing of it: neither commands, nor output, nor results', async () => {
    const app = await start()
    const runner = await connect(app.address, await app.keyOf())
    const stranger = await app.userWith('sessions:write')
    const viewer = await app.user('viewer', 'vera')
    const watching = await wsClient(app.address, viewer.token)
    const { id } = (await app.admin('POST', '/api/v1/commands', { command: 'run backup' })).json()
    await nth(runner, 1)
    await runner.ask('command_result', { id, status: 'succeeded' })
    assert.equal((await stranger.call('GET', `/api/v1/commands/${id}`)).statusCode, 404)
    assert.equal((await stranger.call('GET', `/api/v1/commands/${id}/output`)).statusCode, 404)
    assert.equal((await stranger.call('POST', `/api/v1/commands/${id}/cancel`)).statusCode, 404)
    assert.equal((await stranger.call('GET', '/api/v1/commands')).json().total, 0)
    assert.equal((await stranger.call('POST', '/api/v1/commands', { command: 'run backup' })).statusCode, 403)
    assert.equal(watching.received('command_result').length, 0)
    const impostor = await wsClient(app.address, app.adminToken)
    await impostor.ask('runner_hello', { ...hello, name: 'another' })
    assert.equal((await impostor.ask('command_result', { id, status: 'failed' }))['ok'], false)
  })
})
