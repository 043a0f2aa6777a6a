import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { MetricMetadata } from '../metrics.ts'
import { writeWhole } from './writeWhole.ts'

const metricsMax = 50_000
/** Targets may say different things of one metric. */
const perMetricMax = 10

/** What senders say of metrics: type, help, unit. New entries are in the write-ahead log until `save`. */
export class MetadataBook {
  readonly #path: string
  readonly #byMetric = new Map<string, MetricMetadata[]>()
  #changed = false

  constructor(path: string) {
    this.#path = path
  }

  async load(): Promise<void> {
    if (!existsSync(this.#path)) return
    for (const entry of parsed(await readFile(this.#path, 'utf8'))) this.add(entry)
    this.#changed = false
  }

  /** @returns whether it is new */
  add(entry: MetricMetadata): boolean {
    const known = this.#byMetric.get(entry.metric)
    if (!known && this.#byMetric.size >= metricsMax) return false
    if (known?.some((other) => sameText(other) === sameText(entry))) return false
    this.#byMetric.set(entry.metric, [...(known ?? []), entry].slice(-perMetricMax))
    this.#changed = true
    return true
  }

  list({ metric, limit = Infinity }: { metric?: string; limit?: number }): Record<string, MetricMetadata[]> {
    if (metric !== undefined) {
      const found = this.#byMetric.get(metric)
      return found ? Object.fromEntries([[metric, found]]) : {}
    }
    const names = [...this.#byMetric.keys()].toSorted().slice(0, limit)
    return Object.fromEntries(names.map((name) => [name, this.#byMetric.get(name)!]))
  }

  async save(): Promise<void> {
    if (!this.#changed) return
    this.#changed = false
    try {
      await writeWhole(this.#path, JSON.stringify([...this.#byMetric.values()].flat()))
    } catch (error) {
      this.#changed = true
      throw error
    }
  }
}

const sameText = ({ type, help, unit }: MetricMetadata): string => JSON.stringify([type, help, unit])

/** A damaged file costs the descriptions, which senders repeat, and no sample. */
function parsed(text: string): MetricMetadata[] {
  try {
    return JSON.parse(text) as MetricMetadata[]
  } catch {
    return []
  }
}
