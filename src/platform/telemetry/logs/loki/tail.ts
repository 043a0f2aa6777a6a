import { WebSocket } from 'ws'
import * as z from 'zod'
import { only } from '../../../outbound/connections.ts'
import type { Remote } from '../../remote/remote.ts'
import type { LogFilter, Tail } from '../logs.ts'
import { rowTest } from '../rowTest.ts'
import { lokiQuery } from './query.ts'
import { apart, rowsOf, streamSchema, type KnownStreams } from './rows.ts'

const portionSchema = z.object({
  streams: z.array(streamSchema).nullish(),
  dropped_entries: z.array(z.unknown()).nullish(),
})

const waitMsMax = 10_000
const portionMax = 300
const messageBytesMax = 16 * 1_048_576
/** Of those that came last, since after a new connection some come again. */
const idsMax = 5_000

export interface TailOptions {
  remote: Remote
  known: KnownStreams
  warn: (message: string, details?: Record<string, unknown>) => void
}

/** A tail that connects again when its connection ends, from where it was on. */
export class LokiTail {
  readonly #options: TailOptions
  readonly #filter: Pick<LogFilter, 'matchers' | 'where'>
  readonly #tail: Tail
  readonly #address: string
  readonly #fulfils: ReturnType<typeof rowTest>
  readonly #seen = new Set<string>()
  #socket: WebSocket | undefined
  #timer: NodeJS.Timeout | undefined
  #startNs = BigInt(Date.now()) * 1_000_000n
  #failures = 0
  #stopped = false
  readonly #begun = Promise.withResolvers<void>()

  constructor(filter: Pick<LogFilter, 'matchers' | 'where'>, tail: Tail, options: TailOptions) {
    this.#filter = filter
    this.#tail = tail
    this.#options = options
    this.#fulfils = rowTest(filter.where)
    this.#address = `${options.remote.url.replace(/^http/, 'ws')}/loki/api/v1/tail`
    this.#connect()
  }

  /** Resolves when the server has said something, or the tail is over. */
  get begun(): Promise<void> {
    return this.#begun.promise
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#socket?.terminate()
    this.#begun.resolve()
  }

  #connect(): void {
    this.#options.remote.addresses().then(
      (addresses) => this.#open(addresses),
      (error: Error) => this.#again(error.message),
    )
  }

  #open(addresses: readonly string[]): void {
    if (this.#stopped) return
    const params = new URLSearchParams({
      query: lokiQuery(this.#filter).text,
      start: String(this.#startNs),
      limit: '5000',
    })
    const socket = new WebSocket(`${this.#address}?${params}`, {
      headers: { ...this.#options.remote.headers, ...apart },
      handshakeTimeout: waitMsMax,
      maxPayload: messageBytesMax,
      lookup: only(addresses),
    })
    this.#socket = socket
    let reason = 'the connection ended'
    socket.on('message', (data: Buffer) => this.#receive(data))
    socket.on('error', (error) => (reason = error.message))
    socket.on('close', () => this.#again(reason))
  }

  #again(reason: string): void {
    if (this.#stopped) return
    if (this.#failures === 0) this.#options.warn('A tail of Loki was interrupted and is tried again', { reason })
    const waitMs = Math.min(waitMsMax, 250 * 2 ** this.#failures++)
    this.#timer = setTimeout(() => this.#connect(), waitMs)
  }

  #receive(data: Buffer): void {
    const portion = portionSchema.safeParse(jsonOf(data))
    if (!portion.success || this.#stopped) return
    this.#failures = 0
    this.#begun.resolve()
    this.#startNs = BigInt(Date.now()) * 1_000_000n
    const rows = rowsOf(portion.data.streams ?? [], this.#options.known, 'forward').filter(
      (row) => this.#fulfils(row) && this.#isNew(row.id),
    )
    const dropped = portion.data.dropped_entries?.length ?? 0
    if (rows.length === 0 && dropped > 0) this.#tail.onRows([], dropped)
    for (let at = 0; at < rows.length; at += portionMax)
      this.#tail.onRows(rows.slice(at, at + portionMax), at === 0 ? dropped : 0)
  }

  #isNew(id: string): boolean {
    if (this.#seen.has(id)) return false
    this.#seen.add(id)
    if (this.#seen.size > idsMax) this.#seen.delete(this.#seen.values().next().value!)
    return true
  }
}

/** Undefined for what is none: another server than Loki may have answered. */
function jsonOf(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'))
  } catch {
    return undefined
  }
}
