import type { Labels, Matcher } from '../../labels.ts'
import type { TimeSpan } from '../metrics.ts'
import { labelOf, matchingSeries } from './matching.ts'
import { Turns, type Sources } from './reading.ts'
import type { IndexedSeries, SeriesIndex } from './seriesIndex.ts'

/** Names, values and label sets of the series that any of the selectors matches and that have samples in a span. */
export class Listing {
  readonly #index: SeriesIndex
  readonly #sources: Sources
  readonly #span: TimeSpan
  readonly #selectors: Matcher[][]
  readonly #turns: Turns

  constructor(
    index: SeriesIndex,
    sources: Sources,
    span: TimeSpan,
    selectors: Matcher[][],
    signal: AbortSignal | undefined,
  ) {
    this.#index = index
    this.#sources = sources
    this.#span = span
    this.#selectors = selectors
    this.#turns = new Turns(signal)
  }

  /** At most `limit`; 0 for all. */
  async series(limit: number): Promise<Labels[]> {
    const found: Labels[] = []
    for await (const { labels } of this.#present(this.#matched())) {
      found.push(labels)
      if (found.length === limit) break
    }
    return found
  }

  async names(limit: number): Promise<string[]> {
    if (this.#selectors.length > 0) return this.#distinct(limit, ({ labels }) => Object.keys(labels))
    const names: string[] = []
    for (const name of [...this.#index.names].toSorted()) {
      if (await this.#isAnyPresent([...this.#index.valuesOf(name).values()].flat())) names.push(name)
      if (names.length === limit) break
    }
    return names
  }

  async values(name: string, limit: number): Promise<string[]> {
    if (this.#selectors.length > 0)
      return this.#distinct(limit, ({ labels }) => [labelOf(labels, name)].filter((value) => value !== ''))
    const values: string[] = []
    const all = this.#index.valuesOf(name)
    for (const value of [...all.keys()].toSorted()) {
      if (await this.#isAnyPresent(all.get(value) ?? [])) values.push(value)
      if (values.length === limit) break
    }
    return values
  }

  async #distinct(limit: number, textsOf: (series: IndexedSeries) => string[]): Promise<string[]> {
    const texts = new Set<string>()
    for await (const series of this.#present(this.#matched())) for (const text of textsOf(series)) texts.add(text)
    return [...texts].toSorted().slice(0, limit || undefined)
  }

  #matched(): Iterable<IndexedSeries> {
    if (this.#selectors.length === 0) return this.#index.all()
    return new Set(this.#selectors.flatMap((selector) => matchingSeries(this.#index, selector)))
  }

  async #isAnyPresent(series: readonly IndexedSeries[]): Promise<boolean> {
    for await (const _ of this.#present(series)) return true
    return false
  }

  async *#present(all: Iterable<IndexedSeries>): AsyncGenerator<IndexedSeries> {
    for (const series of all) {
      if (this.#hasSamples(series)) yield series
      if (this.#turns.isDue) await this.#turns.next()
    }
  }

  #hasSamples(series: IndexedSeries): boolean {
    const { fromMs, toMs } = this.#span
    return (
      this.#sources.windows.some((window) => window.series.get(series)?.overlaps(fromMs, toMs)) ||
      this.#sources.files.some((file) => file.find(series, fromMs, toMs) >= 0)
    )
  }
}
