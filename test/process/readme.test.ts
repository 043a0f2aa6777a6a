import assert from 'node:assert/strict'
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/port.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

/** Every command of the README, a line each. */
const commands = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(
  ([, block]) => block!.trim().split('\n'),
)

/** As a newcomer's shell has it: without this checkout's own programs. */
const newcomersPath = process.env['PATH']!.split(delimiter)
  .filter((folder) => !folder.startsWith(root))
  .join(delimiter)

interface Started {
  url: string
  output: string
  seconds: number
  stop(): Promise<void>
}

/** Runs a line of the README in a shell and waits until the server in it is ready. */
async function start(line: string, cwd: string, port: number): Promise<Started> {
  const startedAt = performance.now()
  const child: ChildProcess = spawn('bash', ['-c', line], {
    cwd,
    env: { PATH: newcomersPath, HOME: process.env['HOME'], MIKTOS_SERVER_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  after(() => signal(child, 'SIGKILL'))
  let output = ''
  const ready = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      const url = /is ready at (\S+)/.exec(output)?.[1]
      if (url) resolve(url)
    }
    child.stdout!.on('data', read)
    child.stderr!.on('data', read)
    child.once('exit', (code) => reject(new Error(`"${line}" ended with ${code}:\n${output}`)))
  })
  const url = await ready
  const seconds = (performance.now() - startedAt) / 1_000
  const stop = async (): Promise<void> => {
    const exited = once(child, 'exit')
    signal(child, 'SIGTERM')
    await exited
  }
  // What is printed after the address comes with the same breath.
  await new Promise((resolve) => setTimeout(resolve, 100))
  return { url, output, seconds, stop }
}

/** npm, its shell and the server are one group. */
function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  try {
    process.kill(-pid!, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

describe('the README', { timeout: 400_000 }, () => {
  test('its commands work in a bare clone, one after the other', async () => {
    const clone = join(temporaryFolder(), 'miktos')
    await run('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, clone])
    const port = await freePort()
    const [first, demo, ...others] = commands
    assert.equal(first, 'npm start')

    const server = await start(first, clone, port)
    const token = /\/setup\?token=([\w-]+)/.exec(server.output)?.[1]
    assert.ok(token, server.output)
    const page = await fetch(`${server.url}/setup?token=${token}`, { headers: { accept: 'text/html' } })
    assert.match(await page.text(), /<div id="root"|<script type="module"/)
    const setup = await fetch(`${server.url}/api/v1/auth/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, email: 'you@example.com', username: 'you', password: 'a phrase of your own' }),
    })
    assert.equal(setup.status, 201)

    for (const line of others.filter((other) => other !== 'npm test')) {
      const literal = line.replace('127.0.0.1:8000', `127.0.0.1:${port}`)
      const { stdout } = await run('bash', ['-c', literal], {
        cwd: clone,
        env: { PATH: newcomersPath, HOME: clone, MIKTOS_SERVER_PORT: String(port) },
      })
      assert.ok(stdout.length > 0, line)
      assert.doesNotMatch(stdout, /"success":false|"error"/, line)
    }
    await server.stop()

    const again = await start(first, clone, port)
    assert.ok(again.seconds < 8, `the second start took ${again.seconds} s`)
    assert.doesNotMatch(again.output, /setup\?token/)
    await again.stop()

    const sample = await start(demo!, clone, port)
    assert.match(sample.url, /:8001$/)
    const login = await fetch(`${sample.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'you@example.com', password: 'a phrase of your own' }),
    })
    assert.equal(login.status, 200)
    await sample.stop()
    console.log(`first start ${server.seconds.toFixed(1)} s, second start ${again.seconds.toFixed(1)} s`)
  })
})
