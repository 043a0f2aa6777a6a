import { severityCount, type Block, type Columns, type Frame } from './lines.ts'
import type { Group } from './group.ts'

const chunkBits = 11
/** Small, so that a search of what is not sealed yet can pause between chunks. */
const chunkRows = 1 << chunkBits
/** The next chunk may have so many times the text of the last without growing. */
const textReserve = 1.1

/** The lines of one generation that are not in blocks yet: on disk in its segment, here to be searched. */
export class Head {
  readonly generation: number
  readonly days = new Map<number, HeadDay>()
  /** Ids of the batches it has. */
  readonly batches = new Map<string, number>()
  lines = 0
  bytes = 0

  constructor(generation: number) {
    this.generation = generation
  }

  /** Takes over the rows of a group that is on disk; `wanted` leaves days out that are in blocks already. */
  add(group: Group, wanted: (day: number) => boolean = () => true): void {
    const { days, length } = group
    for (let from = 0, to = 0; from < length; from = to) {
      const day = days[from]!
      for (to = from + 1; to < length && days[to] === day;) to++
      if (wanted(day)) this.#dayOf(day).add(group, from, to, this.lines)
      this.lines += to - from
    }
    this.bytes += group.text.length
    for (const { id, lines } of group.batches) if (id !== undefined) this.batches.set(id, lines)
  }

  #dayOf(day: number): HeadDay {
    const known = this.days.get(day)
    if (known) return known
    const added = new HeadDay(day, this.generation)
    this.days.set(day, added)
    return added
  }
}

/** The lines of a head that are of one day, in the order in which they came. */
export class HeadDay {
  readonly day: number
  readonly generation: number
  readonly chunks: HeadChunk[] = []
  length = 0

  constructor(day: number, generation: number) {
    this.day = day
    this.generation = generation
  }

  add(group: Group, from: number, to: number, ordinal: number): void {
    for (let row = from; row < to;) {
      const chunk = this.#open()
      const end = Math.min(to, row + chunkRows - chunk.length)
      chunk.add(group, row, end, ordinal + row - from)
      this.length += end - row
      row = end
    }
  }

  /** Of all rows. */
  columns(): Pick<Columns, 'offsets' | 'severities' | 'streams'> {
    const all = {
      offsets: new Float64Array(this.length),
      severities: new Uint8Array(this.length),
      streams: new Int32Array(this.length),
    }
    this.chunks.forEach(({ length, offsets, severities, streams }, index) => {
      all.offsets.set(offsets.subarray(0, length), index << chunkBits)
      all.severities.set(severities.subarray(0, length), index << chunkBits)
      all.streams.set(streams.subarray(0, length), index << chunkBits)
    })
    return all
  }

  chunkOf(row: number): HeadChunk {
    return this.chunks[row >>> chunkBits]!
  }

  static rowInChunk(row: number): number {
    return row & (chunkRows - 1)
  }

  #open(): HeadChunk {
    const last = this.chunks.at(-1)
    if (last && last.length < chunkRows) return last
    const chunk = new HeadChunk(this.day, this.generation, last)
    this.chunks.push(chunk)
    return chunk
  }
}

/** Arrays that only grow: what a search has seen of them stays as it was. */
export class HeadChunk {
  readonly day: number
  readonly generation: number
  length = 0
  offsets = new Float64Array(32)
  severities = new Uint8Array(32)
  streams = new Int32Array(32)
  ordinals = new Uint32Array(32)
  starts = new Uint32Array(33)
  text: Buffer = Buffer.alloc(0)
  metadata: string[] | null = null
  #minOffset = Infinity
  #maxOffset = -Infinity
  #snapshot: Block | null = null

  /** As large from the beginning as the one before became. */
  constructor(day: number, generation: number, before: HeadChunk | undefined) {
    this.day = day
    this.generation = generation
    if (!before) return
    this.#reserve(before.length)
    this.#reserveText(Math.ceil(before.starts[before.length]! * textReserve))
  }

