import { AppError } from '#kernel/errors.ts'
import type { Labels } from '../labels.ts'
import type { LogOptions } from '../logs/logs.ts'
import type { LogExpression, LogqlExpression, MetricExpression } from './ast.ts'
import { evaluate } from './evaluate.ts'
import { Budget, type Grid } from './evaluation.ts'
import { Line } from './line.ts'
import { eachRow, selection, type LineSource } from './select.ts'
import { labelsObject, seriesKey, type Series } from './series.ts'
import { pipeline } from './stages.ts'
import { plainDecimal } from './template/value.ts'

export interface LogqlSpan {
  /** Lines from here on; the first step of numbers. */
  startNs: bigint
  /** Lines before; the last step of numbers. The same as `startNs` asks for one moment: a vector, not a matrix. */
  endNs: bigint
  /** Between steps; a 250th of the span, and at least a second, unless told. */
  stepMs?: number
  /** Of lines. */
  limit: number
  direction: 'backward' | 'forward'
  /** Leaves out lines that come sooner after the one before in their stream. */
  intervalMs?: number
}

export interface LogqlOptions extends LogOptions {
  /** Series that an answer may have. */
  seriesMax?: number
  /** ms since 1970, for the templates that ask. */
  now?: () => number
}

/** Seconds since 1970, and the number as Go writes it. */
export type SampleValue = [atS: number, value: string]

/** What Loki's API puts into `data`. */
export type LogqlResult =
  | { resultType: 'streams'; result: { stream: Labels; values: [timestampNs: string, line: string][] }[] }
  | { resultType: 'matrix'; result: { metric: Labels; values: SampleValue[] }[] }
  | { resultType: 'vector'; result: { metric: Labels; value: SampleValue }[] }
  | { resultType: 'scalar'; result: SampleValue }

const stepsMax = 11_000
const seriesMaxDefault = 500

/**
 * Answers a LogQL expression from the store. Memory is bounded, whatever is stored; other work of the thread comes in
 * between.
 * @throws AppError VALIDATION_FAILED for queries that ask for too much or meet errors that they do not handle
 */
export async function queryLogs(
  expression: LogqlExpression,
  span: LogqlSpan,
  store: LineSource,
  options: LogqlOptions = {},
): Promise<LogqlResult> {
  return expression.kind === 'log'
    ? streams(expression, span, store, options)
    : numbers(expression, span, store, options)
}

async function streams(
  expression: LogExpression,
  { startNs, endNs, limit, direction, intervalMs }: LogqlSpan,
  store: LineSource,
  options: LogqlOptions,
): Promise<LogqlResult> {
  const found = new StreamTable(intervalMs ?? 0)
  const { filter, stages } = selection(expression)
  const passes = pipeline(stages, null, options.now ?? Date.now)
  const line = new Line()
  if (limit > 0) {
    await eachRow(store, filter, { fromNs: startNs, toNs: endNs, direction }, options, (row) => {
      line.begin(row)
      return !passes(line) || found.add(line) < limit
    })
  }
  return { resultType: 'streams', result: found.all() }
}

interface FoundStream {
  stream: Labels
  values: [timestampNs: string, line: string][]
  newestNs: bigint
}

/** Lines of the answer, by the labels they have at the end. */
class StreamTable {
  readonly #intervalNs: bigint
  readonly #streams = new Map<string, FoundStream>()
  readonly #plain = new Map<Labels, FoundStream>()
  #lines = 0

  constructor(intervalMs: number) {
    this.#intervalNs = BigInt(Math.round(intervalMs * 1e6))
  }

  /** @returns how many lines there are now */
  add(line: Line): number {
    const found = this.#of(line)
    const apartNs = line.timestampNs - found.newestNs
    const isApart = found.values.length === 0 || apartNs >= this.#intervalNs || -apartNs >= this.#intervalNs
    if (!isApart) return this.#lines
    found.values.push([String(line.timestampNs), line.text])
    found.newestNs = line.timestampNs
    return ++this.#lines
  }

