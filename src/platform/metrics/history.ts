import { hourMs } from '#kernel/time.ts'
import { sampleTypes, type Sample, type SampleType } from './sample.ts'

export interface Point {
  type: SampleType
  value: number
  /** Milliseconds since 1970. */
  at: number
}

/** Samples of the last hour. */
export interface History {
  push(at: number, sample: Sample): void
  /** Values of these types since then, newest first, at most `limit` of them, and how many there are in all. */
  newest(
    types: readonly SampleType[],
    wanted: { limit: number; since?: number | undefined },
  ): { points: Point[]; total: number }
  /** Mean over the `spanMs` before the newest sample; undefined while there is none. */
  mean(type: SampleType, spanMs: number): number | undefined
}

const spanMs = hourMs

export function sampleHistory(shortestIntervalMs: number): History {
  const capacity = Math.ceil(spanMs / shortestIntervalMs)
  const times = new Float64Array(capacity)
  const values = new Map(sampleTypes.map((type) => [type, new Float64Array(capacity)]))
  let pushed = 0

  /** Positions of what is kept, newest first. */
  const positions = (spanMsWanted = spanMs): number[] => {
    const newestAt = times[(pushed - 1 + capacity) % capacity]!
    return Array.from({ length: Math.min(pushed, capacity) }, (_, age) => (pushed - 1 - age) % capacity).filter(
      (position) => newestAt - times[position]! < spanMsWanted,
    )
  }

  const pointsOf = (type: SampleType, kept: readonly number[]): Point[] =>
    kept
      .map((position) => ({ type, value: values.get(type)![position]!, at: times[position]! }))
      .filter(({ value }) => !Number.isNaN(value))

  return {
    push: (at, sample) => {
      const position = pushed++ % capacity
      times[position] = at
      for (const type of sampleTypes) values.get(type)![position] = sample[type] ?? Number.NaN
    },
    newest: (types, { limit, since = 0 }) => {
      const kept = positions().filter((position) => times[position]! >= since)
      const points = types.flatMap((type) => pointsOf(type, kept)).toSorted((a, b) => b.at - a.at)
      return { points: points.slice(0, limit), total: points.length }
    },
    mean: (type, spanMs) => {
      const points = pointsOf(type, positions(spanMs))
      return points.length === 0 ? undefined : points.reduce((sum, { value }) => sum + value, 0) / points.length
    },
  }
}