  add(group: Group, from: number, to: number, ordinal: number): void {
    this.#reserve(this.length + to - from)
    const textFrom = group.starts[from]!
    const textTo = group.starts[to]!
    const textLength = this.starts[this.length]!
    this.#reserveText(textLength + textTo - textFrom)
    group.text.copy(this.text, textLength, textFrom, textTo)
    for (let row = from; row < to; row++) {
      const at = this.length + row - from
      const offset = group.offsets[row]!
      this.offsets[at] = offset
      if (offset < this.#minOffset) this.#minOffset = offset
      if (offset > this.#maxOffset) this.#maxOffset = offset
      this.severities[at] = group.severities[row]!
      this.streams[at] = group.streams[row]!
      this.ordinals[at] = ordinal + row - from
      this.starts[at + 1] = textLength + group.starts[row + 1]! - textFrom
    }
    this.#addMetadata(group, from, to)
    this.length += to - from
  }

  /** What it has now, and nothing that comes later. */
  snapshot(): Block {
    if (this.#snapshot?.length !== this.length) this.#snapshot = this.#block()
    return this.#snapshot
  }

  #addMetadata(group: Group, from: number, to: number): void {
    if (group.metadata && !this.metadata) this.metadata = Array.from({ length: this.length }, () => '')
    if (!this.metadata) return
    for (let row = from; row < to; row++) this.metadata.push(group.metadata?.[row] ?? '')
  }

  #block(): Block {
    const { length } = this
    const columns: Columns = {
      offsets: this.offsets.subarray(0, length),
      severities: this.severities.subarray(0, length),
      streams: this.streams.subarray(0, length),
      ordinals: this.ordinals.subarray(0, length),
      starts: this.starts.subarray(0, length + 1),
    }
    const text = this.text.subarray(0, this.starts[length])
    const metadata = this.metadata
    const frame = (): Frame => ({
      text,
      metadata: metadata && Buffer.from(metadata.slice(0, length).join('\n')),
    })
    return {
      day: this.day,
      generation: this.generation,
      length,
      minOffset: this.#minOffset,
      maxOffset: this.#maxOffset,
      bytes: text.length,
      ...countsOf(columns),
      minutes: null,
      hasMetadata: metadata !== null,
      frameRows: [0, length],
      columns: () => columns,
      frame,
      frameLater: async () => frame(),
      mayContain: () => true,
      linesWith: () => null,
      rowsWith: () => null,
      quarantine: () => undefined,
    }
  }

  #reserve(rows: number): void {
    if (rows <= this.offsets.length) return
    const capacity = Math.min(chunkRows, Math.max(rows, this.offsets.length * 4))
    this.offsets = grown(this.offsets, new Float64Array(capacity))
    this.severities = grown(this.severities, new Uint8Array(capacity))
    this.streams = grown(this.streams, new Int32Array(capacity))
    this.ordinals = grown(this.ordinals, new Uint32Array(capacity))
    this.starts = grown(this.starts, new Uint32Array(capacity + 1))
  }

  #reserveText(bytes: number): void {
    if (bytes <= this.text.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, this.text.length * 2, 4096))
    this.text.copy(larger)
    this.text = larger
  }
}

function grown<T extends Float64Array | Uint8Array | Int32Array | Uint32Array>(from: T, to: T): T {
  to.set(from)
  return to
}

/** How many lines of each severity and each stream there are, and the newest of each stream. */
export function countsOf({
  offsets,
  severities,
  streams,
}: Columns): Pick<Block, 'severityCounts' | 'streams' | 'streamCounts' | 'streamSeverities' | 'streamNewest'> {
  const severityCounts = new Uint32Array(severityCount)
  const places = new Map<number, number>()
  const counts: number[] = []
  const ofSeverity: number[] = []
  const newest: number[] = []
  for (let row = 0; row < streams.length; row++) {
    severityCounts[severities[row]!]!++
    const stream = streams[row]!
    let place = places.get(stream)
    if (place === undefined) {
      place = places.size
      places.set(stream, place)
      counts.push(0)
      newest.push(0)
      for (let severity = 0; severity < severityCount; severity++) ofSeverity.push(0)
    }
    counts[place]!++
    ofSeverity[place * severityCount + severities[row]!]!++
    if (offsets[row]! > newest[place]!) newest[place] = offsets[row]!
  }
  return {
    severityCounts,
    streams: Int32Array.from(places.keys()),
    streamCounts: Uint32Array.from(counts),
    streamSeverities: Uint32Array.from(ofSeverity),
    streamNewest: Float64Array.from(newest),
  }
}
