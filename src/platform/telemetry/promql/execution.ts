import { setImmediate } from 'node:timers/promises'
import { AppError } from '#kernel/errors.ts'
import { minuteMs, secondMs } from '#kernel/time.ts'
import type { QueryLimits, QueryOptions, SampleSource } from '../metrics/metrics.ts'
import { executionError, type PromErrorType } from './errors.ts'

/** What Prometheus allows by itself. */
const defaultLimits: QueryLimits = {
  timeoutMs: 2 * minuteMs,
  samplesMax: 50_000_000,
  seriesMax: 1_000_000,
  pointsMax: 11_000,
}

const defaultLookbackMs = 5 * minuteMs

/** How long work may go on before appends, cancellations and other queries get their turn. */
const turnMs = 8

/** One evaluation: what it may use, and what it has used. To be disposed of, so that no timer outlives it. */
export class Execution implements Disposable {
  readonly source: SampleSource
  readonly limits: QueryLimits
  readonly lookbackMs: number
  readonly signal: AbortSignal
  readonly #timeout = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #startedAt = performance.now()
  #turnEndsAt = this.#startedAt + turnMs
  #samples = 0
  #series = 0
  #kept = 0

  constructor(source: SampleSource, { signal, limits, lookbackMs = defaultLookbackMs }: QueryOptions) {
    this.source = source
    this.limits = { ...defaultLimits, ...limits }
    this.lookbackMs = lookbackMs
    this.#timer = setTimeout(() => this.#timeout.abort(timedOut()), this.limits.timeoutMs)
    this.signal = signal ? AbortSignal.any([signal, this.#timeout.signal]) : this.#timeout.signal
  }

  /** Counts a series that the source gave. */
  loaded(samples: number): void {
    this.#samples += samples
    this.#series++
    if (this.#samples > this.limits.samplesMax) throw tooManySamples()
    if (this.#series > this.limits.seriesMax)
      throw executionError(`query processing would load too many series: the limit is ${this.limits.seriesMax}`)
  }

  /** Counts values that have to be held until the evaluation goes on. */
  kept(values: number): void {
    this.#kept += values
    if (this.#kept > this.limits.samplesMax) throw tooManySamples()
  }

  /** Call between series: gives way where it is time to. @throws what aborted the query */
  async pause(): Promise<void> {
    if (performance.now() > this.#turnEndsAt) {
      await setImmediate()
      this.#turnEndsAt = performance.now() + turnMs
    }
    this.check()
  }

  /** Whether `pause` would do anything, for loops in which an await is dear. */
  get isDue(): boolean {
    return performance.now() > this.#turnEndsAt
  }

  check(): void {
    this.signal.throwIfAborted()
  }

  /** What a source throws because the time is over is said as that. */
  translated(error: unknown): unknown {
    return this.#timeout.signal.aborted ? timedOut() : error
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }

  get stats() {
    return { samples: this.#samples, series: this.#series, tookMs: performance.now() - this.#startedAt }
  }
}

const tooManySamples = (): AppError =>
  executionError('query processing would load too many samples into memory in query execution')

function timedOut(): AppError {
  const errorType: PromErrorType = 'timeout'
  return new AppError('QUERY_TIMEOUT', 'query timed out in expression evaluation', { error_type: errorType })
}

/** Prometheus' step of a subquery that names none: the interval of its rules. */
export const subqueryStepMs = 60 * secondMs
