import type { Labels } from '#platform/telemetry/labels.ts'
import type { ActiveRule } from '../active.ts'
import type { Past } from './play.ts'

const pointsMax = 500
const linesMax = 10

/** Values over time; times are milliseconds since 1970. */
export interface Drawn {
  times: number[]
  /** Of many those that went furthest. */
  lines: { labels: Record<string, string>; values: (number | null)[] }[]
}

/** What was compared, with few enough points to draw: of several beside each other the one nearest to an alert. */
export function drawing({ terms }: ActiveRule, { times, outcomes }: Pick<Past, 'times' | 'outcomes'>): Drawn {
  const isBelow = terms.limit?.operator === 'below'
  const worse = (a: number | null | undefined, b: number): number =>
    a === null || a === undefined ? b : isBelow ? Math.min(a, b) : Math.max(a, b)
  const width = Math.max(1, Math.ceil(times.length / pointsMax))
  const places = Math.ceil(times.length / width)
  const lines = new Map<string, { labels: Labels; values: (number | null)[]; worst: number }>()
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.kind !== 'samples') continue
    const place = Math.floor(index / width)
    for (const { fingerprint, labels, value } of outcome.samples) {
      if (value === null) continue
      const line = lines.get(fingerprint) ?? {
        labels,
        values: Array.from({ length: places }, (): number | null => null),
        worst: value,
      }
      lines.set(fingerprint, line)
      line.values[place] = worse(line.values[place], value)
      line.worst = worse(line.worst, value)
    }
  }
  const furthest = [...lines.values()].toSorted((a, b) => (isBelow ? a.worst - b.worst : b.worst - a.worst))
  return {
    times: Array.from({ length: places }, (_, place) => times[Math.min(times.length - 1, place * width + width - 1)]!),
    lines: furthest.slice(0, linesMax).map(({ labels, values }) => ({ labels: { ...labels }, values })),
  }
}
