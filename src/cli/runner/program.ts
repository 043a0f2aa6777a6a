import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { StringDecoder } from 'node:string_decoder'
import { secondMs } from '#kernel/time.ts'
import type { Environment } from '../environment.ts'

/** From being asked to end until being made to. */
const graceMs = 5 * secondMs
/** How long a program's own children may keep its output open after it. */
const lingerMs = secondMs

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface ProgramStart {
  argv: readonly [program: string, ...args: string[]]
  variables: Record<string, string>
  env: Environment
  onOutput(stream: 'stdout' | 'stderr', text: string): void
  /** Keep its standard input open, for `write`. */
  input?: boolean
}

/** A program in a process group of its own: what it starts is signalled with it. */
export interface Program {
  /** Resolves when it has ended and all it wrote was handed over. */
  ended: Promise<Exit>
  signal(name: NodeJS.Signals): void
  /** Asks it to end, and makes it after five seconds. */
  end(): void
  write(text: string): void
}

/**
 * Starts it by its path and arguments, without a shell. Of the variables of the runner, which may hold secrets, it sees
 * only PATH, HOME and LANG.
 * @throws Error where it cannot be started
 */
export async function startProgram({ argv, variables, env, onOutput, input = false }: ProgramStart): Promise<Program> {
  const [path, ...args] = argv
  const child = spawn(path, args, {
    detached: true,
    env: { ...inherited(env), ...variables },
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  })
  await once(child, 'spawn')
  for (const name of ['stdout', 'stderr'] as const) handOver(child, name, onOutput)
  // One that does not read its input may end before it is written.
  child.stdin?.on('error', () => undefined)
  const signal = (name: NodeJS.Signals): void => signalGroup(child.pid!, name)
  let isOver = false
  const kill = (): void => {
    if (isOver) return
    signal('SIGKILL')
    // What left the group may hold the output open for ever.
    setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream?.destroy()), lingerMs).unref()
  }
  const end = (): void => {
    signal('SIGTERM')
    // One that was paused could not hear it.
    signal('SIGCONT')
    setTimeout(kill, graceMs).unref()
  }
  const closed = once(child, 'close')
  const lingering = once(child, 'exit').then(() => setTimeout(end, lingerMs))
  return {
    ended: closed.then(async ([code, name]) => {
      isOver = true
      clearTimeout(await lingering)
      return { code: code as number | null, signal: name as NodeJS.Signals | null }
    }),
    signal,
    end,
    write: (text) => void child.stdin?.write(text),
  }
}

const inherited = (env: Environment): Record<string, string> =>
  Object.fromEntries(['PATH', 'HOME', 'LANG'].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))

function handOver(child: ChildProcess, name: 'stdout' | 'stderr', onOutput: ProgramStart['onOutput']): void {
  const decoder = new StringDecoder('utf8')
  const give = (text: string): void => {
    if (text !== '') onOutput(name, text)
  }
  child[name]!.on('data', (chunk: Buffer) => give(decoder.write(chunk)))
  child[name]!.on('end', () => give(decoder.end()))
}

/** A group that is gone needs no signal. */
export function signalGroup(groupId: number, name: NodeJS.Signals): void {
  try {
    process.kill(-groupId, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
