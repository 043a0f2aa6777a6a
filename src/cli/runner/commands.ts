import { setTimeout as delay } from 'node:timers/promises'
import { secondMs } from '#kernel/time.ts'
import type { Environment } from '../environment.ts'
import { failed, type Memory, type Result } from './memory.ts'
import type { RunnerOptions } from './options.ts'
import { Output } from './output.ts'
import { startProgram, type Exit, type Program } from './program.ts'
import { Accepted, Kept, type CommandFrame } from './protocol.ts'
import { reasonOf, type Sessions } from './sessions.ts'

export interface CommandsSurroundings {
  options: Pick<RunnerOptions, 'programs' | 'programsMax'>
  env: Environment
  memory: Memory
  sessions: Sessions
  tell(type: string, data: object): Promise<unknown>
  /** The server's time, in milliseconds since 1970: deadlines are told by its clock. */
  serverTime(): number
  say(message: string): void
  warn(message: string): void
}

type Ending = Pick<Result, 'status' | 'detail'>

interface Job {
  command: CommandFrame
  /** The server was asked whether to begin, or it has begun: it counts as at work. */
  isTaken: boolean
  /** Why it is to end before its program does so by itself. */
  ending: Ending | undefined
  program: Program | undefined
}

const tellMaxMs = 5 * secondMs
/** For programs that have to be made to end, and for what they wrote to arrive. */
const endMaxMs = 10 * secondMs
const detailLengthMax = 4_000
/** Timers take no more; deadlines are a day away at most. */
const timerMaxMs = 2 ** 31 - 1

/** The commands that this runner was given. */
export class Commands {
  readonly #around: CommandsSurroundings
  readonly #jobs = new Map<string, Job>()
  readonly #finishing = new Set<Promise<void>>()
  #running = 0
  #isDraining = false

  constructor(around: CommandsSurroundings) {
    this.#around = around
  }

