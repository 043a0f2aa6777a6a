import assert from 'node:assert/strict'
import { spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { faultProxy } from '../support/faultProxy.ts'
import { temporaryFolder } from '../support/folder.ts'
import { databaseEngines } from '../support/engines.ts'
import { freePort } from '../support/port.ts'
import { redisUrl } from '../support/redis.ts'
import {
  automationAt,
  notingProgram,
  startRunner,
  type Automation,
  type RunnerProcess,
} from '../support/runnerProcess.ts'
import { launchServer, startServer } from '../support/server.ts'
import { until } from '../support/until.ts'

interface Setting {
  at: Automation
  runner: RunnerProcess
  started(): string[]
  /** The same runner once more, after it has ended. */
  again(): Promise<RunnerProcess>
}

/** A runner of its own, with a program that writes down each start. */
async function withRunner(at: Automation, name: string, url = at.url, more: string[] = []): Promise<Setting> {
  const folder = temporaryFolder()
  const { path, started } = notingProgram(folder)
  const args = ['--url', url, '--token-file', at.keyFile, '--name', name, '--state-file', join(folder, 'state')]
  const again = async (): Promise<RunnerProcess> => {
    const runner = startRunner([...args, '--allow', `noting=${path}`, ...more])
    await runner.says('Connected as')
    return runner
  }
  return { at, runner: await again(), started, again }
}

const begun = (started: () => string[], id: string): Promise<void> =>
  until(`${id} has begun`, () => started().includes(id), 40_000)

/** Each of them was started, or not, just once. */
function assertStarted(started: () => string[], ids: readonly string[]): void {
  assert.deepEqual(started().toSorted(), ids.toSorted())
}

const sessionProgram = ['--session-program', '/bin/sleep,600']

async function runningSession(at: Automation, runner: string): Promise<string> {
  const { id } = await at.call<{ id: string }>('POST', '/sessions', { name: 'kept', runner })
  await at.call('POST', `/sessions/${id}/start`)
  await sessionBecomes(at, id, 'running')
  return id
}

const sessionBecomes = (at: Automation, id: string, wanted: string): Promise<void> =>
  until(
    `the session is ${wanted}`,
    async () => (await at.call<{ status: string }>('GET', `/sessions/${id}`)).status === wanted,
    40_000,
  )

describe('miktos runner', { concurrency: true, timeout: 240_000 }, () => {
  const dataDir = temporaryFolder()
  let at: Automation
  let server: ChildProcess | undefined
  before(async () => {
    at = await automationAt(await launchServer({ dataDir }, (child) => (server = child)), dataDir)
  })
  after(() => server?.kill('SIGKILL'))

  test('arguments reach the program as they are, and no shell is started', async () => {
    const folder = temporaryFolder()
    const script = join(folder, 'words.mjs')
    writeFileSync(script, 'console.log(JSON.stringify([process.argv.slice(2), process.env]))')
    const trace = join(folder, 'trace')
    const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0
    const runner = startRunner(
      ['--url', at.url, '--token-file', at.keyFile, '--name', 'words', '--state-file', join(folder, 'state')].concat(
        '--allow',
        `words=${process.execPath},${script},--fixed`,
      ),
      { wrap: canTrace ? ['strace', '-D', '-f', '-e', 'execve', '-o', trace] : [], env: { SECRET_OF_THE_RUNNER: 'x' } },
    )
    await runner.says('Connected as')
    const words = ['; rm -rf /', '$(id)', '`id`', '-oProxyCommand=id', '| tee', '*', '<script>', '../..', 'ü🎉', '&&']
    const quoted = words.map((word) => `'${word}'`).join(' ')
    const long = 'y'.repeat(3_990 - quoted.length - 'run words '.length)
    const id = await at.give(`run words ${quoted} ${long}`)
    await at.becomes(id, 'succeeded')
    const [argv, env] = JSON.parse(await at.output(id)) as [string[], Record<string, string>]
    assert.deepEqual(argv, ['--fixed', ...words, long])
    assert.deepEqual(Object.keys(env).toSorted(), ['HOME', 'MIKTOS_COMMAND_ID', 'PATH'])
    assert.equal(env['MIKTOS_COMMAND_ID'], id)
    runner.process.kill('SIGTERM')
    if (!canTrace) return
    await runner.exited
    const programs = readFileSync(trace, 'utf8').matchAll(/execve\("([^"]+)"/g)
    assert.deepEqual([...new Set([...programs].map(([, path]) => path))], [process.execPath])
  })

  test('what fails, is cancelled, is late, or is not allowed ends as just that', async () => {
    const tools = ['false=/bin/false', 'missing=/bin/sh,/nonexistent/script', 'talk=/usr/bin/seq']
    const { runner, started } = await withRunner(at, 'ends', at.url, [
      '--max',
      '2',
      ...tools.flatMap((tool) => ['--allow', tool]),
    ])
    const more = { runner: 'ends' }
    const failing = await at.give('run false', more)
    const cancelled = await at.give('run noting 60', more)
    const late = await at.give('run noting 60', { ...more, deadline_seconds: 3 })
    await begun(started, cancelled)
    await at.call('POST', `/commands/${cancelled}/cancel`)
    assert.equal((await at.becomes(failing, 'failed')).exit_code, 1)
    await at.becomes(cancelled, 'cancelled')
    assert.match((await at.becomes(late, 'expired')).detail ?? '', /deadline passed/)
    const talk = await at.give('run talk 100000', more)
    await at.becomes(talk, 'succeeded')
    assert.equal(await at.output(talk), Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join(''))
    const waits = await Promise.all([60, 60, 60].map((seconds) => at.give(`run noting ${seconds}`, more)))
    await until('two have begun', () => started().length >= 3)
    await at.call('POST', `/commands/${waits[2]}/cancel`)
    await at.becomes(waits[2]!, 'cancelled')
    runner.process.kill('SIGINT')
    await runner.says('once more to kill')
    runner.process.kill('SIGINT')
    assert.equal(await runner.exited, 130)
  })

  test('asked to end it lets what runs come to its end, and says so', async () => {
    const { runner, started } = await withRunner(at, 'drained')
    const id = await at.give('run noting 3', { runner: 'drained' })
    await begun(started, id)
    runner.process.kill('SIGINT')
    assert.equal(await runner.exited, 0, runner.output())
    await at.becomes(id, 'succeeded')
    assert.match(await at.output(id), /begun\nover\n/)
    assertStarted(started, [id])
  })

  test('a session: started, told its mode, paused, stopped; one that fails says why', async () => {
    const folder = temporaryFolder()
    const program = join(folder, 'session.sh')
    writeFileSync(
      program,
      [
        'echo "progress 0.5 half of $MIKTOS_SESSION_NAME"',
        `echo '{"progress": 0.75, "metrics": {"kills": 3}}'`,
        'while read word mode; do echo "now $mode"; if [ "$mode" = fail ]; then exit 7; fi; done',
      ].join('\n'),
    )
    const { runner } = await withRunner(at, 'sessions', at.url, ['--session-program', `/bin/sh,${program}`])
    interface Seen {
      id: string
      status: string
      mode: string | null
      progress: number | null
      metrics: object
      reason: string | null
    }
    const made = await at.call<Seen>('POST', '/sessions', { name: 'a <b>', server: 's', mode: 'm', runner: 'sessions' })
    const path = `/sessions/${made.id}`
    const becomes = (what: string, holds: (seen: Seen) => boolean): Promise<void> =>
      until(what, async () => holds(await at.call('GET', path)), 40_000)
    const mode = (name: string) => at.give(`start_mode ${name}`, { session_id: made.id })
    await at.call('POST', `${path}/start`)
    await becomes('running', ({ status }) => status === 'running')
    await becomes('it has told how far it is', ({ progress, metrics }) => progress === 0.75 && 'kills' in metrics)
    await at.becomes(await mode('combat'), 'succeeded')
    await until('it has heard of the mode', async () => {
      const { events } = await at.call<{ events: { kind: string; text: string }[] }>('GET', `${path}/events`)
      return events.some(({ kind, text }) => kind === 'log' && text === 'now combat')
    })
    await at.call('POST', `${path}/pause`)
    await becomes('paused', ({ status }) => status === 'paused')
    await at.call('POST', `${path}/resume`)
    await becomes('running again', ({ status }) => status === 'running')
    await at.call('POST', `${path}/stop`)
    await becomes('stopped', ({ status }) => status === 'stopped')
    await at.call('POST', `${path}/start`)
    await becomes('running once more', ({ status }) => status === 'running')
    await mode('fail')
    await becomes('failed', ({ status, reason }) => status === 'failed' && /ended with 7/.test(reason ?? ''))
    runner.process.kill('SIGTERM')
    assert.equal(await runner.exited, 0, runner.output())
  })

  test('what it is refused ends it with a code that says why', async () => {
    const folder = temporaryFolder()
    const wrongKey = join(folder, 'key')
    writeFileSync(wrongKey, 'mk_nothing')
    const common = ['--url', at.url, '--state-file', join(folder, 'state')]
    const denied = startRunner([...common, '--token-file', wrongKey])
    assert.equal(await denied.exited, 4, denied.output())
    const unnamed = startRunner([...common, '--token-file', at.keyFile, '--name', 'a\tb'])
    assert.equal(await unnamed.exited, 2, unnamed.output())
    assert.equal(await startRunner(['--local']).exited, 2)
    const lonely = startRunner([
      '--url',
      `http://127.0.0.1:${await freePort()}`,
      '--state-file',
      join(folder, 'lonely'),
    ])
    await lonely.says('Nothing answers')
    lonely.process.kill('SIGINT')
    assert.equal(await lonely.exited, 0, lonely.output())
    const made = await at.call<{ id: string; key: string }>('POST', '/me/api-keys', {
      name: 'short-lived',
      scopes: ['runners:write'],
    })
    writeFileSync(wrongKey, made.key)
    const revoked = startRunner([...common, '--token-file', wrongKey, '--name', 'revoked'])
    await revoked.says('Connected as')
    const second = startRunner([...common, '--token-file', wrongKey, '--name', 'second'])
    assert.equal(await second.exited, 5, second.output())
    await at.call('DELETE', `/me/api-keys/${made.id}`)
    assert.equal(await revoked.exited, 4, revoked.output())
  })

  test('killed -9 in mid-command: told as failed when it is back, not run again, nothing left running', async () => {
    const { runner, started, again } = await withRunner(at, 'killed', at.url, sessionProgram)
    const session = await runningSession(at, 'killed')
    const id = await at.give('run noting 600', { runner: 'killed' })
    await begun(started, id)
    runner.process.kill('SIGKILL')
    await runner.exited
    const next = await at.give('run noting 0', { runner: 'killed', wait: true })
    const second = await again()
    assert.match((await at.becomes(id, 'failed')).detail ?? '', /restarted while it ran/)
    assert.match(second.output(), /Ended [3-9] programs/)
    await sessionBecomes(at, session, 'lost')
    await at.becomes(next, 'succeeded')
    assertStarted(started, [id, next])
  })

  test('the network cut for a moment: what ended meanwhile is told', async () => {
    const proxy = await faultProxy(at.url)
    after(() => proxy.stop())
    const { runner, started } = await withRunner(at, 'cut', proxy.url)
    const ended = await at.give('run noting 2', { runner: 'cut' })
    const goesOn = await at.give('run noting 12', { runner: 'cut' })
    await Promise.all([begun(started, ended), begun(started, goesOn)])
    await proxy.become('refuse')
    await delay(5_000)
    await proxy.become('none')
    await at.becomes(ended, 'succeeded')
    await at.becomes(goesOn, 'succeeded')
    assert.match(await at.output(goesOn), /begun\nover\n/)
    assertStarted(started, [ended, goesOn])
    runner.process.kill('SIGTERM')
    await runner.exited
  })

  test('the network gone for longer than the grace: lost, and how it ended when that is known', async () => {
    const proxy = await faultProxy(at.url)
    after(() => proxy.stop())
    const { runner, started } = await withRunner(at, 'gone', proxy.url, sessionProgram)
    const session = await runningSession(at, 'gone')
    await at.call('POST', `/sessions/${session}/pause`)
    await sessionBecomes(at, session, 'paused')
    const id = await at.give('run noting 5', { runner: 'gone' })
    await begun(started, id)
    await proxy.become('black hole')
    await at.becomes(id, 'lost', 90_000)
    await sessionBecomes(at, session, 'lost')
    await proxy.become('none')
    await at.becomes(id, 'succeeded', 60_000)
    // It stood still all the time, whatever the server thought of it.
    await sessionBecomes(at, session, 'paused')
    assertStarted(started, [id])
    runner.process.kill('SIGTERM')
    await runner.exited
  })

  test('the server killed -9 in mid-command and started again, then frozen', async () => {
    const dataDir = temporaryFolder()
    const port = await freePort()
    const first = await startServer({ dataDir, port })
    const own = await automationAt(first, dataDir)
    const { runner, started } = await withRunner(own, 'steady')
    const ended = await own.give('run noting 1')
    const goesOn = await own.give('run noting 20')
    await Promise.all([begun(started, ended), begun(started, goesOn)])
    first.process.kill('SIGKILL')
    await first.exited
    const second = await startServer({ dataDir, port })
    await own.becomes(ended, 'succeeded')
    second.process.kill('SIGSTOP')
    await delay(8_000)
    second.process.kill('SIGCONT')
    await own.becomes(goesOn, 'succeeded', 60_000)
    const next = await own.give('run noting 0')
    await own.becomes(next, 'succeeded')
    assertStarted(started, [ended, goesOn, next])
    runner.process.kill('SIGTERM')
    assert.equal(await runner.exited, 0, runner.output())
  })

  test('whatever goes down while commands come: each ends, is accounted for, and was begun once at most', async () => {
    const dataDir = temporaryFolder()
    const port = await freePort()
    let server = await startServer({ dataDir, port })
    const own = await automationAt(server, dataDir)
    const proxy = await faultProxy(own.url)
    after(() => proxy.stop())
    const { runner: first, started, again } = await withRunner(own, 'stormy', proxy.url, ['--max', '3'])
    let runner = first
    const ids: string[] = []
    const disturbances = [
      async () => {
        await proxy.become('refuse')
        await delay(300)
        await proxy.become('none')
      },
      async () => {
        runner.process.kill('SIGKILL')
        await runner.exited
        runner = await again()
      },
      async () => {
        server.process.kill('SIGKILL')
        await server.exited
        server = await startServer({ dataDir, port })
      },
    ]
    for (const disturb of [...disturbances, ...disturbances, ...disturbances]) {
      const seconds = [0, 0, 0.3, 1]
      ids.push(...(await Promise.all(seconds.map((each) => own.give(`run noting ${each}`, { wait: true })))))
      await delay(Math.random() * 400)
      await disturb()
    }
    const statuses = new Map<string, string>()
    await until(
      'all have ended',
      async () => {
        const { commands } = await own.call<{ commands: { id: string; status: string }[] }>(
          'GET',
          '/commands?limit=500',
        )
        for (const { id, status } of commands) statuses.set(id, status)
        return ids.every((id) => ['succeeded', 'failed', 'lost'].includes(statuses.get(id) ?? ''))
      },
      60_000,
    )
    const succeeded = ids.filter((id) => statuses.get(id) === 'succeeded')
    assert.deepEqual(started(), [...new Set(started())], 'none was begun twice')
    assert.ok(succeeded.every((id) => started().includes(id)))
    assert.ok(started().every((id) => ids.includes(id)))
    assert.ok(succeeded.length > ids.length / 2, `${succeeded.length} of ${ids.length} succeeded`)
    runner.process.kill('SIGTERM')
    assert.equal(await runner.exited, 0, runner.output())
  })

  const postgres = databaseEngines().find(({ name }) => name === 'PostgreSQL')!
  const withoutServers = postgres.url && redisUrl() ? false : 'set MIKTOS_TEST_POSTGRES_URL and MIKTOS_TEST_REDIS_URL'
  test(
    'given at one server, run by the runner of the other; another of its name takes over',
    { skip: withoutServers },
    async () => {
      const env = { MIKTOS_DATABASE_URL: await postgres.freshUrl(), MIKTOS_REDIS_URL: redisUrl()! }
      const dataDir = temporaryFolder()
      const a = await startServer({ dataDir, env })
      const b = await startServer({ dataDir, env })
      const own = await automationAt(a, dataDir)
      const { runner, started } = await withRunner(own, 'over there', b.url)
      const ids = await Promise.all(Array.from({ length: 8 }, () => own.give('run noting 0')))
      for (const id of ids) await own.becomes(id, 'succeeded')
      assertStarted(started, ids)
      const other = await withRunner(own, 'over there', a.url)
      assert.equal(await runner.exited, 5, runner.output())
      const next = await own.give('run noting 0')
      await own.becomes(next, 'succeeded')
      assertStarted(other.started, [next])
      other.runner.process.kill('SIGTERM')
      await once(other.runner.process, 'exit')
    },
  )
})
