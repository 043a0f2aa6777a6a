import * as z from 'zod'
import { AppError } from '#kernel/errors.ts'
import { hourMs } from '#kernel/time.ts'
import { firstLine, type Answered, type Params, type Question, type Remote } from '../../remote/remote.ts'
import type { LogFilter, LogLimits, LogOptions, LogRow } from '../logs.ts'
import { rowTest } from '../rowTest.ts'
import { lokiQuery } from './query.ts'
import { apart, KnownStreams, rowsOf, standsApart, streamSchema } from './rows.ts'

/** Loki's own limit on the lines of an answer. */
const pageLinesMax = 5_000
const pageLines = 1_000
/** Loki refuses longer spans than 30 days and an hour. */
const spanNsMax = BigInt(30 * 24 * hourMs) * 1_000_000n

const linesSchema = z.object({ data: z.object({ resultType: z.literal('streams'), result: z.array(streamSchema) }) })
const streamsSchema = z.object({ data: z.array(z.record(z.string(), z.string())).nullish() })

export type Direction = 'backward' | 'forward'

/** A walk was ended by a limit; what it gave so far holds. */
export class Stopped extends AppError {
  readonly by: keyof LogLimits

  constructor(by: keyof LogLimits, value: number) {
    super(
      by === 'timeoutMs' ? 'QUERY_TIMEOUT' : 'LIMIT_EXCEEDED',
      by === 'timeoutMs'
        ? `The query took longer than ${value} ms; narrow its time span or its filter`
        : `The query looked at more than ${value} bytes; narrow its time span or its filter`,
    )
    this.by = by
  }
}

/** What one query has cost, and whether it may go on. */
export class Cost {
  lines = 0
  bytes = 0
  pages = 0
  readonly #options: LogOptions
  readonly #beganMs = performance.now()

  constructor(options: LogOptions = {}) {
    this.#options = options
    options.signal?.throwIfAborted()
  }

  get tookMs(): number {
    return performance.now() - this.#beganMs
  }

  /** For the next question. @throws Stopped when the time is over */
  question(): Question {
    const { signal, limits: { timeoutMs, bytesMax = Infinity } = {} } = this.#options
    if (this.bytes > bytesMax) throw new Stopped('bytesMax', bytesMax)
    if (timeoutMs === undefined) return { signal }
    if (this.tookMs >= timeoutMs) throw new Stopped('timeoutMs', timeoutMs)
    return { signal, timeoutMs: timeoutMs - this.tookMs }
  }

  add(rows: readonly LogRow[]): void {
    this.pages++
    this.lines += rows.length
    for (const { line } of rows) this.bytes += line.length
  }

  get stats() {
    return { blocks: this.pages, blocksSkipped: 0, lines: this.lines, bytes: this.bytes, tookMs: this.tookMs }
  }
}

export function refusal({ text }: Answered): AppError {
  return new AppError('VALIDATION_FAILED', firstLine(text) || 'Loki refuses the question')
}

export class Reader {
  readonly #remote: Remote
  readonly #known = new KnownStreams()
  readonly #oldestNs: () => bigint

  constructor(remote: Remote, oldestNs: () => bigint) {
    this.#remote = remote
    this.#oldestNs = oldestNs
  }

  get known(): KnownStreams {
    return this.#known
  }

  /** No further back than lines are kept. */
  bounded<T extends { fromNs: bigint; toNs: bigint }>(span: T): T {
    const oldestNs = this.#oldestNs()
    return span.fromNs < oldestNs ? { ...span, fromNs: oldestNs } : span
  }

  async ask<T extends z.ZodType>(
    schema: T,
    path: string,
    params: Params,
    question: Question = {},
  ): Promise<z.output<T>> {
    const answer = await this.#remote.ask(`/loki/api/v1/${path}`, params, refusal, question)
    const parsed = schema.safeParse(answer)
    if (parsed.success) return parsed.data
    throw new AppError('UPSTREAM_UNAVAILABLE', 'Loki cannot be used: its answer is not as the API says', {
      component: 'Loki',
    })
  }

