import { AppError } from '#kernel/errors.ts'
import { labelsText, type Labels } from '../labels.ts'
import type { Grouping, LabelFilter, RangeAggregation, Stage } from './ast.ts'
import type { Budget, Evaluation, Grid } from './evaluation.ts'
import { lineFolds, valueFolds, type Fold } from './folds.ts'
import { errorLabel, Line } from './line.ts'
import { eachRow, selection, Turn } from './select.ts'
import { groupedLabels, labelsObject, newSeries, seriesKey, type Series } from './series.ts'
import { labelFilterStep, pipeline, readers } from './stages.ts'

/**
 * Samples of the lines, put together per series and window (t - range, t]. With `summed` the series are added up by
 * that grouping while they are read, as `sum by (...)` around the aggregation wants it.
 */
export async function rangeAggregation(
  expression: RangeAggregation,
  evaluation: Evaluation,
  summed: Grouping | null,
): Promise<Series[]> {
  const windows = new Windows(expression, evaluation.grid)
  const collected = await collect(expression, evaluation, summed, windows)
  const turn = new Turn(evaluation.options)
  if (expression.op === 'absent_over_time') return [await absent(expression, collected, windows, turn)]
  const series: Series[] = []
  for (const { labels, cells } of collected) {
    const each = newSeries(labels, evaluation.grid.steps)
    await cells.fill(each, windows, turn)
    if (each.has.includes(1)) series.push(each)
  }
  return series
}

interface Collected {
  labels: Map<string, string>
  cells: Cells
}

async function collect(
  expression: RangeAggregation,
  { grid, store, options, now, budget }: Evaluation,
  summed: Grouping | null,
  windows: Windows,
): Promise<Collected[]> {
  const { filter, stages } = selection(expression.query)
  const keepsErrors = asksForErrors(expression, summed)
  const passes = pipeline(stages, wantedLabels(expression, summed), now)
  const sample = sampler(expression)
  const table = new SeriesTable(ownGrouping(expression), summed, cellsOf(expression, windows, budget))
  const line = new Line()
  const lastNs = grid.startNs + BigInt(grid.stepNs) * BigInt(grid.steps - 1) - BigInt(expression.offsetNs)
  const span = { fromNs: windows.baseNs + 1n, toNs: lastNs + 1n, direction: 'forward' as const }
  await eachRow(store, filter, span, options, (row) => {
    const cell = windows.cellAt(row.timestampNs)
    if (cell < 0) return
    line.begin(row)
    if (!passes(line)) return
    const value = sample(line)
    if (value === null) return
    if (line.error !== '' && !(keepsErrors && isParserError(line.error))) throw pipelineError(line)
    table.of(line).add(cell, value)
  })
  return table.all()
}

/** The unwrapped label is the sample, and none of the series' labels unless they are told one by one. */
function ownGrouping({ grouping, unwrap }: RangeAggregation): Grouping | null {
  if (!unwrap || (grouping && !grouping.without)) return grouping
  return { without: true, labels: [...(grouping?.labels ?? []), unwrap.name] }
}

/** Where in time the samples are put: stretches such that every window is made of whole ones. */
class Windows {
  readonly baseNs: bigint
  readonly rangeS: number
  readonly count: number
  /** First cell of each step's window, and the one behind its last. */
  readonly from: Int32Array
  readonly to: Int32Array
  readonly #ends: Float64Array
  readonly #isCovered: Uint8Array
  #current = 0

  constructor({ rangeNs, offsetNs }: RangeAggregation, { startNs, stepNs, steps }: Grid) {
    this.baseNs = startNs - BigInt(rangeNs) - BigInt(offsetNs)
    this.rangeS = rangeNs / 1e9
    const edges = new Set<number>()
    for (let step = 0; step < steps; step++) edges.add(step * stepNs).add(step * stepNs + rangeNs)
    const sorted = Float64Array.from(edges).toSorted()
    this.#ends = sorted.subarray(1)
    this.count = this.#ends.length
    this.from = new Int32Array(steps)
    this.to = new Int32Array(steps)
    this.#isCovered = new Uint8Array(this.count)
    const position = new Map(Array.from(sorted, (edge, index) => [edge, index]))
    for (let step = 0; step < steps; step++) {
      this.from[step] = position.get(step * stepNs)!
      this.to[step] = position.get(step * stepNs + rangeNs)!
      this.#isCovered.fill(1, this.from[step], this.to[step])
    }
  }

