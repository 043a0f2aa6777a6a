import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { temporaryFolder } from './folder.ts'
import { main } from './main.ts'

export interface Ended {
  /** Exit code, or the name of the signal. */
  code: number | string
  stdout: string
  stderr: string
  /** Standard output as JSON. */
  json(): unknown
}

export interface CliOptions {
  env?: Record<string, string>
  /** Standard input; closed after it. Without it, empty. */
  input?: string
}

/** A home of its own, so that no login of the person who runs the tests is used or lost. */
const home = temporaryFolder()

export function startCli(args: readonly string[], { env = {} }: Pick<CliOptions, 'env'> = {}): ChildProcess {
  return spawn(process.execPath, [main, ...args], {
    cwd: home,
    env: { PATH: process.env['PATH'], HOME: home, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

/** `miktos ARGS` in a process of its own, as somebody would call it. */
export async function miktos(args: readonly string[], { env, input = '' }: CliOptions = {}): Promise<Ended> {
  const child = startCli(args, { env: env ?? {} })
  // Whoever does not read its input may have ended before it is written.
  child.stdin!.on('error', () => undefined)
  child.stdin!.end(input)
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close'),
  ])
  return { code: (code ?? signal) as number | string, stdout, stderr, json: () => JSON.parse(stdout) as unknown }
}
