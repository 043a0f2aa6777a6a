import { setTimeout as delay } from 'node:timers/promises'
import * as z from 'zod'
import { LogRow } from '#features/logs/contract.ts'
import { closeCodes } from '#kernel/closeCodes.ts'
import { iso, secondMs } from '#kernel/time.ts'
import type { Api } from '../api.ts'
import { ApiError, CommandError } from '../failure.ts'
import { endSilence } from '../socket.ts'
import { drained, type Terminal } from '../terminal.ts'
import { printRows } from './logLine.ts'
import { forward, newest, pageMax, type Asked } from './logSearch.ts'
import { millisecondOf, seenLines, type SeenLines } from './seenLines.ts'

const retryMinMs = 0.5 * secondMs
const retryMaxMs = 10 * secondMs
/** So much is caught up with after a pause. */
const pagesMax = 10

const Frame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('log'), data: LogRow }),
  z.object({ type: z.literal('dropped'), count: z.number() }),
  z.object({ type: z.literal('error'), message: z.string() }),
])

type Frame = z.output<typeof Frame>

/** Prints the newest lines and then what comes, for ever; a server that goes away is waited for. */
export async function followLogs(terminal: Terminal, api: Api, asked: Asked, limit: number): Promise<never> {
  const follower = new Follower(terminal, api, asked, limit)
  for (let waitMs = retryMinMs; ; waitMs = Math.min(waitMs * 1.5, retryMaxMs)) {
    const before = follower.connections
    const error = await follower.listen().catch((failure: unknown) => failure)
    if (error && (follower.connections === 0 || !isPassing(error))) throw error
    if (follower.connections > before) {
      waitMs = retryMinMs
      terminal.say(`The connection to ${api.place} ended; trying again …`)
    }
    await delay(Math.max(waitMs, retryAfterMs(error)))
  }
}

const isPassing = (error: unknown): boolean =>
  (error instanceof CommandError && error.exit === 'temporary') ||
  (error instanceof ApiError && (error.exit === 'temporary' || error.status >= 500))

function retryAfterMs(error: unknown): number {
  const seconds = error instanceof ApiError ? error.details['retry_after_seconds'] : undefined
  return typeof seconds === 'number' ? seconds * secondMs : 0
}

class Follower {
  /** How many of them brought all there was before, and then what came. */
  connections = 0
  readonly #terminal: Terminal
  readonly #api: Api
  readonly #asked: Asked
  readonly #limit: number
  #seen: SeenLines | undefined
  /** Up to when nothing is missing. */
  #completeAt = Date.now()

  constructor(terminal: Terminal, api: Api, asked: Asked, limit: number) {
    this.#terminal = terminal
    this.#api = api
    this.#asked = asked
    this.#limit = limit
  }

  /** Until the connection ends. @throws what the server refused, or what went wrong */
  async listen(): Promise<void> {
    const socket = await this.#api.open(`/ws/logs/all?form=rows&search=${encodeURIComponent(this.#asked.filter)}`)
    const failures: unknown[] = []
    const fail = (error: unknown): void => {
      failures.push(error)
      socket.terminate()
    }
    let isComplete = false
    let work = Promise.resolve()
    const take = async (frame: Frame): Promise<void> => {
      if (failures.length > 0) return
      await this.#take(frame)
      isComplete ||= frame.type === 'ready'
      if (isComplete) this.#completeAt = Date.now()
    }
    socket.on('message', (bytes) => {
      const frame = Frame.parse(JSON.parse(String(bytes)))
      work = work.then(() => take(frame)).catch(fail)
      // Whoever reads more slowly than lines come is not waited for in memory: the server counts what it cannot send.
      if (process.stdout.writableNeedDrain && !socket.isPaused) {
        socket.pause()
        drained().then(() => socket.resume(), fail)
      }
    })
    socket.on('ping', () => {
      if (isComplete) this.#completeAt = Date.now()
    })
    endSilence(socket)
    const closed = new Promise<{ code: number; reason: Buffer }>((resolve) =>
      socket.on('close', (code, reason) => resolve({ code, reason })),
    )
    socket.resume()
    const { code, reason } = await closed
    await work
    if (code === closeCodes.tooMany) throw new CommandError('temporary', String(reason))
    if (failures.length > 0) throw failures[0]
  }

  async #take(frame: Frame): Promise<void> {
    switch (frame.type) {
      case 'ready':
        await (this.#seen ? this.#catchUp(this.#seen) : this.#begin())
        this.connections++
        return
      case 'log':
        return printRows(this.#terminal, this.#seen?.fresh([frame.data]) ?? [])
      case 'dropped':
        return this.#terminal.warn(`${frame.count} lines came faster than they were read, and are left out.`)
      case 'error':
        throw new CommandError('usage', frame.message)
    }
  }

  async #begin(): Promise<void> {
    const { rows, hasMore } = await newest(this.#api, this.#asked, this.#limit)
    this.#seen = seenLines(hasMore ? millisecondOf(rows[0]!.id) + 1 : this.#asked.fromMs)
    await printRows(this.#terminal, this.#seen.fresh(rows))
  }

  async #catchUp(seen: SeenLines): Promise<void> {
    const asked = { ...this.#asked, fromMs: seen.from(this.#completeAt) }
    let count = 0
    let moreAfterMs: number | undefined
    for await (const { rows, hasMore } of forward(this.#api, asked, pagesMax)) {
      const fresh = seen.fresh(rows)
      count += fresh.length
      moreAfterMs = hasMore ? millisecondOf(rows.at(-1)!.id) : undefined
      await printRows(this.#terminal, fresh)
    }
    this.#terminal.say(`Connected again; ${count} lines came meanwhile.`)
    if (moreAfterMs !== undefined)
      this.#terminal.warn(
        `More came than the ${pagesMax * pageMax} lines that are caught up with: \`--since ${iso(moreAfterMs)}\` has the rest.`,
      )
  }
}