  all(): { stream: Labels; values: [string, string][] }[] {
    return [...this.#streams.values()].map(({ stream, values }) => ({ stream, values }))
  }

  #of(line: Line): FoundStream {
    const isPlain = line.isPlain && !line.metadata
    const known = isPlain ? this.#plain.get(line.stream) : undefined
    if (known) return known
    const labels = line.labels()
    const key = seriesKey(labels)
    let found = this.#streams.get(key)
    if (!found) {
      found = { stream: labelsObject(labels), values: [], newestNs: 0n }
      this.#streams.set(key, found)
    }
    if (isPlain) this.#plain.set(line.stream, found)
    return found
  }
}

async function numbers(
  expression: MetricExpression,
  span: LogqlSpan,
  store: LineSource,
  options: LogqlOptions,
): Promise<LogqlResult> {
  const grid = gridOf(span)
  const result = await evaluate(expression, {
    grid,
    store,
    options,
    now: options.now ?? Date.now,
    budget: new Budget(),
  })
  const isInstant = span.startNs === span.endNs
  if (result.kind === 'scalar' && isInstant) {
    return { resultType: 'scalar', result: sample(grid, 0, result.values[0]!) }
  }
  const all: Series[] =
    result.kind === 'vector'
      ? result.series
      : [{ labels: new Map(), values: result.values, has: new Uint8Array(grid.steps).fill(1) }]
  const series = all.filter(({ has }) => has.includes(1))
  const seriesMax = options.seriesMax ?? seriesMaxDefault
  if (series.length > seriesMax) {
    throw new AppError('VALIDATION_FAILED', `maximum of series (${seriesMax}) reached for a single query`)
  }
  refuseDoubles(series)
  return isInstant ? vector(expression, series, grid) : matrix(series, grid)
}

function gridOf({ startNs, endNs, stepMs }: LogqlSpan): Grid {
  if (endNs < startNs)
    throw new AppError('VALIDATION_FAILED', 'end timestamp must not be before or equal to start time')
  const spanNs = Number(endNs - startNs)
  const stepNs = stepMs === undefined ? Math.max(1e9, Math.floor(spanNs / 250 / 1e9) * 1e9) : Math.round(stepMs * 1e6)
  if (!(stepNs > 0)) {
    throw new AppError(
      'VALIDATION_FAILED',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    )
  }
  if (spanNs / stepNs > stepsMax) {
    throw new AppError(
      'VALIDATION_FAILED',
      'exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter',
    )
  }
  return { startNs, stepNs, steps: Math.floor(spanNs / stepNs) + 1 }
}

/** `label_replace` may make one of two; that is no answer. */
function refuseDoubles(series: Series[]): void {
  const keys = new Set<string>()
  for (const { labels } of series) {
    const key = seriesKey(labels)
    if (keys.has(key)) throw new AppError('VALIDATION_FAILED', 'vector cannot contain metrics with the same labelset')
    keys.add(key)
  }
}

function vector(expression: MetricExpression, series: Series[], grid: Grid): LogqlResult {
  const isOrdered = expression.kind === 'aggregate' && /^(sort|topk|bottomk|approx_topk)/.test(expression.op)
  const ordered = isOrdered ? series : byLabels(series)
  return {
    resultType: 'vector',
    result: ordered.map(({ labels, values }) => ({ metric: labelsObject(labels), value: sample(grid, 0, values[0]!) })),
  }
}

function matrix(series: Series[], grid: Grid): LogqlResult {
  return {
    resultType: 'matrix',
    result: byLabels(series).map(({ labels, values, has }) => {
      const samples: SampleValue[] = []
      values.forEach((value, step) => {
        if (has[step] === 1) samples.push(sample(grid, step, value))
      })
      return { metric: labelsObject(labels), values: samples }
    }),
  }
}

function byLabels(series: Series[]): Series[] {
  const keyed = series.map((each) => ({ each, key: seriesKey(each.labels) }))
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ each }) => each)
}

function sample({ startNs, stepNs }: Grid, step: number, value: number): SampleValue {
  const atMs = (startNs + BigInt(stepNs) * BigInt(step)) / 1_000_000n
  return [Number(atMs) / 1000, sampleText(value)]
}

/** `+Inf`, `NaN`, and never an exponent. */
function sampleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return plainDecimal(value)
}
