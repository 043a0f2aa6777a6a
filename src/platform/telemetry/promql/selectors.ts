import type { Matcher } from '../labels.ts'
import type { Series, TimeSpan } from '../metrics/metrics.ts'
import type { VectorSelector } from './ast.ts'
import type { Emit, Evaluator } from './evaluator.ts'
import type { Execution } from './execution.ts'
import { lastOf, type Grid } from './grid.ts'
import { emptySeries, type Points, type StepSeries } from './stepSeries.ts'

/** Shows every series that matches, one at a time, giving way to other work in between. */
export async function eachStored(
  execution: Execution,
  matchers: Matcher[],
  span: TimeSpan,
  visit: (series: Series) => void | Promise<void>,
): Promise<void> {
  try {
    for await (const series of execution.source.select(matchers, span, execution.signal)) {
      execution.loaded(series.timestamps.length)
      await visit(series)
      if (execution.isDue) await execution.pause()
    }
  } catch (error) {
    throw execution.translated(error)
  }
  execution.check()
}

/** At every step the newest sample that is not too old, or for `timestamp()` the seconds it is from. */
export async function eachSelected(
  evaluator: Evaluator,
  selector: VectorSelector,
  grid: Grid,
  emit: Emit,
  wanted: 'value' | 'time' = 'value',
): Promise<void> {
  const moments = evaluator.displaced(selector, grid)
  const { lookbackMs } = evaluator.execution
  const span = { fromMs: moments.fromMs - lookbackMs, toMs: lastOf(moments) }
  await eachStored(evaluator.execution, selector.matchers, span, (series) => {
    const selected = newest(series, moments, lookbackMs, wanted)
    if (selected) emit(selected)
  })
}

function newest(
  { labels, timestamps, values }: Series,
  { fromMs, stepMs, count }: Grid,
  lookbackMs: number,
  wanted: 'value' | 'time',
): StepSeries | undefined {
  const series = emptySeries(labels, count)
  const isStale = staleTest(values)
  let found = false
  let next = 0
  for (let step = 0; step < count; step++) {
    const atMs = fromMs + step * stepMs
    while (next < timestamps.length && timestamps[next]! <= atMs) next++
    const last = next - 1
    if (last < 0 || timestamps[last]! < atMs - lookbackMs || isStale(last)) continue
    series.values[step] = wanted === 'value' ? values[last]! : timestamps[last]! / 1000
    series.present[step] = 1
    found = true
  }
  return found ? series : undefined
}

/** Whether a value is the NaN that marks the end of a series; its bits are read where they lie. */
function staleTest(values: Float64Array): (index: number) => boolean {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
  return (index) => words[2 * index] === 2 && words[2 * index + 1] === 0x7ff00000
}

/** The samples that count, in the span, both ends included. */
export function countingPoints({ labels, timestamps, values }: Series, { fromMs, toMs }: TimeSpan): Points {
  let lo = 0
  let hi = timestamps.length
  while (lo < hi && timestamps[lo]! < fromMs) lo++
  while (hi > lo && timestamps[hi - 1]! > toMs) hi--
  return withoutStale({ labels, timestamps: timestamps.subarray(lo, hi), values: values.subarray(lo, hi) })
}

function withoutStale(series: Points): Points {
  const { labels, timestamps, values } = series
  const isStale = staleTest(values)
  let first = 0
  while (first < values.length && !isStale(first)) first++
  if (first === values.length) return series
  const kept = { labels, timestamps: timestamps.slice(), values: values.slice() }
  let next = first
  for (let i = first; i < values.length; i++) {
    if (isStale(i)) continue
    kept.timestamps[next] = timestamps[i]!
    kept.values[next++] = values[i]!
  }
  return { labels, timestamps: kept.timestamps.subarray(0, next), values: kept.values.subarray(0, next) }
}
