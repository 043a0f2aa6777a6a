import type { Labels } from '../../labels.ts'
import { staleNan, type MetricBatch, type MetricMetadata, type Series } from '../metrics.ts'
import { readExposition, readSeries, type ExposedSample } from './exposition.ts'

/** What one look at a target brought. */
export interface Scrape {
  /** Labels that every sample of the target gets; its own of the same name become `exported_…`. */
  labels: Labels
  atMs: number
  durationMs: number
  /** Absent when the target did not answer. */
  body?: { text: string; contentType: string | null } | undefined
}

interface Known {
  labels: Labels
  /** Number of the scrape that saw it last, and whether with a time of its own. */
  seenIn: number
  ownTime: boolean
}

/**
 * Remembers what each target exposes, so that a series that is gone is marked stale at once and labels of
 * a series are made once. https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness
 */
export class Targets {
  readonly #targets = new Map<string, { scrapes: number; known: Map<string, Known> }>()

  /** Samples of one look at the target `key`, with `up` and Prometheus' other figures about it. */
  batchOf(key: string, scrape: Scrape): MetricBatch {
    let target = this.#targets.get(key)
    if (!target) this.#targets.set(key, (target = { scrapes: 0, known: new Map() }))
    target.scrapes++
    const { known } = target
    const before = known.size
    const { samples, metadata, isUp } = exposedBy(scrape)
    const series = samples.map((sample) => seriesOf(sample, known, target.scrapes, scrape))
    const added = known.size - before
    return {
      series: [...series, ...gone(known, target.scrapes, scrape.atMs), ...figures(scrape, isUp, samples.length, added)],
      metadata,
    }
  }

  /** The target is scraped no longer: everything of it ends now. */
  forget(key: string, labels: Labels, atMs: number): MetricBatch {
    const known = this.#targets.get(key)?.known ?? new Map<string, Known>()
    this.#targets.delete(key)
    const stale = figureNames.map((name) => staleAt({ ...labels, __name__: name }, atMs))
    return { series: [...gone(known, -1, atMs), ...stale] }
  }
}

function exposedBy({ body }: Scrape): { samples: ExposedSample[]; metadata: MetricMetadata[]; isUp: boolean } {
  if (!body) return { samples: [], metadata: [], isUp: false }
  return { ...readExposition(body.text, body.contentType), isUp: true }
}

function seriesOf(
  { series, value, timestampMs }: ExposedSample,
  known: Map<string, Known>,
  scrapes: number,
  { labels, atMs }: Scrape,
): Series {
  let one = known.get(series)
  if (!one) known.set(series, (one = { labels: merge(readSeries(series), labels), seenIn: 0, ownTime: false }))
  one.seenIn = scrapes
  one.ownTime = timestampMs !== undefined
  return sampleAt(one.labels, timestampMs ?? atMs, value)
}

/** `job` of the target wins over `job` of the series, which is kept as `exported_job`. */
function merge(own: Record<string, string>, target: Labels): Labels {
  const merged: Record<string, string> = { ...target }
  for (const [name, value] of Object.entries(own))
    merged[Object.hasOwn(target, name) ? `exported_${name}` : name] = value
  return merged
}

function gone(known: Map<string, Known>, scrapes: number, atMs: number): Series[] {
  const stale: Series[] = []
  for (const [key, { labels, seenIn, ownTime }] of known) {
    if (seenIn === scrapes) continue
    known.delete(key)
    // What names its own time ends by itself: nobody knows when it would have come again.
    if (!ownTime) stale.push(staleAt(labels, atMs))
  }
  return stale
}

const figureNames = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped', 'scrape_series_added']

function figures({ labels, atMs, durationMs }: Scrape, isUp: boolean, samples: number, added: number): Series[] {
  const values = [isUp ? 1 : 0, durationMs / 1_000, samples, added]
  return figureNames.map((name, index) => sampleAt({ ...labels, __name__: name }, atMs, values[index]!))
}

const sampleAt = (labels: Labels, atMs: number, value: number): Series => ({
  labels,
  timestamps: Float64Array.of(atMs),
  values: Float64Array.of(value),
})

/** Written as bits: a NaN that passes through a variable may lose them. */
function staleAt(labels: Labels, atMs: number): Series {
  const bits = BigUint64Array.of(staleNan)
  return { labels, timestamps: Float64Array.of(atMs), values: new Float64Array(bits.buffer) }
}
