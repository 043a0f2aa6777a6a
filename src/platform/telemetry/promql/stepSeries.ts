import type { Labels } from '../labels.ts'
import { executionError } from './errors.ts'
import { timesOf, type Grid } from './grid.ts'
import { keyOf, withoutName } from './labelSets.ts'

/**
 * A series over the moments of a grid. NaN is a value like any other, so `present` tells where there is one (1) and
 * where there is none (0). Whoever is given one may change its arrays.
 */
export interface StepSeries {
  labels: Labels
  values: Float64Array
  present: Uint8Array
}

/** Samples without stale markers, in order of time. */
export interface Points {
  labels: Labels
  timestamps: Float64Array
  values: Float64Array
}

export const emptySeries = (labels: Labels, count: number): StepSeries => ({
  labels,
  values: new Float64Array(count),
  present: new Uint8Array(count),
})

export const fullSeries = (labels: Labels, values: Float64Array): StepSeries => ({
  labels,
  values,
  present: new Uint8Array(values.length).fill(1),
})

/** Where there is a value, as samples. */
export function pointsOf({ labels, values, present }: StepSeries, grid: Grid, times = timesOf(grid)): Points {
  const count = countOf(present)
  if (count === present.length) return { labels, timestamps: times, values }
  const points = { labels, timestamps: new Float64Array(count), values: new Float64Array(count) }
  for (let step = 0, next = 0; step < present.length; step++) {
    if (present[step] === 0) continue
    points.timestamps[next] = times[step]!
    points.values[next++] = values[step]!
  }
  return points
}

export function countOf(present: Uint8Array): number {
  let count = 0
  for (const one of present) count += one
  return count
}

export const isEmpty = (present: Uint8Array): boolean => !present.includes(1)

const sameLabelset = 'vector cannot contain metrics with the same labelset'

/**
 * Collects series of which several may have come to the same labels. They become one, unless both have a value at
 * the same moment. @throws AppError QUERY_FAILED
 */
export class Distinct {
  readonly #series = new Map<string, StepSeries>()
  readonly #conflict: string

  constructor(conflict = sameLabelset) {
    this.#conflict = conflict
  }

  add(series: StepSeries): void {
    const key = keyOf(series.labels)
    const known = this.#series.get(key)
    if (!known) {
      this.#series.set(key, series)
      return
    }
    for (let step = 0; step < series.present.length; step++) {
      if (series.present[step] === 0) continue
      if (known.present[step] === 1) throw executionError(this.#conflict)
      known.present[step] = 1
      known.values[step] = series.values[step]!
    }
  }

  all(): StepSeries[] {
    return [...this.#series.values()]
  }
}

/** Takes the name away, and where series may have become the same, holds them back until all are known. */
export function nameless(mayCollide: boolean, emit: (series: StepSeries) => void) {
  const distinct = mayCollide ? new Distinct() : undefined
  return {
    add: (series: StepSeries) => {
      const unnamed = { ...series, labels: withoutName(series.labels) }
      if (distinct) distinct.add(unnamed)
      else emit(unnamed)
    },
    end: () => distinct?.all().forEach(emit),
  }
}

/** For functions of range vectors Prometheus allows no two series with the same labels, whenever they have values. */
export class DistinctLabels {
  readonly #keys = new Set<string>()

  add(labels: Labels): void {
    const key = keyOf(labels)
    if (this.#keys.has(key)) throw executionError(sameLabelset)
    this.#keys.add(key)
  }
}
