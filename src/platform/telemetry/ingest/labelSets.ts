import type { Labels } from '../labels.ts'
import type { IngestCaps } from './caps.ts'
import { shortened, type Rejections } from './rejections.ts'
import { labelName, longer } from './streamLabels.ts'

export type MetricCaps = Pick<IngestCaps, 'labelNameBytesMax' | 'labelValueBytesMax' | 'labelsPerSeriesMax'>

type Refusal = { reason: Parameters<Rejections['add']>[0]; message: string }

/** The labels of a series, or why it has to be refused. */
export type KnownLabels = { labels: Labels; refusal?: undefined } | { labels?: undefined; refusal: Refusal }

const metricName = /^[A-Za-z_:][A-Za-z0-9_:]*$/
const textsMax = 100_000
const keyBytesMax = 64 * 1024

/**
 * Label sets seen before, by whatever a sender's encoding makes of them: a series that comes again costs one look-up,
 * and its labels are the very same object. What was not asked for lately is forgotten, so that churn does not pile up.
 */
export class LabelSets {
  readonly #bytesMax: number
  #recent = new Map<string, KnownLabels>()
  #older = new Map<string, KnownLabels>()
  #recentBytes = 0
  /** Many series share their names and most of their values. */
  #texts = new Map<string, string>()
  #caps: MetricCaps | undefined

  /** `bytesMax` bounds the keys; what they stand for is about as large again. */
  constructor(bytesMax = 32 * 1024 * 1024) {
    this.#bytesMax = bytesMax
  }

  /** Refusals are remembered as well, so another `caps` object forgets everything. */
  use(caps: MetricCaps): void {
    if (caps === this.#caps) return
    this.#caps = caps
    this.#recent.clear()
    this.#older.clear()
    this.#recentBytes = 0
  }

  get(key: string): KnownLabels | undefined {
    const known = this.#recent.get(key)
    if (known) return known
    const older = this.#older.get(key)
    if (older) this.#remember(key, older)
    return older
  }

  /** Checks the labels by the caps, and remembers the outcome. */
  add(key: string, pairs: [name: string, value: string][], caps: MetricCaps): KnownLabels {
    const known = checkLabels(
      pairs.map(([name, value]) => [this.#shared(name), this.#shared(value)]),
      caps,
    )
    if (key.length <= keyBytesMax) this.#remember(key, known)
    return known
  }

  /** The same by the pairs themselves, where a sender's encoding gives no key. */
  of(pairs: [name: string, value: string][], caps: MetricCaps): KnownLabels {
    let key = '='
    for (const [name, value] of pairs) key += `${name.length}:${value.length}:${name}${value}`
    return this.get(key) ?? this.add(key, pairs, caps)
  }

  #remember(key: string, known: KnownLabels): void {
    this.#recent.set(key, known)
    this.#recentBytes += key.length
    if (this.#recentBytes * 2 <= this.#bytesMax) return
    this.#older = this.#recent
    this.#recent = new Map()
    this.#recentBytes = 0
  }

  #shared(text: string): string {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    if (this.#texts.size >= textsMax) this.#texts.clear()
    this.#texts.set(text, text)
    return text
  }
}

/** Prometheus' rules: a valid name, no label twice, none too long. A label without a value is none. */
function checkLabels(pairs: [name: string, value: string][], caps: MetricCaps): KnownLabels {
  const labels: Labels = Object.fromEntries(pairs.filter(([, value]) => value !== ''))
  const count = Object.keys(labels).length
  const name = labels['__name__'] ?? ''
  const series = (): string => shortened(JSON.stringify(labels))
  const refuse = (reason: Refusal['reason'], message: string): KnownLabels => ({ refusal: { reason, message } })
  if (count > caps.labelsPerSeriesMax)
    return refuse('too_many_labels', `series ${series()} has ${count} labels; limit ${caps.labelsPerSeriesMax}`)
  if (!metricName.test(name)) return refuse('invalid_label', `invalid metric name or label names: ${series()}`)
  const seen = new Set<string>()
  for (const [label, value] of pairs) {
    if (seen.has(label))
      return refuse(
        'invalid_label',
        `invalid labels for series, labels ${series()}, duplicated label ${shortened(label)}`,
      )
    seen.add(label)
    if (longer(label, caps.labelNameBytesMax) || longer(value, caps.labelValueBytesMax))
      return refuse('label_too_long', `label name or value too long for series ${series()}: ${shortened(label)}`)
    if (!labelName.test(label)) return refuse('invalid_label', `invalid metric name or label names: ${series()}`)
  }
  return { labels }
}
