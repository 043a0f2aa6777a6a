import { labelsText, type Labels } from '../labels.ts'
import type { Binary, Matching } from './ast.ts'
import { executionError } from './errors.ts'
import type { Emit } from './evaluator.ts'
import type { Execution } from './execution.ts'
import { keyOf, keyWith, keyWithout, labelOf, metricName, only, withLabel, without, withoutName } from './labelSets.ts'
import { operationOf, type Operation } from './operators.ts'
import { Distinct, emptySeries, isEmpty, type StepSeries } from './stepSeries.ts'

interface Sides {
  left: StepSeries[]
  right: StepSeries[]
}

/** The series of the side of which only one may match, and which of them there is at every step. */
interface OneSide {
  series: StepSeries[]
  /** Index of the series, or -1 where there is none. */
  at: Int32Array
}

const groupedConflict = 'multiple matches for labels: grouping labels must ensure unique matches'
const ungroupedConflict = 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)'

/** Tells which series of two vectors belong together. */
export function signatureOf({ on, labels }: Matching): (series: StepSeries) => string {
  if (on) return (series) => keyWith(series.labels, labels)
  const ignored = new Set([...labels, metricName])
  return (series) => keyWithout(series.labels, ignored)
}

/** An operator between each series of one vector and the one of the other that has the same signature. */
export async function emitMatched(
  execution: Execution,
  binary: Binary,
  sides: Sides,
  count: number,
  emit: Emit,
): Promise<void> {
  const { matching } = binary
  const [many, one] = matching.many === 'right' ? [sides.right, sides.left] : [sides.left, sides.right]
  if (many.length === 0 || one.length === 0) return
  const signature = signatureOf(matching)
  const ones = oneSides(one, many, signature, matching, count)
  const labelsOf = resultLabels(binary)
  const operation = operationOf(binary)
  const distinct = new Distinct()
  for (const [key, group] of Map.groupBy(many, signature)) {
    const other = ones.get(key)
    if (!other) continue
    const conflict = matching.many === 'neither' ? ungroupedConflict : groupedConflict
    const ofGroup = group.length > 1 ? new Claims(matching, count, conflict) : undefined
    for (const series of group) {
      if (execution.isDue) await execution.pause()
      for (const [index, partner] of other.series.entries()) {
        const at = other.series.length > 1 ? { steps: other.at, index } : undefined
        const result = combined(series, partner, operation, matching.many === 'right', at)
        if (isEmpty(result.present)) continue
        const named = { ...result, labels: labelsOf(series.labels, partner.labels) }
        ofGroup?.claim(named)
        distinct.add(named)
      }
    }
  }
  distinct.all().forEach(emit)
}

/** @throws AppError QUERY_FAILED where two of a signature meet at a step at which the other side has anything */
function oneSides(
  one: StepSeries[],
  many: StepSeries[],
  signature: (series: StepSeries) => string,
  matching: Matching,
  count: number,
): Map<string, OneSide> {
  const sides = new Map<string, OneSide>()
  for (const series of one) {
    const key = signature(series)
    const side = sides.get(key)
    if (!side) {
      sides.set(key, { series: [series], at: indexed(series.present) })
      continue
    }
    side.series.push(series)
    for (let step = 0; step < count; step++) {
      if (series.present[step] === 0) continue
      const before = side.at[step]!
      if (before >= 0 && many.some(({ present }) => present[step] === 1))
        throw manyToMany(series.labels, side.series[before]!.labels, matching)
      side.at[step] = side.series.length - 1
    }
  }
  return sides
}

const indexed = (present: Uint8Array): Int32Array => Int32Array.from(present, (there) => there - 1)

function manyToMany(labels: Labels, before: Labels, matching: Matching) {
  const names = new Set([...matching.labels, metricName])
  const matched = matching.on ? only(labels, matching.labels) : without(labels, names)
  const side = matching.many === 'right' ? 'left' : 'right'
  return executionError(
    `found duplicate series for the match group ${labelsText(matched)} on the ${side} hand-side of the operation: ` +
      `[${labelsText(labels)}, ${labelsText(before)}];` +
      'many-to-many matching not allowed: matching labels must be unique on one side',
  )
}

/** The values of two series where both have one, and where `at`, if given, names the partner. */
function combined(
  { labels, values: ones, present: here }: StepSeries,
  { values: others, present: there }: StepSeries,
  { value, keeps }: Operation,
  isSwapped: boolean,
  at: { steps: Int32Array; index: number } | undefined,
): StepSeries {
  const result = emptySeries(labels, ones.length)
  const { values, present } = result
  for (let step = 0; step < values.length; step++) {
    if (here[step] === 0 || there[step] === 0 || (at && at.steps[step] !== at.index)) continue
    const left = isSwapped ? others[step]! : ones[step]!
    const right = isSwapped ? ones[step]! : others[step]!
    if (keeps && !keeps(left, right)) continue
    values[step] = value(left, right)
    present[step] = 1
  }
  return result
}

/** Which series of a group already has a result at a step. */
class Claims {
  readonly #matching: Matching
  readonly #count: number
  readonly #conflict: string
  readonly #taken = new Map<string, Uint8Array>()

  constructor(matching: Matching, count: number, conflict: string) {
    this.#matching = matching
    this.#count = count
    this.#conflict = conflict
  }

  /** @throws AppError QUERY_FAILED for the second one; with `group_left` only if it has the same labels */
  claim({ labels, present }: StepSeries): void {
    const key = this.#matching.many === 'neither' ? '' : keyOf(labels)
    const taken = this.#taken.get(key) ?? new Uint8Array(this.#count)
    this.#taken.set(key, taken)
    for (let step = 0; step < this.#count; step++) {
      if (present[step] === 0) continue
      if (taken[step] === 1) throw executionError(this.#conflict)
      taken[step] = 1
    }
  }
}

/** The labels of a result, from those of the side with many and those of the side with one. */
function resultLabels(binary: Binary): (many: Labels, one: Labels) => Labels {
  const { on, labels, many, include } = binary.matching
  const { dropsName } = operationOf({ ...binary, bool: false })
  const left = new Set(labels)
  const matched = (series: Labels): Labels => {
    const named = dropsName ? withoutName(series) : series
    if (many !== 'neither') return named
    return on ? only(named, labels) : labels.length > 0 ? without(named, left) : named
  }
  return (series, partner) => {
    const result = include.reduce((sum, name) => withLabel(sum, name, labelOf(partner, name)), matched(series))
    return binary.bool ? withoutName(result) : result
  }
}
