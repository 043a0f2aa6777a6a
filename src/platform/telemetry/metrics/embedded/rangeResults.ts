import { LRUCache } from 'lru-cache'
import { inOrder, lookAheadMs, parsedLately } from '../../promql/index.ts'
import type { QueryOptions, QueryResult, Series, TimeSpan } from '../metrics.ts'
import { lowerBound } from './reading.ts'
import { seriesKey } from './seriesIndex.ts'

/** A range with fewer steps is evaluated sooner than remembered. */
const stepsMin = 16
/** What Prometheus allows; more is refused where it is evaluated. */
const stepsMax = 11_000
/** What a series takes besides its numbers. */
const seriesBytes = 400

type Range = TimeSpan & { stepMs: number }

/** What stands at the steps from the first to the last. */
interface Steps extends TimeSpan {
  series: Series[]
}

interface Kept extends Steps {
  stepMs: number
  /** How far after a step samples may lie that change it. */
  aheadMs: number
  /** The longest range that was asked for. */
  longestMs: number
}

type Evaluate = (range: Range) => Promise<QueryResult>

/**
 * Answers to range queries, so that one that is asked again a little later evaluates only its new steps. Exact:
 * whatever is written is told to `changed`, and no step is kept that a sample of that time or later may touch.
 */
export class RangeResults {
  readonly #kept: LRUCache<string, Kept>
  readonly #underWay = new Set<{ changedMs: number }>()
  #changedMs = Infinity

  constructor(bytesMax: number) {
    this.#kept = new LRUCache({ maxSize: bytesMax, maxEntrySize: bytesMax / 4, sizeCalculation: bytesOf })
  }