  /** The cell of a moment; -1 where no window is. Cheap for moments in order. */
  cellAt(timestampNs: bigint): number {
    const at = Number(timestampNs - this.baseNs)
    const ends = this.#ends
    let cell = this.#current
    if (at <= 0 || at > ends[this.count - 1]!) return -1
    if (cell > 0 && at <= ends[cell - 1]!) cell = 0
    while (at > ends[cell]!) cell++
    this.#current = cell
    return this.#isCovered[cell] === 1 ? cell : -1
  }
}

/** What a series has in the cells. */
interface Cells {
  add(cell: number, value: number): void
  fill(series: Series, windows: Windows, turn: Turn): Promise<void>
}

function cellsOf(expression: RangeAggregation, windows: Windows, budget: Budget): () => Cells {
  if (expression.op === 'quantile_over_time') {
    return () => {
      budget.spendSeries(0)
      return new EveryValue(expression.parameter!, budget)
    }
  }
  const fold = (expression.unwrap ? valueFolds : lineFolds)[expression.op]!
  return () => {
    // Also what comes of the cells.
    budget.spendSeries(windows.count * fold.width + windows.from.length)
    return new Folded(fold, windows)
  }
}

class Folded implements Cells {
  readonly #fold: Fold
  readonly #numbers: Float64Array

  constructor(fold: Fold, windows: Windows) {
    this.#fold = fold
    this.#numbers = new Float64Array(windows.count * fold.width)
  }

  add(cell: number, value: number): void {
    this.#fold.add(this.#numbers, cell * this.#fold.width, value)
  }

  async fill(series: Series, windows: Windows, turn: Turn): Promise<void> {
    if (turn.isOver) await turn.pass()
    if (this.#fold.width === 1) this.#fillCounts(series, windows)
    else await this.#fillMerged(series, windows, turn)
  }

  /** Whole numbers: the sum over a window is the difference of two running sums. */
  #fillCounts({ values, has }: Series, { from, to, count, rangeS }: Windows): void {
    const running = new Float64Array(count + 1)
    for (let cell = 0; cell < count; cell++) running[cell + 1] = running[cell]! + this.#numbers[cell]!
    const total = new Float64Array(1)
    for (let step = 0; step < values.length; step++) {
      total[0] = running[to[step]!]! - running[from[step]!]!
      if (total[0] === 0) continue
      has[step] = 1
      values[step] = this.#fold.result(total, 0, rangeS)
    }
  }

  /**
   * A window slides over the cells; each is merged twice, however long the window is. `older` holds, for every cell up
   * to `middle`, all from there to `middle`; `newer` what came after.
   */
  async #fillMerged({ values, has }: Series, { from, to, count, rangeS }: Windows, turn: Turn): Promise<void> {
    const { width, result } = this.#fold
    const older = new Float64Array(count * width)
    const newer = new Float64Array(width)
    const merged = new Float64Array(width)
    let [middle, end] = [0, 0]
    for (let step = 0; step < values.length; step++) {
      const begin = from[step]!
      for (; end < to[step]!; end++) this.#join(newer, 0, this.#numbers, end * width)
      if (begin >= middle) {
        for (let cell = end - 1; cell >= begin; cell--) {
          older.set(this.#numbers.subarray(cell * width, (cell + 1) * width), cell * width)
          if (cell + 1 < end) this.#join(older, cell * width, older, (cell + 1) * width)
        }
        middle = end
        newer.fill(0)
      }
      merged.set(older.subarray(begin * width, (begin + 1) * width))
      this.#join(merged, 0, newer, 0)
      if (step % 256 === 0 && turn.isOver) await turn.pass()
      if (merged[0] === 0) continue
      has[step] = 1
      values[step] = result(merged, 0, rangeS)
    }
  }

