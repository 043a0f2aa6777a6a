import { labelValue, type Labels, type Matcher } from '../../labels.ts'
import {
  severities,
  type LogFilter,
  type LogHistogram,
  type LogOptions,
  type LogPage,
  type LogRow,
  type LogSearch,
  type LogStats,
  type ServiceLogs,
} from '../logs.ts'
import { reading } from './damage.ts'
import { fieldOf } from '../fields.ts'
import { countsOf } from './head.ts'
import { countByTime } from './histogram.ts'
import { Piece, severityCount, type Block, type Hit } from './lines.ts'
import { Plan } from './plan.ts'
import { hashOf, parseRowId, rowOf } from './row.ts'
import type { Stream, Streams } from './streams.ts'
import { Sweep, type Direction } from './sweep.ts'
import { dayOf, dayStartNs, timestampNs } from './time.ts'
import { Work } from './turn.ts'

/** What there is to be searched. */
export interface Source {
  streams: Streams
  days(): number[]
  /** The blocks of a day as they are now. */
  blocks(day: number): Block[]
  oldestNs(): bigint
}

const scanPortionMax = 1_000

/** The answers of the store; none of them changes anything. */
export class Queries {
  readonly #source: Source

  constructor(source: Source) {
    this.#source = source
  }

  async search(search: LogSearch, options?: LogOptions): Promise<LogPage> {
    const work = new Work(options)
    const sweeps = this.#sweeps(this.#plan(search), search.direction, work)
    const { offset = 0, limit, countMax = 0 } = search
    const rows: LogRow[] = []
    const wanted = offset + limit
    let found = 0
    let sweep = sweeps.shift()
    while (sweep && found <= wanted) {
      const hits = await sweep.next()
      if (!hits) sweep = sweeps.shift()
      for (const hit of hits ?? []) {
        if (found >= offset && found < wanted) this.#collect(hit, rows)
        found++
      }
    }
    let count = found
    for (; countMax > 0 && sweep && count <= countMax; sweep = sweeps.shift()) {
      count += await sweep.countRest(countMax - count + 1)
    }
    const stoppedBy = work.exceeded
    return {
      rows,
      total: countMax > 0 ? { count: Math.min(count, countMax), exact: !stoppedBy && count <= countMax } : null,
      hasMore: found > wanted || (stoppedBy !== null && rows.length < limit),
      stats: work.finished(),
      ...(stoppedBy && { stoppedBy }),
    }
  }

  async *scan(filter: LogFilter & { direction: Direction }, options?: LogOptions): AsyncIterable<LogRow[]> {
    const work = new Work(options)
    for (const sweep of this.#sweeps(this.#plan(filter), filter.direction, work)) {
      for (let hits = await sweep.next(); hits; hits = await sweep.next()) {
        for (let from = 0; from < hits.length; from += scanPortionMax) {
          const rows: LogRow[] = []
          for (const hit of hits.slice(from, from + scanPortionMax)) this.#collect(hit, rows)
          yield rows
          await work.pauseWithinLimits()
        }
      }
      await work.pauseWithinLimits()
    }
  }

  async histogram(filter: LogFilter & { buckets: number }, options?: LogOptions): Promise<LogHistogram> {
    const work = new Work(options)
    const plan = this.#plan(filter)
    const blocks = this.#daysOf(plan, 'forward').flatMap((day) => this.#source.blocks(day))
    const counts = await countByTime(blocks, filter, plan, work)
    return { ...counts, stats: work.finished() }
  }

