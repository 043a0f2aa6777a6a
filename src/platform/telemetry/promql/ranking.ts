import type { Grouping } from './ast.ts'
import { executionError } from './errors.ts'
import type { Emit } from './evaluator.ts'
import type { Execution } from './execution.ts'
import { formatNumber, quantileOf } from './goMath.ts'
import { groupsBy } from './grouping.ts'
import { inOrder } from './labelSets.ts'
import { emptySeries, isEmpty, type StepSeries } from './stepSeries.ts'

function groupsOf(series: StepSeries[], grouping: Grouping): StepSeries[][] {
  const { keyOf } = groupsBy(grouping)
  return [...Map.groupBy(series, ({ labels }) => keyOf(labels)).values()]
}

/** The quantile over the values of each group's series at every step. */
export async function emitQuantiles(
  execution: Execution,
  series: StepSeries[],
  grouping: Grouping,
  quantiles: Float64Array,
  emit: Emit,
): Promise<void> {
  const { labelsOf } = groupsBy(grouping)
  for (const group of groupsOf(series, grouping)) {
    const result = emptySeries(labelsOf(group[0]!.labels), quantiles.length)
    const values = new Float64Array(group.length)
    for (let step = 0; step < quantiles.length; step++) {
      if (execution.isDue) await execution.pause()
      let count = 0
      let nans = 0
      for (const one of group) {
        if (one.present[step] === 0) continue
        result.present[step] = 1
        if (Number.isNaN(one.values[step]!)) nans++
        else values[count++] = one.values[step]!
      }
      values.subarray(0, count).sort()
      result.values[step] = quantileOf(quantiles[step]!, values, 0, count, nans)
    }
    if (!isEmpty(result.present)) emit(result)
  }
}

const countMax = 2 ** 63

/** The `topk` or `bottomk` series of each group, at every step for itself; at one step they come best first. */
export async function emitRanked(
  execution: Execution,
  series: StepSeries[],
  { name, ...grouping }: Grouping & { name: 'topk' | 'bottomk' },
  counts: Float64Array,
  emit: Emit,
): Promise<void> {
  for (const count of counts)
    if (!(Math.abs(count) < countMax)) throw executionError(`Scalar value ${formatNumber(count)} overflows int64`)
  const isWorse = name === 'topk' ? less : greater
  for (const group of groupsOf(inOrder(series), grouping)) {
    const results = group.map(({ labels }) => emptySeries(labels, counts.length))
    const best = new Best(isWorse)
    for (let step = 0; step < counts.length; step++) {
      if (execution.isDue) await execution.pause()
      best.clear(Math.trunc(counts[step]!))
      for (let index = 0; index < group.length; index++)
        if (group[index]!.present[step] === 1) best.offer(index, group[index]!.values[step]!)
      for (const { index, value } of best.entries) {
        results[index]!.values[step] = value
        results[index]!.present[step] = 1
      }
    }
    const order = counts.length === 1 ? best.ranked().map(({ index }) => results[index]!) : results
    for (const result of order) if (!isEmpty(result.present)) emit(result)
  }
}

// NaN is worse than any number, whichever are looked for.
const less = (a: number, b: number): boolean => Number.isNaN(a) || a < b
const greater = (a: number, b: number): boolean => Number.isNaN(a) || a > b

interface Entry {
  index: number
  value: number
}

/**
 * Keeps the best so many: a heap with the worst of them on top, which gives way to what is better. The same steps as
 * in Go's heap, so that of equal values the same are kept.
 */
class Best {
  readonly entries: Entry[] = []
  readonly #isWorse: (a: number, b: number) => boolean
  #most = 0

  constructor(isWorse: (a: number, b: number) => boolean) {
    this.#isWorse = isWorse
  }

  clear(most: number): void {
    this.entries.length = 0
    this.#most = Math.max(0, most)
  }

  offer(index: number, value: number): void {
    if (this.entries.length === this.#most && !this.#removeWorseThan(value)) return
    this.entries.push({ index, value })
    this.#up(this.entries.length - 1)
  }

  #removeWorseThan(value: number): boolean {
    const [worst] = this.entries
    if (!worst || !(Number.isNaN(worst.value) || this.#isWorse(worst.value, value))) return false
    this.#swap(0, this.entries.length - 1)
    this.entries.pop()
    this.#down(0)
    return true
  }

  /** Best first; what is equal in the order it came. */
  ranked(): Entry[] {
    const rank = (a: number, b: number): number =>
      a === b || (Number.isNaN(a) && Number.isNaN(b)) ? 0 : this.#isWorse(a, b) ? 1 : -1
    return this.entries.toSorted((a, b) => rank(a.value, b.value))
  }

  #up(from: number): void {
    for (let i = from; i > 0;) {
      const parent = (i - 1) >> 1
      if (!this.#isWorse(this.entries[i]!.value, this.entries[parent]!.value)) return
      this.#swap(i, parent)
      i = parent
    }
  }

  #down(from: number): void {
    const { length } = this.entries
    for (let i = from, child = 2 * i + 1; child < length; child = 2 * i + 1) {
      const right = child + 1
      if (right < length && this.#isWorse(this.entries[right]!.value, this.entries[child]!.value)) child = right
      if (!this.#isWorse(this.entries[child]!.value, this.entries[i]!.value)) return
      this.#swap(i, child)
      i = child
    }
  }

  #swap(a: number, b: number): void {
    const entry = this.entries[a]!
    this.entries[a] = this.entries[b]!
    this.entries[b] = entry
  }
}
