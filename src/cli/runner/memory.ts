import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'
import { dayMs } from '#kernel/time.ts'

const Result = z.object({
  status: z.enum(['succeeded', 'failed', 'cancelled', 'expired']),
  exit_code: z.number().nullable(),
  detail: z.string().nullable(),
})

/** How a command ended, as the server is told. */
export type Result = z.output<typeof Result>

export const failed = (detail: string, exitCode: number | null = null): Result => ({
  status: 'failed',
  exit_code: exitCode,
  detail,
})

const Line = z.discriminatedUnion('event', [
  z.object({ event: z.literal('begun'), id: z.string(), at: z.number() }),
  z.object({ event: z.literal('ended'), id: z.string(), at: z.number(), result: Result }),
  z.object({ event: z.literal('told'), id: z.string(), at: z.number() }),
  z.object({ event: z.literal('session begun'), id: z.string(), at: z.number() }),
  z.object({ event: z.literal('session over'), id: z.string(), at: z.number() }),
])

type Line = z.output<typeof Line>

interface Known {
  at: number
  result: Result | undefined
  told: boolean
}

/** A server asks for nothing that is older: a deadline is at most a day away. */
const keptMs = 2 * dayMs
const linesMax = 30_000
const interrupted = failed('The runner was restarted while it ran: what it had done by then stays done')

/**
 * What a runner has begun and how it ended, in a file of JSON lines that survives the runner: a command that was begun
 * is never begun again. Each line is on the disk before what it says is acted upon.
 */
export class Memory {
  readonly #path: string
  readonly #warn: (message: string) => void
  readonly #commands = new Map<string, Known>()
  readonly #sessions = new Set<string>()
  #file = -1
  #lines = 0
  #isTorn = false
  /** Commands and sessions that the runner before this one was at when it ended. */
  readonly leftBehind: { commands: string[]; sessions: string[] }

  /** @throws Error where the file cannot be read or written */
  constructor(path: string, warn: (message: string) => void) {
    this.#path = path
    this.#warn = warn
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    for (const line of linesOf(path)) this.#take(line)
    const commands = [...this.#commands].filter(([, { result }]) => !result).map(([id]) => id)
    this.leftBehind = { commands, sessions: [...this.#sessions] }
    for (const id of commands) this.#commands.get(id)!.result = interrupted
    this.#sessions.clear()
    this.#rewrite()
  }

  knows(id: string): boolean {
    return this.#commands.has(id)
  }

  resultOf(id: string): Result | undefined {
    return this.#commands.get(id)?.result
  }

  /** Ids and results that the server has not acknowledged, oldest first. */
  untold(): [id: string, result: Result][] {
    return [...this.#commands].flatMap(([id, { result, told }]) => (result && !told ? [[id, result] as const] : []))
  }

  /** @throws Error when this cannot be stored; the command must not be begun then */
  begin(id: string): void {
    this.#append({ event: 'begun', id, at: Date.now() })
  }

  end(id: string, result: Result): void {
    this.#note({ event: 'ended', id, at: Date.now(), result })
  }

  tell(id: string): void {
    this.#note({ event: 'told', id, at: Date.now() })
  }

  beginSession(id: string): void {
    this.#append({ event: 'session begun', id, at: Date.now() })
  }

  endSession(id: string): void {
    this.#note({ event: 'session over', id, at: Date.now() })
  }

  close(): void {
    closeSync(this.#file)
  }

  #take(line: Line): void {
    const { event, id, at } = line
    if (event === 'session begun') return void this.#sessions.add(id)
    if (event === 'session over') return void this.#sessions.delete(id)
    const known = this.#commands.get(id) ?? { at, result: undefined, told: false }
    this.#commands.set(id, known)
    if (event === 'ended') known.result = line.result
    if (event === 'told') known.told = true
  }

  #append(line: Line): void {
    // What a full disk cut off must not swallow the next line.
    const text = `${this.#isTorn ? '\n' : ''}${JSON.stringify(line)}\n`
    this.#isTorn = true
    writeWhole(this.#file, text)
    fsyncSync(this.#file)
    this.#isTorn = false
    this.#take(line)
    if (++this.#lines > linesMax) this.#rewrite()
  }

  /** Of what has happened anyway: it counts, stored or not. */
  #note(line: Line): void {
    try {
      this.#append(line)
    } catch (error) {
      this.#take(line)
      this.#warn(`${this.#path} cannot be written, and a restart would forget: ${(error as Error).message}`)
    }
  }

  /** Without what nobody asks for any more. */
  #rewrite(): void {
    const oldestAt = Date.now() - keptMs
    for (const [id, { at, told }] of this.#commands) if (told && at < oldestAt) this.#commands.delete(id)
    const lines = [...this.#commands].flatMap(([id, known]) => linesAbout(id, known))
    for (const id of this.#sessions) lines.push({ event: 'session begun', id, at: Date.now() })
    const beside = `${this.#path}.new`
    const file = openSync(beside, 'w', 0o600)
    writeWhole(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    fsyncSync(file)
    renameSync(beside, this.#path)
    if (this.#file >= 0) closeSync(this.#file)
    this.#file = file
    this.#lines = 0
  }
}

function linesAbout(id: string, { at, result, told }: Known): Line[] {
  return [
    { event: 'begun', id, at },
    ...(result ? [{ event: 'ended', id, at, result } as const] : []),
    ...(told ? [{ event: 'told', id, at } as const] : []),
  ]
}

/** What a crash cut off in its middle was not acted upon, and is left out. */
function linesOf(path: string): Line[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((text) => Line.safeParse(parsed(text)).data ?? [])
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function writeWhole(file: number, text: string): void {
  let bytes = Buffer.from(text)
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(file, bytes))
}
