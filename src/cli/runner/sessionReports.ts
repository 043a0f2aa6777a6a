import { setTimeout as delay } from 'node:timers/promises'
import { secondMs } from '#kernel/time.ts'
import { readSessionLine, type SessionLine } from './sessionLine.ts'

const pauseMs = secondMs
/** As the protocol allows in one report. */
const logLengthMax = 4_000
/** Log that waits for the server. */
const waitingLinesMax = 200
/** What comes without a line break is taken as a line. */
const lineLengthMax = 16_384

export type Report = SessionLine

/** Tells what a session's program writes, in one report a second: of figures the newest, of its log what fits. */
export class SessionReports {
  readonly #send: (report: Report) => Promise<unknown>
  #figures: Report = {}
  #lines: string[] = []
  #leftOut = 0
  #rest = ''
  #isFinishing = false
  #pumping: Promise<void> | undefined

  constructor(send: (report: Report) => Promise<unknown>) {
    this.#send = send
  }

  write(text: string): void {
    const lines = (this.#rest + text).split('\n')
    const rest = lines.pop()!
    this.#rest = rest.length > lineLengthMax ? '' : rest
    if (rest.length > lineLengthMax) lines.push(rest)
    for (const line of lines) this.#take(line)
  }

  /** Resolves when all has been told. */
  async finish(): Promise<void> {
    this.#isFinishing = true
    if (this.#rest !== '') this.#take(this.#rest)
    await this.#pumping
  }

  #take(line: string): void {
    const { log, ...figures } = readSessionLine(line) ?? {}
    Object.assign(this.#figures, figures)
    if (log !== undefined && this.#lines.length >= waitingLinesMax) this.#leftOut++
    else if (log !== undefined) this.#lines.push(log)
    this.#pumping ??= this.#pump()
  }

  async #pump(): Promise<void> {
    for (let report = this.#next(); report; report = this.#next()) {
      await this.#send(report)
      if (!this.#isFinishing) await delay(pauseMs)
    }
    this.#pumping = undefined
  }

  #next(): Report | undefined {
    const log = this.#nextLog()
    const report = { ...this.#figures, ...(log !== '' && { log }) }
    this.#figures = {}
    return Object.keys(report).length === 0 ? undefined : report
  }

  #nextLog(): string {
    let log = ''
    while (this.#lines.length > 0 && log.length + this.#lines[0]!.length < logLengthMax) {
      log += `${log && '\n'}${this.#lines.shift()!}`
    }
    if (log !== '' || this.#leftOut === 0) return log
    const told = `… ${this.#leftOut} lines are left out`
    this.#leftOut = 0
    return told
  }
}
