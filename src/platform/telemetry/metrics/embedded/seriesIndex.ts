import { labelPairs, type Labels } from '../../labels.ts'
import type { WindowSeries } from './headWindow.ts'

/** A series of which there are samples, in the head or in a file. */
export class IndexedSeries {
  /** Ascends in order of appearance; not the same after a restart. */
  readonly id: number
  readonly key: string
  readonly labels: Labels
  newestMs = -Infinity
  /** Windows of the head and files that hold samples of it; with none it is forgotten. */
  uses = 0
  forgotten = false
  /** Where the newest samples went; spares looking for the window. */
  live: WindowSeries | null = null
  /** The last segment of the write-ahead log that tells its labels. */
  segment = -1

  constructor(id: number, key: string, labels: Labels) {
    this.id = id
    this.key = key
    this.labels = labels
  }
}

/** Series by their labels, and for each pair of name and value the series that have it. */
export class SeriesIndex {
  readonly #byKey = new Map<string, IndexedSeries>()
  /** Senders' decoders give the same object for the same labels again; that needs no key. */
  readonly #byObject = new WeakMap<Labels, IndexedSeries>()
  readonly #postings = new Map<string, Map<string, IndexedSeries[]>>()
  #nextId = 0

  get size(): number {
    return this.#byKey.size
  }

  all(): Iterable<IndexedSeries> {
    return this.#byKey.values()
  }

  find(labels: Labels): IndexedSeries | undefined {
    const known = this.#byObject.get(labels)
    if (known !== undefined && !known.forgotten) return known
    const found = this.#byKey.get(seriesKey(labels))
    if (found) this.#byObject.set(labels, found)
    return found
  }

  /** The series with these labels, new if there is none. `labels` have no empty values, and stay as they are. */
  open(labels: Labels): IndexedSeries {
    const key = seriesKey(labels)
    const known = this.#byKey.get(key)
    if (known) return known
    const series = new IndexedSeries(this.#nextId++, key, labels)
    this.#byKey.set(key, series)
    this.#byObject.set(labels, series)
    for (const [name, value] of Object.entries(labels)) this.#listOf(name, value).push(series)
    return series
  }

  #listOf(name: string, value: string): IndexedSeries[] {
    let values = this.#postings.get(name)
    if (!values) this.#postings.set(name, (values = new Map()))
    let list = values.get(value)
    if (!list) values.set(value, (list = []))
    return list
  }

  withPair(name: string, value: string): readonly IndexedSeries[] {
    return this.#postings.get(name)?.get(value) ?? []
  }

  get names(): Iterable<string> {
    return this.#postings.keys()
  }

  /** The values a label has, each with its series. */
  valuesOf(name: string): ReadonlyMap<string, readonly IndexedSeries[]> {
    return this.#postings.get(name) ?? new Map<string, IndexedSeries[]>()
  }

  /** Counts one use less of each, and forgets those that have none left. */
  release(series: Iterable<IndexedSeries>): void {
    const touched = new Map<string, Set<string>>()
    for (const one of series) {
      one.uses--
      if (one.uses > 0) continue
      one.forgotten = true
      this.#byKey.delete(one.key)
      for (const [name, value] of Object.entries(one.labels)) {
        const values = touched.get(name)
        if (values) values.add(value)
        else touched.set(name, new Set([value]))
      }
    }
    for (const [name, values] of touched) this.#sweep(name, values)
  }

  #sweep(name: string, touched: Set<string>): void {
    const values = this.#postings.get(name)
    if (!values) return
    for (const value of touched) {
      const left = (values.get(value) ?? []).filter(({ forgotten }) => !forgotten)
      if (left.length > 0) values.set(value, left)
      else values.delete(value)
    }
    if (values.size === 0) this.#postings.delete(name)
  }
}

/** Equal for equal label sets. Lengths stand before the texts, so that no text can imitate a border. */
export function seriesKey(labels: Labels): string {
  let key = ''
  let last = ''
  for (const name in labels) {
    const value = labels[name]!
    if (name < last || value === '') return sortedKey(labels)
    key += `${name.length},${value.length},${name}${value}`
    last = name
  }
  return key
}

const sortedKey = (labels: Labels): string =>
  labelPairs(labels)
    .map(([name, value]) => `${name.length},${value.length},${name}${value}`)
    .join('')
