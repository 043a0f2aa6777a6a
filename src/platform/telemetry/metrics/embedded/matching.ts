import { valueTest, type Labels, type Matcher } from '../../labels.ts'
import type { IndexedSeries, SeriesIndex } from './seriesIndex.ts'

export const labelOf = (labels: Labels, name: string): string =>
  Object.hasOwn(labels, name) ? (labels[name] ?? '') : ''

/**
 * The series that fulfil every matcher. Begins with the shortest list of series that a matcher leaves, and asks a
 * regular expression once for each value of its label.
 * @throws AppError VALIDATION_FAILED for a bad regular expression
 */
export function matchingSeries(index: SeriesIndex, matchers: readonly Matcher[]): IndexedSeries[] {
  const conditions = matchers.map((matcher) => new Condition(matcher))
  const candidates = shortest(index, conditions)
  const rest = conditions.filter((condition) => condition !== candidates.by)
  return candidates.series.filter(({ labels }) => rest.every((condition) => condition.holds(labels)))
}

class Condition {
  readonly matcher: Matcher
  readonly #test: (text: string) => boolean
  readonly #known = new Map<string, boolean>()

  constructor(matcher: Matcher) {
    this.matcher = matcher
    this.#test = valueTest(matcher)
  }

  /** A series without the label is out. */
  get needsLabel(): boolean {
    return !this.allows('')
  }

  get isEquality(): boolean {
    return this.matcher.op === '='
  }

  holds(labels: Labels): boolean {
    return this.allows(labelOf(labels, this.matcher.name))
  }

  allows(value: string): boolean {
    const known = this.#known.get(value)
    if (known !== undefined) return known
    const allowed = this.#test(value)
    this.#known.set(value, allowed)
    return allowed
  }
}

interface Candidates {
  series: readonly IndexedSeries[]
  by: Condition | null
}

function shortest(index: SeriesIndex, conditions: Condition[]): Candidates {
  let best: Candidates | null = null
  for (const condition of conditions.filter(({ isEquality, needsLabel }) => isEquality && needsLabel)) {
    const series = index.withPair(condition.matcher.name, condition.matcher.value)
    if (!best || series.length < best.series.length) best = { series, by: condition }
  }
  for (const condition of conditions.filter(({ isEquality, needsLabel }) => !isEquality && needsLabel)) {
    const values = index.valuesOf(condition.matcher.name)
    if (best && best.series.length <= values.size) continue
    const series = [...values].filter(([value]) => condition.allows(value)).flatMap(([, list]) => list)
    if (!best || series.length < best.series.length) best = { series, by: condition }
  }
  return best ?? { series: [...index.all()], by: null }
}
