import { valueTest, type Matcher } from '../../labels.ts'
import type { LogFilter } from '../logs.ts'
import { allSeverities, severityCount, type Block, type Piece } from './lines.ts'
import { conditionsOf, type Test } from './predicate.ts'
import type { Stream, Streams } from './streams.ts'
import { dayOf, withinDay } from './time.ts'

/** A filter, ready to be asked of blocks and rows. */
export class Plan {
  readonly fromNs: bigint
  readonly toNs: bigint
  /** What only the lines themselves can tell. */
  readonly rest: Test | null
  readonly #severities: number
  readonly #streamPasses: ((stream: Stream) => boolean) | null
  readonly #streams: Streams
  readonly #verdicts: boolean[] = []
  /** One piece of memory after the other would be much of the work of a search that looks at few lines. */
  #marks = new Uint8Array(1_024)

  /** @throws AppError VALIDATION_FAILED for a bad regular expression */
  constructor({ matchers = [], where, fromNs, toNs }: LogFilter, streams: Streams, only?: Stream) {
    this.fromNs = fromNs < 0n ? 0n : fromNs
    this.toNs = toNs
    this.#streams = streams
    const conditions = conditionsOf(where, streams)
    this.rest = conditions.rest
    this.#severities = conditions.severities
    this.#streamPasses = only ? (stream) => stream === only : streamCondition(matchers, conditions.streams)
  }

  coversDay(day: number): boolean {
    return this.toNs > this.fromNs && day >= dayOf(this.fromNs) && day <= dayOf(this.toNs - 1n)
  }

  withinDay(day: number): { from: number; to: number } {
    return withinDay(day, this.fromNs, this.toNs)
  }

  passes(stream: number): boolean {
    if (!this.#streamPasses) return true
    const known = this.#verdicts[stream]
    if (known !== undefined) return known
    return (this.#verdicts[stream] = this.#streamPasses(this.#streams.at(stream)))
  }

  passesSeverity(severity: number): boolean {
    return ((this.#severities >> severity) & 1) === 1
  }

  /** False where certainly nothing in the block matches. Looks at the filters last: they have to be read. */
  mayMatch(block: Block): boolean {
    const { from, to } = this.withinDay(block.day)
    if (block.maxOffset < from || block.minOffset >= to) return false
    if (!this.#hasSeverity(block) || !block.streams.some((stream) => this.passes(stream))) return false
    return this.rest?.mayMatch(block) ?? true
  }

  /** Whether the block lies wholly in the time span. */
  spans(block: Block): boolean {
    const { from, to } = this.withinDay(block.day)
    return block.minOffset >= from && block.maxOffset < to
  }

  /** Whether every stream of the block passes, and nothing has to be read in its lines. */
  isDecidedBySeverity(block: Block): boolean {
    return !this.rest && block.streams.every((stream) => this.passes(stream))
  }

  /** How many lines of the block match, where that can be told without opening it. */
  countOf(block: Block): number | null {
    if (!this.spans(block)) return null
    if (this.rest) return this.#passesWhole(block) ? this.rest.count(block) : null
    let sum = 0
    for (let at = 0; at < block.streams.length; at++) {
      if (!this.passes(block.streams[at]!)) continue
      for (let severity = 0; severity < severityCount; severity++) {
        if (this.passesSeverity(severity)) sum += block.streamSeverities[at * severityCount + severity]!
      }
    }
    return sum
  }

  /** A mark for each row of the piece: 1 where it matches. Valid until the next call. */
  marks(piece: Piece): Uint8Array {
    const { columns, fromRow, toRow, block } = piece
    const { offsets, severities } = columns
    const streams = block.streams.every((stream) => this.passes(stream)) ? null : columns.streams
    const marks = this.#noMarks(toRow - fromRow)
    if (!streams && this.spans(block) && this.#severities === allSeverities) {
      marks.fill(1)
      this.rest?.narrow(piece, marks)
      return marks
    }
    const { from, to } = this.withinDay(block.day)
    const verdicts = this.#verdictsOf(block.streams)
    const mask = this.#severities
    let any = false
    for (let row = fromRow; row < toRow; row++) {
      if (streams && !verdicts[streams[row]!]) continue
      if (((mask >> severities[row]!) & 1) === 0) continue
      const offset = offsets[row]!
      if (offset < from || offset >= to) continue
      marks[row - fromRow] = 1
      any = true
    }
    if (any) this.rest?.narrow(piece, marks)
    return marks
  }

  #noMarks(rows: number): Uint8Array {
    if (rows > this.#marks.length) this.#marks = new Uint8Array(rows)
    return this.#marks.subarray(0, rows).fill(0)
  }

  /** By stream, known for all of these. */
  #verdictsOf(streams: Int32Array): readonly boolean[] {
    for (const stream of streams) this.passes(stream)
    return this.#verdicts
  }

  #passesWhole({ streams, severityCounts }: Block): boolean {
    return (
      streams.every((stream) => this.passes(stream)) &&
      Array.from(severityCounts).every((count, severity) => count === 0 || this.passesSeverity(severity))
    )
  }

  #hasSeverity({ severityCounts }: Block): boolean {
    if (this.#severities === allSeverities) return true
    for (let severity = 0; severity < severityCounts.length; severity++) {
      if (severityCounts[severity]! > 0 && this.passesSeverity(severity)) return true
    }
    return false
  }
}

function streamCondition(
  matchers: Matcher[],
  condition: ((stream: Stream) => boolean) | null,
): ((stream: Stream) => boolean) | null {
  if (matchers.length === 0) return condition
  const tests = matchers.map((matcher) => ({ name: matcher.name, fulfils: valueTest(matcher) }))
  return (stream) =>
    tests.every(({ name, fulfils }) => fulfils(stream.labels[name] ?? '')) && (condition?.(stream) ?? true)
}