  /** All lines that the filter finds in order of time, in portions; at least `wanted` at a time while there are. */
  async *matching(
    filter: LogFilter & { direction: Direction },
    cost: Cost,
    wanted = pageLines,
  ): AsyncGenerator<LogRow[], void, undefined> {
    const { text, isExact } = lokiQuery(filter)
    const fulfils = rowTest(filter.where)
    const lines = isExact ? Math.min(pageLinesMax, Math.max(100, wanted + 1)) : pageLines
    for (const window of windowsOf(this.bounded(filter), filter.direction)) {
      for await (const rows of this.#pages(text, window, filter.direction, lines, cost)) {
        const found = rows.filter(fulfils)
        if (found.length > 0) yield found
      }
    }
  }

  /**
   * Loki gives so many lines and not from where on the rest comes. So the lines of the last moment of a full answer
   * are left out, for the next one to begin with all of them.
   */
  async *#pages(
    query: string,
    span: Span,
    direction: Direction,
    lines: number,
    cost: Cost,
  ): AsyncGenerator<LogRow[], void, undefined> {
    let { fromNs, toNs } = span
    let limit = lines
    const learned = { done: false }
    while (fromNs < toNs) {
      const rows = await this.#page(query, { fromNs, toNs }, direction, limit, learned, cost)
      const last = rows.at(-1)
      if (!last || rows.length < limit) {
        yield rows
        return
      }
      const whole = rows.filter(({ timestampNs }) => timestampNs !== last.timestampNs)
      if (whole.length === 0) {
        if (limit === pageLinesMax)
          throw new AppError('LIMIT_EXCEEDED', `There are more than ${pageLinesMax} lines at ${last.timestampNs} ns`)
        limit = pageLinesMax
        continue
      }
      yield whole
      if (direction === 'forward') fromNs = last.timestampNs
      else toNs = last.timestampNs + 1n
    }
  }

  async #page(
    query: string,
    { fromNs, toNs }: Span,
    direction: Direction,
    limit: number,
    learned: { done: boolean },
    cost: Cost,
  ): Promise<LogRow[]> {
    const span: Params = [
      ['start', String(fromNs)],
      ['end', String(toNs)],
    ]
    const params: Params = [['query', query], ...span, ['limit', String(limit)], ['direction', direction]]
    const { data } = await this.ask(linesSchema, 'query_range', params, { ...cost.question(), headers: apart })
    const isUnclear = data.result.some((each) => !standsApart(each) && !this.#known.has(each.stream))
    if (isUnclear && !learned.done) {
      learned.done = true
      await this.learn(query.slice(0, selectorEnd(query)), span, cost.question())
    }
    const rows = rowsOf(data.result, this.#known, direction)
    cost.add(rows)
    return rows
  }

  /** Gets to know the streams that a selector finds. */
  async learn(selector: string, span: Params, question: Question): Promise<void> {
    const { data } = await this.ask(streamsSchema, 'series', [['match[]', selector], ...span], question)
    this.#known.add(data ?? [])
  }
}

interface Span {
  fromNs: bigint
  toNs: bigint
}

/** Behind the closing brace; within quotes there may be others. */
function selectorEnd(query: string): number {
  const selector = /^\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\}/.exec(query)
  return selector ? selector[0].length : query.length
}

function* windowsOf({ fromNs, toNs }: Span, direction: Direction): Generator<Span> {
  if (direction === 'forward') {
    for (let at = fromNs; at < toNs; at += spanNsMax)
      yield { fromNs: at, toNs: at + spanNsMax < toNs ? at + spanNsMax : toNs }
  } else {
    for (let at = toNs; at > fromNs; at -= spanNsMax)
      yield { fromNs: at - spanNsMax > fromNs ? at - spanNsMax : fromNs, toNs: at }
  }
}
