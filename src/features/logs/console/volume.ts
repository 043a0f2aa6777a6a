import type { Histogram, LogRow } from './queries.ts'
import { severityNames, type SeverityName } from './severity.ts'

/** Lines per bucket, by severity. */
export interface Volume {
  fromMs: number
  bucketMs: number
  /** How many; severities that do not occur have no counts. */
  buckets: number
  counts: Partial<Record<SeverityName, number[]>>
}

/** `toMs`: the end of what was asked for. */
export function volumeOf({ from, bucket_ms, counts }: Histogram, toMs: number): Volume {
  const fromMs = Date.parse(from)
  const [values] = Object.values(counts)
  return { fromMs, bucketMs: bucket_ms, buckets: values?.length ?? Math.ceil((toMs - fromMs) / bucket_ms), counts }
}

export const totalOf = (volume: Volume, severity: SeverityName): number => sum(volume.counts[severity] ?? [])

export const allOf = (volume: Volume): number => sum(severityNames.map((name) => totalOf(volume, name)))

/** Only these severities; none given means all. */
export const only = (volume: Volume, severities: readonly string[]): Volume =>
  severities.length === 0
    ? volume
    : {
        ...volume,
        counts: Object.fromEntries(Object.entries(volume.counts).filter(([name]) => severities.includes(name))),
      }

/** With lines that came since; the chart moves on by whole buckets and keeps their number. */
export function withRows(
  volume: Volume,
  rows: readonly Pick<LogRow, 'timestamp' | 'severity'>[],
  nowMs: number,
): Volume {
  const { buckets } = volume
  const moved = Math.max(0, Math.ceil((nowMs - volume.fromMs) / volume.bucketMs) - buckets)
  const fromMs = volume.fromMs + moved * volume.bucketMs
  const counts: Partial<Record<SeverityName, number[]>> = {}
  for (const [name, values] of Object.entries(volume.counts)) {
    counts[name as SeverityName] = [
      ...values.slice(moved),
      ...Array.from({ length: Math.min(moved, buckets) }, () => 0),
    ]
  }
  for (const { timestamp, severity } of rows) {
    // A sender's clock may be ahead of ours.
    const index = Math.min(buckets - 1, Math.floor((Date.parse(timestamp) - fromMs) / volume.bucketMs))
    if (index < 0) continue
    const values = (counts[severity] ??= Array.from({ length: buckets }, () => 0))
    values[index] = (values[index] ?? 0) + 1
  }
  return { ...volume, fromMs, counts }
}

/** One path for each severity over a plane of `buckets` by 100, the least severe at the bottom. */
export function pathsOf(volume: Volume): { severity: SeverityName; path: string }[] {
  const { buckets } = volume
  const heights = Array.from({ length: buckets }, (_none, index) =>
    sum(severityNames.map((name) => volume.counts[name]?.[index] ?? 0)),
  )
  const highest = Math.max(1, ...heights)
  const base = Array.from({ length: buckets }, () => 100)
  return severityNames.toReversed().map((severity) => {
    const values = volume.counts[severity] ?? []
    let path = ''
    values.forEach((value, index) => {
      if (value === 0) return
      const bottom = base[index]!
      const top = bottom - (value / highest) * 100
      base[index] = top
      path += `M${index + 0.08} ${round(bottom)}V${round(top)}h.84V${round(bottom)}z`
    })
    return { severity, path }
  })
}

/** Which severity stands at a height of one bar; `share` counts up from the bottom of the chart, 0 to 1. */
export function severityAt(volume: Volume, index: number, share: number): SeverityName | undefined {
  const { buckets } = volume
  const highest = Math.max(
    1,
    ...Array.from({ length: buckets }, (_none, at) => sum(severityNames.map((name) => volume.counts[name]?.[at] ?? 0))),
  )
  let reached = 0
  for (const name of severityNames.toReversed()) {
    reached += (volume.counts[name]?.[index] ?? 0) / highest
    if (share <= reached) return name
  }
  return undefined
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const round = (value: number): number => Math.round(value * 100) / 100