  /** At work, or over without the server knowing. */
  ids(): string[] {
    const taken = [...this.#jobs].filter(([, { isTaken }]) => isTaken).map(([id]) => id)
    return [...new Set([...taken, ...this.#around.memory.untold().map(([id]) => id)])]
  }

  /** Says how those ended that the runner before this one was at. */
  reportUntold(): void {
    for (const [id, result] of this.#around.memory.untold()) this.#finish(id, result)
  }

  /** The server may give one more than once. */
  receive(command: CommandFrame): void {
    const { memory } = this.#around
    const { id } = command
    if (this.#jobs.has(id)) return
    const known = memory.resultOf(id)
    if (known) return this.#finish(id, known)
    if (memory.knows(id)) return
    if (this.#isDraining) return this.#refuse(id, failed('The runner is stopping'))
    this.#jobs.set(id, { command, isTaken: false, ending: undefined, program: undefined })
    this.#next()
  }

  /** The server says which of both it is: its clock and this one are never quite the same. */
  cancel(id: string, status: 'cancelled' | 'expired'): void {
    const job = this.#jobs.get(id)
    if (job) this.#end(job, status === 'expired' ? expired : { status, detail: null })
  }

  /** Takes nothing new and waits for what runs; what takes longer is ended. Resolves when the server knows, or does not hear. */
  async drain(maxMs: number): Promise<void> {
    this.#isDraining = true
    const stopped = failed('The runner was stopped before it began')
    for (const job of this.#jobs.values()) if (!job.isTaken) this.#end(job, stopped)
    await Promise.race([this.#allOver(), delay(maxMs, undefined, { ref: false })])
    for (const job of this.#jobs.values()) this.#end(job, failed('The runner was stopped while it ran'))
    await Promise.race([this.#allOver(), delay(endMaxMs, undefined, { ref: false })])
    await Promise.race([Promise.all(this.#finishing), delay(tellMaxMs, undefined, { ref: false })])
  }

  /** At once, without asking. */
  kill(): void {
    for (const { program } of this.#jobs.values()) program?.signal('SIGKILL')
  }

  get busy(): number {
    return this.#jobs.size
  }

  async #allOver(): Promise<void> {
    while (this.#jobs.size > 0) await delay(50)
  }

  #end(job: Job, ending: Ending): void {
    if (job.ending) return
    job.ending = ending
    job.program?.end()
    if (job.isTaken) return
    this.#jobs.delete(job.command.id)
    this.#refuse(job.command.id, { ...ending, exit_code: null })
  }

  /** Given again because the connection broke, it is not begun after all. */
  #refuse(id: string, result: Result): void {
    this.#around.memory.end(id, result)
    this.#finish(id, result)
  }

  #next(): void {
    for (const job of this.#jobs.values()) {
      const isProgram = job.command.verb === 'run'
      if (job.isTaken || (isProgram && this.#running >= this.#around.options.programsMax)) continue
      job.isTaken = true
      if (isProgram) this.#running++
      void this.#take(job).finally(() => {
        this.#jobs.delete(job.command.id)
        if (isProgram) this.#running--
        this.#next()
      })
    }
  }

  async #take(job: Job): Promise<void> {
    const { memory, tell, say, warn } = this.#around
    const { id, command } = job.command
    try {
      const { go } = Accepted.parse(await tell('command_accepted', { id }))
      if (!go) return
    } catch (error) {
      return warn(`Command ${id} was not begun: ${(error as Error).message}`)
    }
    const result = await this.#carryOut(job).catch((error: Error) => failed(error.message))
    if (!memory.resultOf(id)) memory.end(id, result)
    say(`${id} ${result.status}: ${command}${result.detail === null ? '' : ` (${result.detail})`}`)
    this.#finish(id, result)
  }

  /** @throws Error where it cannot be begun */
  async #carryOut(job: Job): Promise<Result> {
    const { command, ending } = job
    if (ending) return { ...ending, exit_code: null }
    this.#around.memory.begin(command.id)
    this.#around.say(`${command.id} begins: ${command.command}`)
    return command.verb === 'run' ? this.#run(job) : this.#around.sessions.carryOut(command)
  }

  async #run(job: Job): Promise<Result> {
    const { options, env, tell, serverTime } = this.#around
    const { id, args, session_id, deadline_at } = job.command
    const [name = '', ...rest] = args
    const argv = options.programs.get(name)
    if (!argv) return failed(`This runner does not allow ${name}`)
    const output = new Output(async (piece) => Kept.parse(await tell('command_output', { id, ...piece })))
    const program = await startProgram({
      argv: [...argv, ...rest],
      variables: { MIKTOS_COMMAND_ID: id, ...(session_id !== null && { MIKTOS_SESSION_ID: session_id }) },
      env,
      onOutput: (stream, text) => output.write(stream, text),
    })
    job.program = program
    // It may have been asked to end while it was being started.
    if (job.ending) program.end()
    const leftMs = Math.min(Math.max(Date.parse(deadline_at) - serverTime(), 0), timerMaxMs)
    const deadline = setTimeout(() => this.#end(job, expired), leftMs)
    const exit = await program.ended
    clearTimeout(deadline)
    const result = resultOf(exit, job.ending)
    // Before its output has arrived, which takes as long as the server is away.
    this.#around.memory.end(id, result)
    await output.finish().catch(() => undefined)
    return result
  }

  #finish(id: string, result: Result): void {
    const finishing = this.#tellEnd(id, result).finally(() => this.#finishing.delete(finishing))
    this.#finishing.add(finishing)
  }

  async #tellEnd(id: string, result: Result): Promise<void> {
    const { memory, tell, warn } = this.#around
    const detail = result.detail?.slice(0, detailLengthMax) ?? null
    await tell('command_result', { id, ...result, detail }).catch((error: Error) =>
      warn(`How command ${id} ended was refused: ${error.message}`),
    )
    memory.tell(id)
  }
}

const expired: Ending = { status: 'expired', detail: 'Its deadline passed' }

function resultOf(exit: Exit, ending: Ending | undefined): Result {
  const bySignal = exit.signal === null ? null : reasonOf(exit)
  if (ending) return { ...ending, exit_code: exit.code, detail: ending.detail ?? bySignal }
  return { status: exit.code === 0 ? 'succeeded' : 'failed', exit_code: exit.code, detail: bySignal }
}
