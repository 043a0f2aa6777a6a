import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '#kernel/errors.ts'
import type { LogLimits, LogOptions, ScanStats } from '../logs.ts'

const turnMs = 8

/** What one query has cost, what it may cost, and its manners: it lets others run every few ms. */
export class Work {
  readonly stats: ScanStats = { blocks: 0, blocksSkipped: 0, lines: 0, bytes: 0, tookMs: 0 }
  readonly #signal: AbortSignal | undefined
  readonly #limits: Partial<LogLimits>
  readonly #startMs = performance.now()
  #turnStartMs = performance.now()

  constructor({ signal, limits = {} }: LogOptions = {}) {
    this.#signal = signal
    this.#limits = limits
    signal?.throwIfAborted()
  }

  /** The limit that is used up. */
  get exceeded(): keyof LogLimits | null {
    const { timeoutMs = Infinity, bytesMax = Infinity } = this.#limits
    if (this.stats.bytes > bytesMax) return 'bytesMax'
    return performance.now() - this.#startMs > timeoutMs ? 'timeoutMs' : null
  }

  /** @throws the signal's reason when the caller is gone */
  async pause(): Promise<void> {
    if (performance.now() - this.#turnStartMs < turnMs) return
    await nextTurn()
    this.#turnStartMs = performance.now()
    this.#signal?.throwIfAborted()
  }

  /** The same for what is worth nothing by halves. @throws AppError naming the limit that is used up */
  async pauseWithinLimits(): Promise<void> {
    await this.pause()
    const limit = this.exceeded
    if (limit) throw exceededLimit(limit, this.#limits[limit]!)
  }

  finished(): ScanStats {
    this.stats.tookMs = performance.now() - this.#startMs
    return this.stats
  }
}

function exceededLimit(limit: keyof LogLimits, value: number): AppError {
  if (limit === 'timeoutMs') {
    return new AppError('QUERY_TIMEOUT', `The query took longer than ${value} ms; narrow its time span or its filter`, {
      limit: 'timeout_ms',
      value,
    })
  }
  return new AppError(
    'VALIDATION_FAILED',
    `The query would read more than ${value} bytes; narrow its time span or its filter`,
    { limit: 'bytes_max', value },
  )
}
