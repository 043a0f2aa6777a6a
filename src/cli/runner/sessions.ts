import { setTimeout as delay } from 'node:timers/promises'
import { secondMs } from '#kernel/time.ts'
import type { Environment } from '../environment.ts'
import { failed, type Memory, type Result } from './memory.ts'
import type { Argv, RunnerOptions } from './options.ts'
import { startProgram, type Exit, type Program } from './program.ts'
import { SessionTask, type CommandFrame } from './protocol.ts'
import { SessionReports, type Report } from './sessionReports.ts'

export interface SessionsSurroundings {
  options: Pick<RunnerOptions, 'sessionProgram' | 'modes'>
  env: Environment
  memory: Memory
  /** Says something of a session until the server has heard it, or refuses it. */
  tell(type: string, data: object): Promise<unknown>
  warn(message: string): void
}

interface AtWork {
  program: Program
  reports: SessionReports
  isPaused: boolean
  /** It was asked to end: that it does is no failure. */
  isStopping: boolean
}

const tellMaxMs = 5 * secondMs
const succeeded = (detail: string | null = null): Result => ({ status: 'succeeded', exit_code: null, detail })
const notHere = failed('This runner is not at work on the session')

/** The sessions of this runner, each with a program of its own. */
export class Sessions {
  readonly #around: SessionsSurroundings
  readonly #starting = new Set<string>()
  readonly #atWork = new Map<string, AtWork>()
  /** Those whose end the server does not know yet. */
  readonly #ending = new Map<string, Promise<void>>()

  constructor(around: SessionsSurroundings) {
    this.#around = around
  }

  ids(): string[] {
    return [...new Set([...this.#starting, ...this.#atWork.keys(), ...this.#ending.keys()])]
  }

  /** The server may have heard less of them than there was. */
  compare(tasks: readonly SessionTask[]): void {
    for (const { session_id, status } of tasks) {
      const session = this.#atWork.get(session_id)
      const is = session?.isPaused ? 'paused' : 'running'
      if (session && (status === 'running' || status === 'paused') && status !== is)
        void this.#say(session_id, { status: is })
    }
  }

  async carryOut({ verb, args, session_id }: CommandFrame): Promise<Result> {
    if (session_id === null) return failed(`${verb} names no session`)
    switch (verb) {
      case 'start_session':
        return this.#start(session_id)
      case 'stop_session':
        return this.#stop(session_id)
      case 'pause_session':
        return this.#pause(session_id, true)
      case 'resume_session':
        return this.#pause(session_id, false)
      case 'start_mode':
        return this.#changeMode(session_id, args[0] ?? '')
      default:
        return failed(`This runner does not know ${verb}`)
    }
  }

  /** Ends all of them; resolves when the server knows, or does not hear. */
  async end(): Promise<void> {
    await Promise.all([...this.#atWork.values()].map(endProgram))
    await Promise.race([Promise.all(this.#ending.values()), delay(tellMaxMs, undefined, { ref: false })])
  }

  /** At once, without asking. */
  kill(): void {
    for (const { program } of this.#atWork.values()) program.signal('SIGKILL')
  }

  async #start(id: string): Promise<Result> {
    const { options } = this.#around
    if (!options.sessionProgram) return failed('This runner starts no sessions: it has no --session-program')
    if (this.#atWork.has(id) || this.#starting.has(id)) return failed('This runner is at work on the session already')
    this.#starting.add(id)
    return this.#begin(id, options.sessionProgram).finally(() => this.#starting.delete(id))
  }

  async #begin(id: string, argv: Argv): Promise<Result> {
    const { env, memory, tell } = this.#around
    const { name, server, mode } = SessionTask.parse(await tell('session_claim', { session_id: id }))
    const reports = new SessionReports((report) => this.#say(id, report))
    const variables = {
      MIKTOS_SESSION_ID: id,
      MIKTOS_SESSION_NAME: name,
      MIKTOS_SESSION_SERVER: server,
      MIKTOS_SESSION_MODE: mode ?? '',
    }
    memory.beginSession(id)
    const onOutput = (_stream: string, text: string): void => reports.write(text)
    const program = await startProgram({ argv, variables, env, onOutput, input: true }).catch((error: Error) => {
      memory.endSession(id)
      throw error
    })
    const session: AtWork = { program, reports, isPaused: false, isStopping: false }
    this.#atWork.set(id, session)
    const ending = program.ended.then((exit) => this.#ended(id, session, exit)).finally(() => this.#ending.delete(id))
    this.#ending.set(id, ending)
    return succeeded()
  }

  async #stop(id: string): Promise<Result> {
    const session = this.#atWork.get(id)
    if (!session) return succeeded('It was not running here')
    await endProgram(session)
    // Told after this, the end would be taken for that of the next start.
    await this.#ending.get(id)
    return succeeded()
  }

  async #pause(id: string, isPaused: boolean): Promise<Result> {
    const session = this.#atWork.get(id)
    if (!session) return notHere
    session.program.signal(isPaused ? 'SIGSTOP' : 'SIGCONT')
    session.isPaused = isPaused
    return succeeded()
  }

  async #changeMode(id: string, mode: string): Promise<Result> {
    const { modes } = this.#around.options
    const session = this.#atWork.get(id)
    if (!session) return notHere
    if (modes.length > 0 && !modes.includes(mode))
      return failed(`There is no mode ${mode}; there are ${modes.join(', ')}`)
    if (/\p{Cc}/u.test(mode)) return failed('A mode is one line')
    session.program.write(`mode ${mode}\n`)
    return succeeded()
  }

  async #ended(id: string, { reports, isStopping }: AtWork, exit: Exit): Promise<void> {
    this.#atWork.delete(id)
    this.#around.memory.endSession(id)
    await reports.finish()
    await this.#say(
      id,
      isStopping || exit.code === 0 ? { status: 'stopped' } : { status: 'failed', reason: reasonOf(exit) },
    )
  }

  /** What the server does not want to hear is said once. */
  async #say(id: string, report: Report & { status?: string; reason?: string }): Promise<void> {
    await this.#around
      .tell('session_report', { session_id: id, ...report })
      .catch((error: Error) => this.#around.warn(`A report of session ${id} was refused: ${error.message}`))
  }
}

async function endProgram(session: AtWork): Promise<void> {
  session.isStopping = true
  session.program.end()
  await session.program.ended
}

export const reasonOf = ({ code, signal }: Exit): string =>
  signal === null ? `The program ended with ${code}` : `The program was ended by ${signal}`
