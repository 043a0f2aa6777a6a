import { setTimeout as delay } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import type * as z from 'zod'
import { closeCodes } from '#kernel/closeCodes.ts'
import { secondMs } from '#kernel/time.ts'
import { version } from '#platform/package.ts'
import type { Environment } from '../environment.ts'
import { ApiError, CommandError } from '../failure.ts'
import { Commands } from './commands.ts'
import { Link } from './link.ts'
import type { Memory } from './memory.ts'
import type { RunnerOptions } from './options.ts'
import { CancelFrame, CommandFrame, Greeting, Welcome } from './protocol.ts'
import { Sessions } from './sessions.ts'
import { Voice } from './voice.ts'

const retryMinMs = 0.5 * secondMs
const retryMaxMs = 30 * secondMs
const drainMaxMs = 30 * secondMs
const idsMax = 1_000

export interface RunnerSurroundings {
  options: RunnerOptions
  env: Environment
  memory: Memory
  /** A new socket to `/ws`, paused. @throws ApiError, CommandError */
  open(): Promise<WebSocket>
  say(message: string): void
  warn(message: string): void
}

/** A program that carries out what a server asks for, over a connection that it keeps up. */
export class Runner {
  readonly #around: RunnerSurroundings
  readonly #voice = new Voice()
  readonly #sessions: Sessions
  readonly #commands: Commands
  readonly #stopping = Promise.withResolvers<void>()
  /** Aborted when it connects no more. */
  readonly #over = new AbortController()
  #link: Link | undefined
  #hasBeenWelcome = false
  /** How far the server's clock is ahead of ours. */
  #clockAheadMs = 0
  /** Why it does not go on. */
  #failure: unknown

  constructor(around: RunnerSurroundings) {
    this.#around = around
    const tell = this.#voice.tell.bind(this.#voice)
    this.#sessions = new Sessions({ ...around, tell })
    const serverTime = (): number => Date.now() + this.#clockAheadMs
    this.#commands = new Commands({ ...around, tell, sessions: this.#sessions, serverTime })
  }

  /** Until `stop`, and then until all is at rest. @throws ApiError, CommandError where the server does not want this runner */
  async run(): Promise<void> {
    this.#commands.reportUntold()
    const connected = this.#keepConnected()
    await this.#stopping.promise
    const { busy } = this.#commands
    if (busy > 0) this.#around.say(`Waiting for ${busy} commands to end; once more to kill them.`)
    await this.#commands.drain(drainMaxMs)
    await this.#sessions.end()
    this.#over.abort()
    this.#link?.close()
    await connected
    if (this.#failure) throw this.#failure
  }

  /** Takes nothing new. */
  stop(): void {
    this.#stopping.resolve()
  }

  kill(): void {
    this.#commands.kill()
    this.#sessions.kill()
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    this.#over.abort()
    this.stop()
  }

  async #keepConnected(): Promise<void> {
    const { signal } = this.#over
    for (let waitMs = retryMinMs; !signal.aborted; waitMs = Math.min(waitMs * 2, retryMaxMs)) {
      try {
        if (await this.#serve()) waitMs = retryMinMs
      } catch (error) {
        if (!this.#isPassing(error)) return this.#fail(error)
        this.#around.warn((error as Error).message)
      }
      // Many runners that lost one server do not come back in the same moment.
      await delay(waitMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined)
    }
  }

  /** What is wrong at the beginning will not mend itself; later only a refusal of Miktos itself ends the runner. */
  #isPassing(error: unknown): boolean {
    if (error instanceof ApiError && error.code !== undefined && error.exit === 'denied') return false
    if (error instanceof CommandError && error.exit !== 'temporary') return false
    return this.#hasBeenWelcome || !(error instanceof ApiError) || error.exit === 'temporary' || error.status >= 500
  }

  /** One connection from its beginning to its end; true where the server took the runner. */
  async #serve(): Promise<boolean> {
    const link = new Link(await this.#around.open(), (type, data) => {
      if (this.#link === link) this.#hear(type, data)
    })
    this.#link = link
    try {
      const heartbeatMs = await this.#introduce(link)
      this.#around.say(`Connected as ${this.#around.options.name}.`)
      await this.#beat(link, heartbeatMs)
      const { code, reason } = await link.closed
      if (code === closeCodes.closed)
        this.#fail(new CommandError('denied', `The server closed the connection: ${reason}`))
      else if (!this.#over.signal.aborted) this.#around.warn('The connection ended; trying again …')
      return true
    } finally {
      this.#voice.fallSilent()
      link.terminate()
    }
  }

  /** Resolves with how often the server wants to hear that this runner lives, in milliseconds. */
  async #introduce(link: Link): Promise<number> {
    const { name, modes, programs, approvals } = this.#around.options
    const hello = {
      name,
      version,
      modes,
      programs: [...programs.keys()].map((program) => ({ name: program, approval: approvals.has(program) })),
      running: this.#commands.ids().slice(0, idsMax),
      sessions: this.#sessions.ids().slice(0, idsMax),
    }
    const welcome = Welcome.parse(await link.ask('runner_hello', hello))
    this.#hasBeenWelcome = true
    this.#voice.speakOver(link)
    this.#sessions.compare(welcome.sessions)
    return welcome.heartbeat_seconds * secondMs
  }

  /** Until the connection ends. */
  async #beat(link: Link, everyMs: number): Promise<void> {
    const timer = setInterval(() => link.ask('runner_heartbeat', {}).catch(() => link.terminate()), everyMs)
    await link.closed
    clearInterval(timer)
  }

  #hear(type: string, data: unknown): void {
    switch (type) {
      case 'connection_established':
        return this.#read(Greeting, data, ({ timestamp }) => (this.#clockAheadMs = Date.parse(timestamp) - Date.now()))
      case 'command':
        return this.#read(CommandFrame, data, (command) => this.#commands.receive(command))
      case 'command_cancel':
        return this.#read(CancelFrame, data, ({ id, status }) => this.#commands.cancel(id, status))
      case 'runner_replaced':
        return this.#fail(
          new CommandError('conflict', `Another runner called ${this.#around.options.name} has connected`),
        )
    }
  }

  #read<Schema extends z.ZodType>(schema: Schema, data: unknown, take: (frame: z.output<Schema>) => void): void {
    const { data: frame, error } = schema.safeParse(data)
    if (error) this.#around.warn(`The server said what this runner does not understand: ${error.message}`)
    else take(frame)
  }
}
