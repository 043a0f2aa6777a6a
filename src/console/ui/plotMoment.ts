import type { Annotation } from './Chart.tsx'
import type { DrawnLine, TimeSeriesProps } from './timeLines.ts'

/** What a line is at a moment; null where it has a gap. */
export interface MomentValue extends DrawnLine {
  value: number | null
  /** What it was since the time before, where that is more than the value. */
  between?: { low: number; high: number }
}

/** What a chart tells of one moment. */
export interface Moment {
  /** Ms since the epoch. */
  at: number
  /** The highest first. */
  values: MomentValue[]
  /** How many lines more there are than values. */
  left: number
  /** What is marked there. */
  marks: Annotation[]
}

type Shown = Pick<TimeSeriesProps, 'times' | 'annotations'> & { drawn: readonly DrawnLine[] }

/**
 * The moment at an index of the times, undefined where there is none.
 * @param valuesMax how many lines are told at most
 * @param marked where marks are looked for, ms, and how near counts as there
 */
export function momentOf(
  { times, drawn, annotations = [] }: Shown,
  index: number,
  valuesMax: number,
  marked: { at: number; nearMs: number },
): Moment | undefined {
  const at = times[index]
  if (at === undefined) return undefined
  const values = highest(drawn, index, valuesMax)
  return {
    at,
    values,
    left: drawn.length - values.length,
    marks: annotations.filter((one) => one.label !== '' && isAt(one, marked)),
  }
}

const isAt = ({ at: from, to = from }: Annotation, { at, nearMs }: { at: number; nearMs: number }): boolean =>
  from - nearMs <= at && at <= to + nearMs

const highest = (drawn: readonly DrawnLine[], index: number, countMax: number): Moment['values'] =>
  drawn
    .map((one) => valueAt(one, index))
    .filter(({ value, between }) => value !== null || between || drawn.length <= countMax)
    .toSorted((a, b) => highOf(b) - highOf(a))
    .slice(0, countMax)

const highOf = ({ value, between }: MomentValue): number => between?.high ?? value ?? -Infinity

/** What a line is at an index of the times. */
export function valueAt({ line, order }: DrawnLine, index: number): MomentValue {
  const value = line.values[index] ?? null
  const [low, high] = [line.lows?.[index] ?? value, line.highs?.[index] ?? value]
  if (low === null || high === null || (low === value && high === value)) return { line, order, value }
  return { line, order, value, between: { low, high } }
}