  #join(cells: Float64Array, at: number, later: Float64Array, laterAt: number): void {
    if (later[laterAt] === 0) return
    if (cells[at] === 0) cells.set(later.subarray(laterAt, laterAt + this.#fold.width), at)
    else this.#fold.merge(cells, at, later, laterAt)
  }
}

/** Values in order of time, and their cells. */
class EveryValue implements Cells {
  readonly #quantile: number
  readonly #budget: Budget
  readonly #values: number[] = []
  readonly #cells: number[] = []

  constructor(quantile: number, budget: Budget) {
    this.#quantile = quantile
    this.#budget = budget
  }

  add(cell: number, value: number): void {
    this.#budget.spend(2)
    this.#values.push(value)
    this.#cells.push(cell)
  }

  async fill({ values, has }: Series, { from, to }: Windows, turn: Turn): Promise<void> {
    let [first, behind] = [0, 0]
    for (let step = 0; step < values.length; step++) {
      while (behind < this.#cells.length && this.#cells[behind]! < to[step]!) behind++
      while (first < behind && this.#cells[first]! < from[step]!) first++
      if (turn.isOver) await turn.pass()
      if (first === behind) continue
      has[step] = 1
      values[step] = quantile(this.#quantile, Float64Array.from(this.#values.slice(first, behind)).toSorted())
    }
  }
}

/** Between two values the weighted mean of both. */
function quantile(q: number, sorted: Float64Array): number {
  if (Number.isNaN(q) || q < 0) return -Infinity
  if (q > 1) return Infinity
  const rank = q * (sorted.length - 1)
  const lower = Math.floor(rank)
  const weight = rank - lower
  return sorted[lower]! * (1 - weight) + sorted[Math.min(sorted.length - 1, lower + 1)]! * weight
}

/** The cells of each series, found by the labels of a line. */
class SeriesTable {
  readonly #grouping: Grouping | null
  readonly #summed: Grouping | null
  readonly #open: () => Cells
  readonly #series = new Map<string, Collected>()
  /** Lines without labels of their own need not be looked at: the stream tells the series. */
  readonly #byStream = new WeakMap<Labels, Cells>()

  constructor(grouping: Grouping | null, summed: Grouping | null, open: () => Cells) {
    this.#grouping = grouping
    this.#summed = summed
    this.#open = open
  }

  of(line: Line): Cells {
    if (!line.isPlain || (line.metadata && !this.#ignores(line.metadata))) return this.#byLabels(line)
    let cells = this.#byStream.get(line.stream)
    if (!cells) {
      cells = this.#byLabels(line)
      this.#byStream.set(line.stream, cells)
    }
    return cells
  }

  all(): Collected[] {
    return [...this.#series.values()]
  }

  #ignores(metadata: Labels): boolean {
    const by = this.#summed ?? this.#grouping
    if (by && !by.without) return !by.labels.some((name) => Object.hasOwn(metadata, name))
    for (const name in metadata) if (!by?.labels.includes(name)) return false
    return true
  }

  #byLabels(line: Line): Cells {
    const by = this.#summed ?? this.#grouping
    const key = by && !by.without ? valuesKey(line, by.labels) : seriesKey(this.#labels(line))
    let found = this.#series.get(key)
    if (!found) {
      found = { labels: this.#labels(line), cells: this.#open() }
      this.#series.set(key, found)
    }
    return found.cells
  }

  #labels(line: Line): Map<string, string> {
    return groupedLabels(groupedLabels(line.labels(), this.#grouping), this.#summed)
  }
}

function valuesKey(line: Line, names: string[]): string {
  if (names.length === 1) return line.get(names[0]!) ?? ''
  return JSON.stringify(names.map((name) => line.get(name) ?? ''))
}

/** The number a line stands for; null where it has none. */
function sampler({ op, unwrap }: RangeAggregation): (line: Line) => number | null {
  if (!unwrap) return op.startsWith('bytes') ? ({ text }) => Buffer.byteLength(text) : () => 1
  const read = readers[unwrap.unit]
  const divisor = unwrap.unit === 'duration' ? 1e9 : 1
  const filters = unwrap.filters.map(labelFilterStep)
  return (line) => {
    const text = line.get(unwrap.name)
    if (text === undefined || text === '') return null
    let value = read(text) / divisor
    if (Number.isNaN(value) && !/^[+-]?nan$/i.test(text)) {
      line.fail('SampleExtractionErr', `${JSON.stringify(text)} is no ${unwrap.unit}`)
      value = 0
    }
    return filters.every((passes) => passes(line)) ? value : null
  }
}

/** Errors are no numbers: unless the query says what to do with them, it fails. */
function pipelineError(line: Line): AppError {
  const { error } = line
  return new AppError(
    'VALIDATION_FAILED',
    `pipeline error: '${error}' for series: '${labelsText(labelsObject(line.labels()))}'.\n` +
      `Use a label filter to intentionally skip this error. (e.g | __error__!="${error}").\n` +
      'To skip all potential errors you can match empty errors.(e.g __error__="")\n' +
      'The label filter can also be specified after unwrap. (e.g | unwrap latency | __error__="" )\n',
  )
}

/** A parser's errors may be asked for; others are never what the query is about. */
const isParserError = (error: string): boolean => error === 'JSONParserErr' || error === 'LogfmtParserErr'

function asksForErrors({ query, unwrap, grouping }: RangeAggregation, summed: Grouping | null): boolean {
  const groups = [grouping, summed].some((each) => each && !each.without && each.labels.includes(errorLabel))
  const filters = query.stages.flatMap((stage) => (stage.kind === 'labelFilter' ? [stage.filter] : []))
  return (
    groups || [...filters, ...(unwrap?.filters ?? [])].some((filter) => filteredLabels(filter).includes(errorLabel))
  )
}

function filteredLabels(filter: LabelFilter): string[] {
  switch (filter.op) {
    case 'and':
    case 'or':
      return [...filteredLabels(filter.left), ...filteredLabels(filter.right)]
    case 'matcher':
      return [filter.matcher.name]
    default:
      return [filter.name]
  }
}

/** The labels that a parser has to find, where the aggregation names those it keeps; null for all. */
function wantedLabels({ query, unwrap, grouping }: RangeAggregation, summed: Grouping | null): Set<string> | null {
  const kept = grouping ?? summed
  if (!kept || kept.without) return null
  const wanted = new Set(kept.labels)
  if (unwrap) wanted.add(unwrap.name)
  for (const filter of unwrap?.filters ?? []) filteredLabels(filter).forEach((name) => wanted.add(name))
  for (const stage of query.stages) {
    const names = namedBy(stage)
    if (names === null) return null
    names.forEach((name) => wanted.add(name))
  }
  return wanted
}

function namedBy(stage: Stage): string[] | null {
  switch (stage.kind) {
    case 'labelFilter':
      return filteredLabels(stage.filter)
    case 'labelFormat':
      return stage.formats.every((format) => 'from' in format) ? stage.formats.map(({ from }) => from) : null
    case 'lineFormat':
      return null
    case 'distinct':
      return stage.names
    case 'drop':
    case 'keep':
      return stage.labels.map(({ name }) => name)
    default:
      return []
  }
}

/** One series of ones where there are no lines, with the labels that the selector names. */
async function absent(
  { query }: RangeAggregation,
  collected: Collected[],
  windows: Windows,
  turn: Turn,
): Promise<Series> {
  const steps = windows.from.length
  const present = new Uint8Array(steps)
  for (const { labels, cells } of collected) {
    const series = newSeries(labels, steps)
    await cells.fill(series, windows, turn)
    series.has.forEach((has, step) => {
      if (has) present[step] = 1
    })
  }
  const labels = new Map<string, string>()
  for (const { name, op, value } of query.selector) {
    const isOnly = query.selector.filter((matcher) => matcher.name === name).length === 1
    if (op === '=' && isOnly && value !== '') labels.set(name, value)
  }
  return { labels, values: new Float64Array(steps).fill(1), has: present.map((has) => 1 - has) }
}