  /** There is another sample of this time; with -Infinity, nothing is as it was. */
  changed(atMs: number): void {
    if (atMs < this.#changedMs) this.#changedMs = atMs
  }

  /** What `evaluate` answers for the whole range, asked for as little of it as has to be. */
  async range(text: string, range: Range, options: QueryOptions, evaluate: Evaluate): Promise<QueryResult> {
    const aheadMs = lookAheadMs(parsedLately(text))
    if (options.fresh || aheadMs === Infinity || !isWorthKeeping(range, options)) return evaluate(range)
    const { fromMs, stepMs } = range
    const wanted = { fromMs, toMs: lastStep(range, range.toMs), stepMs }
    const key = `${stepMs} ${fromMs % stepMs} ${options.lookbackMs} ${text}`
    this.#forgetChanged()
    const kept = this.#kept.get(key)
    const known = kept && isWorthUsing(kept, wanted) ? { ...kept } : null
    const underWay = { changedMs: Infinity }
    this.#underWay.add(underWay)
    try {
      const { steps, stats } = await completed(known, wanted, evaluate)
      this.#forgetChanged()
      const longestMs = Math.max(wanted.toMs - fromMs, kept?.longestMs ?? 0)
      this.#keep(key, { ...steps, stepMs, aheadMs, longestMs }, underWay.changedMs)
      return { value: { type: 'matrix', series: inOrder(within(steps.series, wanted)) }, warnings: [], stats }
    } finally {
      this.#underWay.delete(underWay)
    }
  }

  #forgetChanged(): void {
    const changedMs = this.#changedMs
    if (changedMs === Infinity) return
    this.#changedMs = Infinity
    for (const kept of this.#kept.values()) kept.toMs = lastUntouched(kept, changedMs)
    for (const one of this.#underWay) one.changedMs = Math.min(one.changedMs, changedMs)
  }

  #keep(key: string, steps: Kept, changedMs: number): void {
    const toMs = lastUntouched(steps, changedMs)
    const fromMs = Math.max(steps.fromMs, toMs - steps.longestMs)
    if (toMs < fromMs) this.#kept.delete(key)
    else this.#kept.set(key, { ...steps, fromMs, toMs })
  }
}

function isWorthKeeping({ fromMs, toMs, stepMs }: Range, { limits }: QueryOptions): boolean {
  const steps = (toMs - fromMs) / stepMs + 1
  const most = Math.min(stepsMax, limits?.pointsMax ?? stepsMax)
  return Number.isInteger(fromMs) && Number.isInteger(stepMs) && stepMs > 0 && steps >= stepsMin && steps <= most
}

/** With both ends missing around a few steps, evaluating all at once is less work. */
function isWorthUsing(kept: Kept, { fromMs, toMs }: TimeSpan): boolean {
  const sharedMs = Math.min(kept.toMs, toMs) - Math.max(kept.fromMs, fromMs)
  return sharedMs >= (toMs - fromMs) / 4
}

/** The last step that is not after `atMs`. */
const lastStep = ({ fromMs, stepMs }: { fromMs: number; stepMs: number }, atMs: number): number =>
  fromMs + Math.floor((atMs - fromMs) / stepMs) * stepMs

const lastUntouched = (kept: Kept, changedMs: number): number =>
  Math.min(kept.toMs, lastStep(kept, Math.ceil(changedMs - kept.aheadMs) - 1))

/** What is known with the steps evaluated that are missing before and after it. */
async function completed(
  known: Steps | null,
  { fromMs, toMs, stepMs }: Range,
  evaluate: Evaluate,
): Promise<{ steps: Steps; stats: QueryResult['stats'] }> {
  const parts: Series[][] = []
  const stats = { samples: 0, series: 0, tookMs: 0 }
  const add = async (span: TimeSpan): Promise<void> => {
    const result = await evaluate({ ...span, stepMs })
    if (result.value.type === 'matrix') parts.push(result.value.series)
    stats.samples += result.stats.samples
    stats.series = Math.max(stats.series, result.stats.series)
    stats.tookMs += result.stats.tookMs
  }
  if (!known) {
    await add({ fromMs, toMs })
    return { steps: { fromMs, toMs, series: parts[0]! }, stats }
  }
  if (fromMs < known.fromMs) await add({ fromMs, toMs: known.fromMs - stepMs })
  parts.push(within(known.series, known))
  if (toMs > known.toMs) await add({ fromMs: known.toMs + stepMs, toMs })
  if (parts.length === 1) return { steps: known, stats }
  const whole = { fromMs: Math.min(fromMs, known.fromMs), toMs: Math.max(toMs, known.toMs), stepMs }
  return { steps: { ...whole, series: joined(parts, whole) }, stats }
}

/** One series of the pieces with the same labels. Those without gaps share their times, as they do when evaluated. */
function joined(parts: Series[][], { fromMs, toMs, stepMs }: Range): Series[] {
  const times = Float64Array.from({ length: (toMs - fromMs) / stepMs + 1 }, (_, step) => fromMs + step * stepMs)
  const pieces = Map.groupBy(parts.flat(), ({ labels }) => seriesKey(labels))
  return Array.from(pieces.values(), (own) => {
    const { labels } = own[0]!
    const values = concatenated(own.map((piece) => piece.values))
    const isWhole = values.length === times.length
    return { labels, timestamps: isWhole ? times : concatenated(own.map((piece) => piece.timestamps)), values }
  })
}

function concatenated(arrays: Float64Array[]): Float64Array {
  const all = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const array of arrays) {
    all.set(array, at)
    at += array.length
  }
  return all
}

/** What of the series lies in the span; those without anything are left out. */
function within(series: Series[], { fromMs, toMs }: TimeSpan): Series[] {
  let last: { of: Float64Array; first: number; end: number; timestamps: Float64Array } | undefined
  return series.flatMap(({ labels, timestamps, values }) => {
    if (last?.of !== timestamps) {
      const first = lowerBound(timestamps, timestamps.length, fromMs)
      const end = lowerBound(timestamps, timestamps.length, toMs + 1)
      last = { of: timestamps, first, end, timestamps: timestamps.subarray(first, end) }
    }
    if (last.first >= last.end) return []
    return { labels, timestamps: last.timestamps, values: values.subarray(last.first, last.end) }
  })
}

function bytesOf({ series }: Kept): number {
  const timesBytes = new Set(series.map(({ timestamps }) => timestamps.buffer))
  let bytes = seriesBytes
  for (const { byteLength } of timesBytes) bytes += byteLength
  for (const { values } of series) bytes += seriesBytes + values.buffer.byteLength
  return bytes
}