  async context(rowId: string, before: number, after: number, options?: LogOptions): Promise<LogRow[] | null> {
    const work = new Work(options)
    const found = await this.#find(rowId, work)
    if (!found) return null
    const stream = this.#source.streams.at(found.piece.columns.streams[found.row]!)
    const time = timestampNs(found.piece.block.day, found.piece.columns.offsets[found.row]!)
    // Lines of the very same time stand on both sides; which are before and after, the order of rows says.
    const older = await this.#around({ toNs: time + 1n }, 'backward', stream, work, (rows) => {
      const at = rows.findIndex(({ id }) => id === rowId)
      return at >= 0 && rows.length > at + before
    })
    const at = older.findIndex(({ id }) => id === rowId)
    if (at < 0) return null
    const sameTime = older.slice(0, at).toReversed()
    const newer = await this.#around({ fromNs: time + 1n }, 'forward', stream, work, (rows) => rows.length >= after)
    return [...older.slice(at, at + before + 1).toReversed(), ...sameTime.concat(newer).slice(0, after)]
  }

  async facet(
    filter: LogFilter & { field: string; top: number; sampleMax: number },
    options?: LogOptions,
  ): Promise<{ values: { value: string; count: number }[]; sampled: number }> {
    const work = new Work(options)
    const counts = new Map<string, number>()
    let sampled = 0
    for (const sweep of this.#sweeps(this.#plan(filter), 'backward', work)) {
      for (let hits = await sweep.next(); hits && sampled < filter.sampleMax; hits = await sweep.next()) {
        for (const hit of hits.slice(0, filter.sampleMax - sampled)) {
          const value = reading(hit.piece.block, () => this.#valueOf(hit, filter.field), undefined)
          if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
          if (++sampled % 256 === 0) await work.pauseWithinLimits()
        }
      }
      await work.pauseWithinLimits()
      if (sampled >= filter.sampleMax) break
    }
    const values = [...counts].map(([value, count]) => ({ value, count }))
    values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    return { values: values.slice(0, filter.top), sampled }
  }

  async services(span: { fromNs: bigint; toNs: bigint }): Promise<ServiceLogs[]> {
    const found = new Map<string, ServiceLogs>()
    await this.#eachStream(span, new Work(), ({ service }, counts, newestNs) => {
      const known = found.get(service) ?? { service, lines: 0, counts: severities.map(() => 0), newestNs }
      found.set(service, known)
      for (let severity = 0; severity < severityCount; severity++) {
        known.counts[severity]! += counts[severity]!
        known.lines += counts[severity]!
      }
      if (newestNs > known.newestNs) known.newestNs = newestNs
    })
    return [...found.values()].toSorted((a, b) => (a.service < b.service ? -1 : 1))
  }

  async labelNames(filter: LogFilter, options?: LogOptions): Promise<string[]> {
    const names = new Set<string>()
    for (const { labels } of await this.#streamsOf(filter, options)) for (const name in labels) names.add(name)
    return [...names].toSorted()
  }

  async labelValues(name: string, filter: LogFilter, options?: LogOptions): Promise<string[]> {
    const values = new Set<string>()
    for (const { labels } of await this.#streamsOf(filter, options)) {
      const value = labelValue(labels, name)
      if (value) values.add(value)
    }
    return [...values].toSorted()
  }

  async series(
    selectors: Matcher[][],
    span: { fromNs: bigint; toNs: bigint },
    options?: LogOptions,
  ): Promise<Labels[]> {
    const found = new Set<Stream>()
    for (const matchers of selectors) {
      for (const stream of await this.#streamsOf({ matchers, ...span }, options)) found.add(stream)
    }
    return [...found].map(({ labels }) => labels)
  }

  async stats(filter: LogFilter): Promise<LogStats> {
    const plan = this.#plan(filter)
    const found = new Set<number>()
    let chunks = 0
    let bytes = 0
    const blocks = this.#daysOf(plan, 'forward').flatMap((day) => this.#source.blocks(day))
    for (const block of blocks) {
      if (!plan.mayMatch(block)) continue
      const lines = block.streamCounts.reduce((sum, count, at) => {
        if (!plan.passes(block.streams[at]!)) return sum
        found.add(block.streams[at]!)
        return sum + count
      }, 0)
      chunks++
      bytes += Math.round((block.bytes * lines) / block.length)
    }
    const entries = await this.#entries(plan)
    return { streams: found.size, chunks, entries, bytes }
  }

  /** A filter that reaches no further back than what is kept. */
  #plan(filter: LogFilter, only?: Stream): Plan {
    const oldest = this.#source.oldestNs()
    const fromNs = filter.fromNs < oldest ? oldest : filter.fromNs
    return new Plan({ ...filter, fromNs }, this.#source.streams, only)
  }

  #daysOf(plan: Plan, direction: Direction): number[] {
    const days = [...new Set(this.#source.days())].filter((day) => plan.coversDay(day))
    return days.toSorted((a, b) => (direction === 'forward' ? a - b : b - a))
  }

  /** One for each day. What they see is fixed now: lines that come or go later change nothing. */
  #sweeps(plan: Plan, direction: Direction, work: Work): Sweep[] {
    return this.#daysOf(plan, direction).map((day) => new Sweep(this.#source.blocks(day), plan, direction, work))
  }

  #collect({ piece, row }: Hit, rows: LogRow[]): void {
    const found = reading(piece.block, () => rowOf(piece, row, this.#source.streams), null)
    if (found) rows.push(found)
  }

  #valueOf({ piece, row }: Hit, field: string): string | undefined {
    const stream = this.#source.streams.at(piece.columns.streams[row]!)
    if (field === 'level') return severities[piece.columns.severities[row]!]
    if (field === 'service') return stream.service
    return fieldOf(field, piece.line(row), piece.metadata(row), stream.labels)
  }

  /** The row that an id names. */
  async #find(rowId: string, work: Work): Promise<Hit | null> {
    const wanted = parseRowId(rowId)
    if (!wanted) return null
    const day = dayOf(wanted.timeNs)
    const offset = Number(wanted.timeNs - dayStartNs(day))
    for (const block of this.#source.blocks(day)) {
      if (block.minOffset > offset || block.maxOffset < offset) continue
      const hit = reading(block, () => this.#findIn(block, offset, wanted.hash), null)
      if (hit) return hit
      await work.pauseWithinLimits()
    }
    return null
  }

  #findIn(block: Block, offset: number, hash: string): Hit | null {
    const columns = block.columns()
    for (let row = columns.offsets.indexOf(offset); row >= 0; row = columns.offsets.indexOf(offset, row + 1)) {
      const piece = new Piece(block, columns, frameOf(block, row))
      if (hashOf(piece, row, this.#source.streams.at(columns.streams[row]!).crc) === hash) return { piece, row }
    }
    return null
  }

  async #around(
    span: { fromNs?: bigint; toNs?: bigint },
    direction: Direction,
    stream: Stream,
    work: Work,
    isEnough: (rows: LogRow[]) => boolean,
  ): Promise<LogRow[]> {
    const plan = this.#plan({ fromNs: span.fromNs ?? 0n, toNs: span.toNs ?? foreverNs }, stream)
    const rows: LogRow[] = []
    for (const sweep of this.#sweeps(plan, direction, work)) {
      for (
        let hits = isEnough(rows) ? null : await sweep.next();
        hits;
        hits = isEnough(rows) ? null : await sweep.next()
      ) {
        for (const hit of hits) {
          this.#collect(hit, rows)
          if (isEnough(rows)) break
        }
        await work.pauseWithinLimits()
      }
    }
    return rows
  }

  /** Calls `take` for each stream of each block; within the span to the line, where a block reaches beyond it. */
  async #eachStream(
    filter: LogFilter,
    work: Work,
    take: (stream: Stream, severityCounts: ArrayLike<number>, newestNs: bigint) => void,
  ): Promise<void> {
    const plan = this.#plan(filter)
    for (const day of this.#daysOf(plan, 'forward')) {
      for (const block of this.#source.blocks(day)) {
        if (!plan.mayMatch(block)) continue
        const part = plan.spans(block) ? block : reading(block, () => partOf(block, plan), null)
        part?.streams.forEach((index, at) => {
          if (!plan.passes(index) || part.streamCounts[at] === 0) return
          const counts = part.streamSeverities.subarray(at * severityCount, (at + 1) * severityCount)
          take(this.#source.streams.at(index), counts, timestampNs(day, part.streamNewest[at]!))
        })
        await work.pauseWithinLimits()
      }
    }
  }

  async #streamsOf(filter: LogFilter, options: LogOptions | undefined): Promise<Set<Stream>> {
    const found = new Set<Stream>()
    const { where: _, ...ofStreams } = filter
    await this.#eachStream(ofStreams, new Work(options), (stream) => void found.add(stream))
    return found
  }

  async #entries(plan: Plan): Promise<number> {
    let count = 0
    for (const sweep of this.#sweeps(plan, 'forward', new Work())) count += await sweep.countRest(Infinity)
    return count
  }
}

const foreverNs = 1n << 62n

/** The frame that holds a row. */
function frameOf({ frameRows }: Block, row: number): number {
  let frame = 0
  while (frameRows[frame + 1]! <= row) frame++
  return frame
}

type StreamCounts = Pick<Block, 'streams' | 'streamCounts' | 'streamSeverities' | 'streamNewest'>

/** What of a block lies in the span. */
function partOf(block: Block, plan: Plan): StreamCounts {
  const columns = block.columns()
  const { from, to } = plan.withinDay(block.day)
  const inSpan = Array.from(columns.offsets.keys()).filter((row) => {
    const offset = columns.offsets[row]!
    return offset >= from && offset < to
  })
  return countsOf({
    ...columns,
    offsets: Float64Array.from(inSpan, (row) => columns.offsets[row]!),
    severities: Uint8Array.from(inSpan, (row) => columns.severities[row]!),
    streams: Int32Array.from(inSpan, (row) => columns.streams[row]!),
  })
}
