import type { ReactNode } from 'react'
import type { Annotation, Threshold } from './Chart.tsx'
import type { StatusLevel } from './Status.tsx'
import type { Unit } from './unit.ts'

/** Null is a gap and is drawn as one. */
export type Values = readonly (number | null)[]

export interface TimeLine {
  /** Which one it is: the same after a refresh, unlike every other. */
  key: string
  label: string
  /** One value for each time. */
  values: Values
  /** The least and the most since the time before, where the line was not always its value; drawn as a band. */
  lows?: Values
  highs?: Values
  /** A status colour for what has one (errors); else the colours of the series in turn. */
  level?: StatusLevel
}

export interface TimeSeriesProps {
  /** What is seen, for those who do not see it: `Request latency over the last hour`. */
  label: string
  /** Ms since the epoch, ascending; every line has one value for each. */
  times: readonly number[]
  lines: readonly TimeLine[]
  unit: Unit
  /** Ends of the time axis in ms, where they are not those of the data. */
  from?: number
  to?: number
  /** Plot height in px. */
  height?: number
  /** Below each line, or the lines on top of each other; without it only lines. */
  fill?: 'area' | 'stacked' | undefined
  /** Ends of the value axis, where it has natural ones. */
  min?: number | undefined
  max?: number | undefined
  /** `false` leaves out the way up from 0 when the values are far from it. Filled charts always begin at 0. */
  fromZero?: boolean
  thresholds?: readonly Threshold[]
  /** With it the first threshold has a handle that moves it. */
  onThreshold?: ((value: number) => void) | undefined
  /** Vertical marks: restarts, deploys, alerts. */
  annotations?: readonly Annotation[]
  /** Charts of one page with the same key share their cursor. */
  syncKey?: string
  /** Ms; by dragging, by Shift and dragging (the same span, moved), by Shift with the arrow keys and Enter. */
  onZoom?: ((fromMs: number, toMs: number) => void) | undefined
  /** `table` has last, min, max and average and sorts by them; `list` only names and last values. */
  legend?: 'table' | 'list' | 'none'
  /** Said instead of an empty plot. */
  empty?: ReactNode
}

/** A line and the place among all that its colour comes from. */
export interface DrawnLine {
  line: TimeLine
  order: number
}

export interface LineStats {
  last: number | null
  min: number | null
  max: number | null
  avg: number | null
}

/** Ends of what a line was, also between its times. */
export function statsOf({
  values,
  lows = values,
  highs = values,
}: Pick<TimeLine, 'values' | 'lows' | 'highs'>): LineStats {
  let last: number | null = null
  let sum = 0
  let count = 0
  for (const value of values) {
    if (value === null) continue
    last = value
    sum += value
    count += 1
  }
  return { last, min: leastOf(lows), max: mostOf(highs), avg: count === 0 ? null : sum / count }
}

/** Null where there is nothing but gaps. */
export const leastOf = (values: Values): number | null => endOf(values, (a, b) => a < b)
export const mostOf = (values: Values): number | null => endOf(values, (a, b) => a > b)

function endOf(values: Values, goesBefore: (a: number, b: number) => boolean): number | null {
  let end: number | null = null
  for (const value of values) if (value !== null && (end === null || goesBefore(value, end))) end = value
  return end
}

/** Each on top of those before it. A gap stays one and lifts nothing above it. */
export function stacked(lines: readonly Values[]): (number | null)[][] {
  const tops: number[] = []
  return lines.map((values) =>
    values.map((value, index) => {
      if (value === null) return null
      const top = (tops[index] ?? 0) + value
      tops[index] = top
      return top
    }),
  )
}

/** Which lines are shown; undefined is all of them. */
export type Chosen = ReadonlySet<string> | undefined

/** Alone; if it is already alone, all again. */
export const soloed = (chosen: Chosen, key: string): Chosen =>
  chosen?.size === 1 && chosen.has(key) ? undefined : new Set([key])

/** In or out; none at all would be an empty chart and is all again. */
export function toggled(chosen: Chosen, key: string, keys: readonly string[]): Chosen {
  const next = new Set(chosen ?? keys)
  if (!next.delete(key)) next.add(key)
  const isAll = keys.every((each) => next.has(each))
  return next.size === 0 || isAll ? undefined : next
}

/** Indexes of at most `countMax` of `count`, evenly spread, the last always among them. */
export function thinned(count: number, countMax: number): number[] {
  const every = Math.max(1, Math.ceil(count / countMax))
  const indexes: number[] = []
  for (let index = count - 1; index >= 0; index -= every) indexes.unshift(index)
  return indexes
}

/** Lower end of the axis: 0, unless the values are so far from it that they would be one flat line. */
export function axisRange(min: number, max: number, fromZero: boolean): [number, number] {
  if (min > max) return [0, 1]
  const span = max - min
  const isFar = !fromZero && span > 0 && span < 0.25 * Math.max(Math.abs(min), Math.abs(max))
  const margin = isFar ? span * 0.1 : Math.max(Math.abs(min), Math.abs(max)) * 0.1
  const low = isFar || min < 0 ? min - margin : 0
  const high = isFar || max > 0 ? max + margin : 0
  return low < high ? [low, high] : [low, low + 1]
}

const colourCount = 8
/** Neighbours in hue differ in their dashes too. More lines than colours are told apart by the legend. */
const dashes = ['', '', '', '', '6 3', '2 3', '8 3 2 3', '3 2']

export const lineColour = ({ level }: TimeLine, order: number): string =>
  level ? `var(--${level})` : `var(--series-${(order % colourCount) + 1})`
export const lineDash = ({ level }: TimeLine, order: number): string => (level ? '' : (dashes[order] ?? ''))
