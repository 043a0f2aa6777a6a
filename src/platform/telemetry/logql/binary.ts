import { AppError } from '#kernel/errors.ts'
import { labelsText } from '../labels.ts'
import type { BinaryOperation, Matching, Operator } from './ast.ts'
import { groupedLabels, labelsObject, newSeries, seriesKey, type Result, type Series } from './series.ts'

/** Puts two results together, step by step. @throws AppError VALIDATION_FAILED where series do not pair as asked */
export function operated(operation: BinaryOperation, left: Result, right: Result, steps: number): Result {
  if (left.kind === 'scalar') {
    if (right.kind === 'vector') return withNumber(operation, right, left.values, true, steps)
    const values = left.values.map((value, step) => computed(operation.op, value, right.values[step]!))
    return { kind: 'scalar', values }
  }
  if (right.kind === 'scalar') return withNumber(operation, left, right.values, false, steps)
  return { kind: 'vector', series: paired(operation, left.series, right.series, steps) }
}

const comparing = new Set<Operator>(['==', '!=', '>', '>=', '<', '<='])

/** Loki answers NaN, not infinity, for what is divided by nothing. */
function computed(op: Operator, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return b === 0 ? Number.NaN : a / b
    case '%':
      return b === 0 ? Number.NaN : a % b
    case '^':
      return a ** b
    case '==':
      return Number(a === b)
    case '!=':
      return Number(a !== b)
    case '>':
      return Number(a > b)
    case '>=':
      return Number(a >= b)
    case '<':
      return Number(a < b)
    case '<=':
      return Number(a <= b)
    default:
      throw new Error(`${op} is no operation on numbers`)
  }
}

function withNumber(
  { op, bool }: BinaryOperation,
  { series }: { series: Series[] },
  numbers: Float64Array,
  numberIsLeft: boolean,
  steps: number,
): Result {
  const filters = comparing.has(op) && !bool
  const results = series.map((each) => {
    const result = newSeries(each.labels, steps)
    for (let step = 0; step < steps; step++) {
      if (each.has[step] === 0) continue
      const [a, b] = numberIsLeft ? [numbers[step]!, each.values[step]!] : [each.values[step]!, numbers[step]!]
      const value = computed(op, a, b)
      if (filters && value === 0) continue
      result.has[step] = 1
      result.values[step] = filters ? each.values[step]! : value
    }
    return result
  })
  return { kind: 'vector', series: results.filter(({ has }) => has.includes(1)) }
}

const everything: Matching = { on: false, labels: [], many: null, include: [] }

function paired(operation: BinaryOperation, left: Series[], right: Series[], steps: number): Series[] {
  const matching = operation.matching ?? everything
  const grouping = { without: !matching.on, labels: matching.labels }
  const signature = ({ labels }: Series): string => seriesKey(groupedLabels(labels, grouping))
  switch (operation.op) {
    case 'and':
      return masked(left, right, signature, steps, true)
    case 'unless':
      return masked(left, right, signature, steps, false)
    case 'or':
      return [...left, ...masked(right, left, signature, steps, false)]
    default:
      return joined(operation, matching, left, right, signature, steps)
  }
}

/** What of `series` is at steps where `others` have, or have not, one with the same signature. */
function masked(
  series: Series[],
  others: Series[],
  signature: (series: Series) => string,
  steps: number,
  wanted: boolean,
): Series[] {
  const present = new Map<string, Uint8Array>()
  for (const other of others) {
    const key = signature(other)
    const has = present.get(key) ?? new Uint8Array(steps)
    other.has.forEach((one, step) => {
      if (one) has[step] = 1
    })
    present.set(key, has)
  }
  const results = series.map((each) => {
    const other = present.get(signature(each))
    return { ...each, has: each.has.map((has, step) => Number(has === 1 && (other?.[step] === 1) === wanted)) }
  })
  return results.filter(({ has }) => has.includes(1))
}

function joined(
  { op, bool }: BinaryOperation,
  matching: Matching,
  left: Series[],
  right: Series[],
  signature: (series: Series) => string,
  steps: number,
): Series[] {
  const swapped = matching.many === 'right'
  const [many, one] = swapped ? [right, left] : [left, right]
  const counterparts = Map.groupBy(one, signature)
  const filters = comparing.has(op) && !bool
  const results = new Map<string, Series>()
  for (const each of many) {
    for (const other of counterparts.get(signature(each)) ?? []) {
      const labels = joinedLabels(each, other, matching)
      const key = seriesKey(labels)
      const result = results.get(key) ?? newSeries(labels, steps)
      results.set(key, result)
      for (let step = 0; step < steps; step++) {
        if (each.has[step] === 0 || other.has[step] === 0) continue
        if (result.has[step] !== 0) throw ambiguous(labels, matching)
        const [a, b] = swapped ? [other.values[step]!, each.values[step]!] : [each.values[step]!, other.values[step]!]
        const value = computed(op, a, b)
        // A pair that is compared away still counts as a pair, until all are through.
        result.has[step] = filters && value === 0 ? comparedAway : 1
        result.values[step] = filters ? a : value
      }
    }
  }
  return [...results.values()]
    .map((series) => ({ ...series, has: series.has.map((has) => Number(has === 1)) }))
    .filter(({ has }) => has.includes(1))
}

const comparedAway = 2

function joinedLabels(each: Series, other: Series, { on, labels, many, include }: Matching): Map<string, string> {
  if (many === null) return groupedLabels(each.labels, { without: !on, labels })
  const result = new Map(each.labels)
  for (const name of include) {
    const value = other.labels.get(name)
    if (value === undefined) result.delete(name)
    else result.set(name, value)
  }
  return result
}

function ambiguous(labels: Map<string, string>, { many }: Matching): AppError {
  const group = labelsText(labelsObject(labels))
  const hint =
    many === null
      ? 'many-to-many matching not allowed: matching labels must be unique on one side'
      : 'multiple matches for labels: grouping labels must ensure unique matches'
  return new AppError('VALIDATION_FAILED', `found duplicate series for the match group ${group}; ${hint}`)
}
