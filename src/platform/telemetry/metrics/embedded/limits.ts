import { labelsText, type Labels } from '../../labels.ts'
import type { MetricAppend, Rejection } from '../metrics.ts'

export interface StoreLimits {
  /** Series in memory and in files together; each takes 2 kB, and 2 kB more while it gets samples. */
  seriesMax: number
  labelsPerSeriesMax: number
  /** Characters of a name, and of a value. */
  labelNameMax: number
  labelValueMax: number
  /** How far a sample may lie behind the newest of its series. */
  outOfOrderMs: number
  futureMs: number
  /** Samples in memory beyond this become files early. */
  headBytesMax: number
  /** Answers to range queries, kept for when they are asked again. */
  resultBytesMax: number
  /** How long, and how many, ids of batches are known. */
  idsKeptMs: number
  idsMax: number
  /** Of the disk, 0 to 1: fuller than this, nothing is appended. */
  diskShareMax: number
}

export const defaultLimits: StoreLimits = {
  seriesMax: 200_000,
  labelsPerSeriesMax: 64,
  labelNameMax: 1_024,
  labelValueMax: 8_192,
  outOfOrderMs: 3_600_000,
  futureMs: 600_000,
  headBytesMax: 256 * 1_048_576,
  resultBytesMax: 16 * 1_048_576,
  idsKeptMs: 86_400_000,
  idsMax: 500_000,
  diskShareMax: 0.9,
}

const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/
const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const exampleMax = 200

/** Why labels cannot be those of a series; null when they can. */
export function labelsRefusal(labels: Labels, limits: StoreLimits): Rejection['reason'] | null {
  const pairs = Object.entries(labels)
  if (pairs.length === 0) return 'invalid_label'
  if (pairs.length > limits.labelsPerSeriesMax) return 'too_many_labels'
  for (const [name, value] of pairs) {
    if (name.length > limits.labelNameMax || value.length > limits.labelValueMax) return 'label_too_long'
    if (name === '__name__' ? !metricName.test(value) : !labelName.test(name)) return 'invalid_label'
    if (!value.isWellFormed()) return 'invalid_label'
  }
  return null
}

/** Counts what became of the samples of a batch. */
export class Outcome {
  stored = 0
  duplicates = 0
  readonly #rejected = new Map<Rejection['reason'], Rejection>()

  reject(reason: Rejection['reason'], count: number, labels: Labels, atMs?: number): void {
    const known = this.#rejected.get(reason)
    if (known) known.count += count
    else this.#rejected.set(reason, { reason, count, example: example(labels, atMs) })
  }

  get result(): MetricAppend {
    return { stored: this.stored, duplicates: this.duplicates, rejected: [...this.#rejected.values()] }
  }
}

function example(labels: Labels, atMs: number | undefined): string {
  const time =
    atMs === undefined ? '' : Math.abs(atMs) <= 8.64e15 ? ` at ${new Date(atMs).toISOString()}` : ` at ${atMs}`
  const text = labelsText(labels)
  return (text.length > exampleMax ? `${text.slice(0, exampleMax)}…` : text) + time
}
