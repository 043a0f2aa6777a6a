import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, describe, test } from 'node:test'
import { miktos, startCli, type Ended } from '../../../test/support/cli.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { freePort } from '../../../test/support/port.ts'
import { startServer, type ServerProcess } from '../../../test/support/server.ts'
import { until } from '../../../test/support/until.ts'

const dataDir = temporaryFolder()
const port = await freePort()
const env = { MIKTOS_METRICS_INTERVAL_SECONDS: '1' }
let server = await startServer({ dataDir, port, env })
const token = await server.login()
const there = { env: { MIKTOS_URL: server.url, MIKTOS_TOKEN: token } }
const run = (...args: string[]): Promise<Ended> => miktos(args, there)

async function push(service: string, lines: readonly string[]): Promise<void> {
  const reply = await fetch(`${server.url}/api/v1/logs/${encodeURIComponent(service)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain' },
    body: lines.join('\n'),
  })
  assert.equal(reply.status, 200, await reply.text())
}

const lastCells = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t').at(-1)!)

await push('api', ['INFO the first', 'ERROR connection refused', 'WARN the last'])

describe('miktos logs', () => {
  test('prints lines oldest first, for people, for other programs, and as JSON', async () => {
    const people = await run('logs', 'api')
    assert.equal(people.code, 0, people.stderr)
    assert.match(people.stdout, /^\d{4}-\S+Z INFO {5}api INFO the first\n.* ERROR {4}api ERROR connection/)
    assert.deepEqual(lastCells((await run('logs', 'api', '--plain')).stdout), [
      'INFO the first',
      'ERROR connection refused',
      'WARN the last',
    ])
    const [first] = (await run('logs', 'api', '--json')).stdout.split('\n')
    const { service, severity, line } = JSON.parse(first!) as Record<string, unknown>
    assert.deepEqual({ service, severity, line }, { service: 'api', severity: 'info', line: 'INFO the first' })
  })

  test('takes what the console takes, LogQL alone, levels, times and a number of lines', async () => {
    const found = async (...args: string[]): Promise<string[]> =>
      lastCells((await run('logs', ...args, '--plain')).stdout)
    assert.deepEqual(await found('api', 'refused', 'OR', '"the last"'), ['ERROR connection refused', 'WARN the last'])
    assert.deepEqual(await found('{service_name="api"} |= "first"'), ['INFO the first'])
    assert.deepEqual(await found('all', '--level', 'warn,error', '--since', '5m'), [
      'ERROR connection refused',
      'WARN the last',
    ])
    assert.deepEqual(await found('api', '--until', '5m'), [''])
    const { stdout, stderr } = await run('logs', 'api', '--limit', '1', '--plain')
    assert.deepEqual([lastCells(stdout), /newest 1 /.test(stderr)], [['WARN the last'], true])
  })

  test('2 for what is not understood, 3 for a service that is misspelt, 4 for whoever is not known', async () => {
    const wrong = [
      ['logs', 'api', '"open'],
      ['logs', 'api', '--level', 'loud'],
      ['logs', '--since', 'soon'],
      ['logs', '--limit', '0'],
      ['logs', '-f', '--until', '1m'],
      ['logs', 'api', '{app="x"}'],
      ['logs', '-f', 'api', '"open'],
      ['query', 'sum('],
      ['query', 'up', '--step', '5s'],
    ]
    for (const args of wrong) assert.equal((await run(...args)).code, 2, args.join(' '))
    const misspelt = await run('logs', 'apy')
    assert.deepEqual([misspelt.code, /did you mean "api"/.test(misspelt.stderr)], [3, true])
    const stranger = { env: { MIKTOS_URL: server.url, MIKTOS_TOKEN: 'nobody' } }
    for (const args of [['logs'], ['logs', '-f'], ['query', 'up']])
      assert.equal((await miktos(args, stranger)).code, 4, args.join(' '))
  })

  test('text from elsewhere neither moves the cursor nor passes for a line', async () => {
    const [service, line] = [
      'a\u001b[2Jb',
      JSON.stringify({ msg: '\u001b]0;x\u0007\r\n2026-01-01 ERROR forged\u202e' }),
    ]
    await push(service, [line])
    for (const form of ['--no-color', '--plain', '--json']) {
      const { stdout, stderr } = await run('logs', service, form)
      assert.match(stdout, /forged/, stderr)
      assert.doesNotMatch(stdout, /^2026-01-01/m, form)
      // oxlint-disable-next-line no-control-regex -- that is what must not be there
      assert.doesNotMatch(stdout, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/, form)
    }
  })
})

test('miktos query answers at a moment and over a span', async () => {
  await until('the server has metrics of its own', async () => /miktos/.test((await run('query', 'up')).stdout), 30_000)
  assert.equal((await run('query', '6 * 7')).stdout, '42\n')
  assert.match((await run('query', 'up')).stdout, /^SERIES +VALUE\nup\{.*job="miktos".*\} +1\n$/)
  assert.match((await run('query', 'up', '--plain')).stdout, /^up\{.*\}\t1\n$/)
  assert.match((await run('query', 'up', '--range', '5m')).stdout, /LEAST.*OVER TIME\nup\{.*▁/)
  assert.match((await run('query', 'up', '--range', '5m', '--step', '5s', '--plain')).stdout, /^up\{.*\t\d{4}-.*Z\t1$/m)
  assert.deepEqual(((await run('query', 'nothing', '--json')).json() as { result: unknown }).result, [])
  assert.deepEqual((await run('query', 'nothing')).stderr, 'No series matches.\n')
})

describe('on the machine itself', () => {
  test('the server that has the data is asked, and without a login it is said how', async () => {
    const { code, stderr } = await miktos(['logs', '--data-dir', dataDir])
    assert.deepEqual([code, stderr.includes(`miktos login --url ${server.url}`)], [4, true])
    const asked = await miktos(['logs', 'api', 'first', '--plain', '--data-dir', dataDir], {
      env: { MIKTOS_TOKEN: token },
    })
    assert.deepEqual([asked.code, lastCells(asked.stdout)], [0, ['INFO the first']])
  })
})

function follow(args: string[], caller = there) {
  const child = startCli(['logs', '-f', ...args], caller)
  after(() => child.kill('SIGKILL'))
  let [stdout, stderr] = ['', '']
  child.stdout!.on('data', (chunk: Buffer) => (stdout += String(chunk)))
  child.stderr!.on('data', (chunk: Buffer) => (stderr += String(chunk)))
  return { child, ended: once(child, 'exit'), lines: () => lastCells(stdout), stderr: () => stderr }
}

describe('miktos logs -f', () => {
  test('goes on over restarts of the server: no line is missing, none comes twice, and both are said', async () => {
    await push('job', ['before'])
    const { child, ended, lines, stderr } = follow(['job', '--plain'])
    await until('what was there', () => lines().includes('before'))
    await push('job', ['turn 0'])
    await until('what comes', () => lines().includes('turn 0'))
    for (const [turn, signal] of (['SIGTERM', 'SIGKILL'] as const).entries()) {
      const stored = [`during ${turn}`, `after ${turn}`]
      server.process.kill(signal)
      await server.exited
      server = await restarted()
      await push('job', stored)
      await until('the lines of the pause', () => stored.every((line) => lines().includes(line)), 30_000)
      await until('the follower is back', () => stderr().split('Connected again').length === turn + 2, 30_000)
    }
    await push('job', ['the end'])
    await until('the end', () => lines().includes('the end'))
    assert.deepEqual(lines(), ['before', 'turn 0', 'during 0', 'after 0', 'during 1', 'after 1', 'the end'])
    assert.match(stderr(), /ended; trying again/)
    child.kill('SIGINT')
    assert.deepEqual(await ended, [130, null])
  })

  test('4 as soon as somebody may not read any more', async () => {
    const made = await run('keys', 'create', 'reader', '--scope', 'logs:read', '--json')
    const { id, key } = made.json() as { id: string; key: string }
    const { ended, lines } = follow(['job', '--plain'], { env: { MIKTOS_URL: server.url, MIKTOS_TOKEN: key } })
    await until('what was there', () => lines().includes('the end'))
    assert.equal((await run('keys', 'revoke', id)).code, 0)
    assert.deepEqual(await ended, [4, null])
  })

  test('75 where no server answers at first', async () => {
    const gone = { env: { MIKTOS_URL: `http://127.0.0.1:${await freePort()}`, MIKTOS_TOKEN: token } }
    assert.equal((await miktos(['logs', '-f'], gone)).code, 75)
  })
})

const restarted = (): Promise<ServerProcess> => startServer({ dataDir, port, env })

test('without a server the data is opened here, and nothing can be followed', async () => {
  server.process.kill('SIGTERM')
  await server.exited
  const { code, stdout, stderr } = await miktos(['logs', 'api', '--plain', '--data-dir', dataDir])
  assert.deepEqual([code, lastCells(stdout).length], [0, 3], stderr)
  assert.equal((await miktos(['logs', '-f', '--data-dir', dataDir])).code, 75)
})
