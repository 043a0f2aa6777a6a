import type { StatusLevel } from './Status.tsx'

/** Null is a gap and is drawn as one. */
export type Values = readonly (number | null)[]

export interface TimeLine {
  /** Which one it is: the same after a refresh, unlike every other. */
  key: string
  label: string
  /** One value for each time. */
  values: Values
  /** A status colour for what has one (errors); else the colours of the series in turn. */
  level?: StatusLevel
}

export interface LineStats {
  last: number | null
  min: number | null
  max: number | null
  avg: number | null
}

export function statsOf(values: Values): LineStats {
  let last: number | null = null
  let min = Infinity
  let max = -Infinity
  let sum = 0
  let count = 0
  for (const value of values) {
    if (value === null) continue
    last = value
    min = Math.min(min, value)
    max = Math.max(max, value)
    sum += value
    count += 1
  }
  return count === 0 ? { last, min: null, max: null, avg: null } : { last, min, max, avg: sum / count }
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
