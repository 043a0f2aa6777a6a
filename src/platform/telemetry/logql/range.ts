import { AppError } from '#kernel/errors.ts'
import { labelsText, type Labels } from '../labels.ts'
import type { Grouping, RangeAggregation } from './ast.ts'
import { cellsOf, type Cells } from './cells.ts'
import type { Evaluation } from './evaluation.ts'
import { Line } from './line.ts'
import { eachRow, selection, Turn } from './select.ts'
import { groupedLabels, labelsObject, newSeries, seriesKey, type Series } from './series.ts'
import { labelFilterStep, pipeline, readers } from './stages.ts'
import { asksForErrors, isParserError, wantedLabels } from './wanted.ts'
import { Windows } from './windows.ts'

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

/** The cells of each series, found by the labels of a line. */
class SeriesTable {
  readonly #grouping: Grouping | null
  readonly #summed: Grouping | null
  /** The labels of a series, where they are told one by one. */
  readonly #kept: string[] | null
  readonly #open: () => Cells
  readonly #series = new Map<string, Collected>()
  /** Lines without labels of their own need not be looked at: the stream tells the series. */
  readonly #byStream = new WeakMap<Labels, Cells>()

  constructor(grouping: Grouping | null, summed: Grouping | null, open: () => Cells) {
    this.#grouping = grouping
    this.#summed = summed
    const by = summed ?? grouping
    const dropped = grouping?.without ? grouping.labels : []
    this.#kept = by && !by.without ? by.labels.filter((name) => !dropped.includes(name)) : null
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
    const key = this.#kept ? valuesKey(line, this.#kept) : seriesKey(this.#labels(line))
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
