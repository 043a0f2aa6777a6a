import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { main } from './main.ts'
import type { ServerProcess } from './server.ts'
import { until } from './until.ts'

interface CommandSeen {
  id: string
  status: string
  exit_code: number | null
  detail: string | null
}

/** A server as those see it who give commands and look how they went. */
export interface Automation {
  url: string
  call<T>(method: string, path: string, body?: unknown): Promise<T>
  /** Gives a command and returns its id. */
  give(command: string, more?: object): Promise<string>
  /** What it wrote. */
  output(id: string): Promise<string>
  becomes(id: string, status: string, withinMs?: number): Promise<CommandSeen>
  /** File with a key that may be a runner, and nothing else. */
  keyFile: string
}

/** `folder` keeps the key. */
export async function automationAt(server: Pick<ServerProcess, 'url' | 'login'>, folder: string): Promise<Automation> {
  const authorization = `Bearer ${await server.login()}`
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const reply = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    assert.ok(reply.ok, `${method} ${path}: ${reply.status} ${text}`)
    return JSON.parse(text) as T
  }
  const { key } = await call<{ key: string }>('POST', '/me/api-keys', { name: 'runner', scopes: ['runners:write'] })
  const keyFile = join(folder, 'key')
  writeFileSync(keyFile, key, { mode: 0o600 })
  const command = (id: string): Promise<CommandSeen> => call('GET', `/commands/${id}`)
  return {
    url: server.url,
    call,
    give: async (line, more = {}) => (await call<CommandSeen>('POST', '/commands', { command: line, ...more })).id,
    output: async (id) => {
      const { output } = await call<{ output: { text: string }[] }>('GET', `/commands/${id}/output`)
      return output.map(({ text }) => text).join('')
    },
    becomes: async (id, status, withinMs = 40_000) => {
      // The server may be away in between.
      const seen = (): Promise<CommandSeen | undefined> => command(id).catch(() => undefined)
      const holds = async (): Promise<boolean> => (await seen())?.status === status
      await until(`${id} is ${status}`, holds, withinMs).catch(async (error: Error) => {
        throw new Error(`${error.message}, but ${JSON.stringify(await seen())}`)
      })
      return command(id)
    },
    keyFile,
  }
}

export interface RunnerProcess {
  process: ChildProcess
  /** What it said so far. */
  output(): string
  /** Resolves with the exit code, or the name of the signal. */
  exited: Promise<number | string>
  says(text: string): Promise<void>
}

/** A real `miktos runner`, started by the program in `wrap` where there is one; ended with the test at the latest. */
export function startRunner(
  args: readonly string[],
  { wrap = [], env = {} }: { wrap?: string[]; env?: Record<string, string> } = {},
): RunnerProcess {
  const [program = '', ...rest] = [...wrap, process.execPath, main, 'runner', ...args]
  const child = spawn(program, rest, {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  after(() => child.kill('SIGKILL'))
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  return {
    process: child,
    output: () => text,
    exited,
    says: (wanted) =>
      until(`the runner says "${wanted}"`, () => text.includes(wanted), 40_000).catch((error: Error) => {
        throw new Error(`${error.message}, but:\n${text}`)
      }),
  }
}

/** A program that writes down under which id it was started, and then takes so many seconds. */
export function notingProgram(folder: string): { path: string; started(): string[] } {
  const path = join(folder, 'noting')
  const file = join(folder, 'started')
  writeFileSync(path, `#!/bin/sh\necho "$MIKTOS_COMMAND_ID" >> '${file}'\necho begun\nsleep "$1"\necho over\n`)
  chmodSync(path, 0o755)
  return {
    path,
    started: () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []),
  }
}
