import { dayNs, dayOf, dayStartNs } from './time.ts'

/** A batch within a group: its id, if it has one, and how many of the group's rows are its. */
export interface GroupBatch {
  id: string | undefined
  lines: number
}

/** Rows that go to disk together, as arrays: what one record of a segment holds. */
export interface Group {
  length: number
  timestamps: BigInt64Array
  days: Int32Array
  /** ns since the day began. */
  offsets: Float64Array
  severities: Uint8Array
  /** Places in `Streams`. */
  streams: Int32Array
  /** Where each line begins in `text`, one more than there are rows; a line feed stands after each line. */
  starts: Uint32Array
  text: Buffer
  /** JSON or nothing for each row; null where no row has any. */
  metadata: string[] | null
  batches: GroupBatch[]
}

const keptBytesMax = 4 * 1024 * 1024
const utf8BytesMax = 3

/** Memory for the text of one group after the other. */
export class TextMemory {
  #bytes = Buffer.alloc(0)

  /** Valid until the next call. */
  write(text: string): Buffer {
    const bytesMax = text.length * utf8BytesMax
    if (bytesMax > keptBytesMax) return Buffer.from(text)
    if (bytesMax > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(bytesMax)
    return this.#bytes.subarray(0, this.#bytes.write(text))
  }
}

/** Collects rows until they are written. */
export class GroupBuilder {
  length = 0
  readonly #lines: string[] = []
  readonly batches: GroupBatch[] = []
  #metadata: string[] | null = null
  #timestamps = new BigInt64Array(64)
  #severities = new Uint8Array(64)
  #streams = new Int32Array(64)

  add(timestampNs: bigint, line: string, stream: number, severity: number, metadata: string): void {
    const row = this.length++
    if (row === this.#timestamps.length) this.#grow()
    this.#timestamps[row] = timestampNs
    this.#severities[row] = severity
    this.#streams[row] = stream
    this.#lines.push(line)
    if (metadata !== '') this.#metadata ??= Array.from({ length: row }, () => '')
    this.#metadata?.push(metadata)
  }

  /** The group's text stands in `memory`. */
  build(memory: TextMemory): Group {
    const { length } = this
    const lines = this.#lines
    // One conversion for all is many times faster than one for each.
    const joined = length === 0 ? '' : `${lines.join('\n')}\n`
    const text = memory.write(joined)
    const isAscii = text.length === joined.length
    const starts = new Uint32Array(length + 1)
    for (let row = 0; row < length; row++) {
      const line = lines[row]!
      starts[row + 1] = starts[row]! + (isAscii ? line.length : Buffer.byteLength(line)) + 1
    }
    return groupOf({
      timestamps: this.#timestamps.subarray(0, length),
      severities: this.#severities.subarray(0, length),
      streams: this.#streams.subarray(0, length),
      starts,
      text,
      metadata: this.#metadata,
      batches: this.batches,
    })
  }

  #grow(): void {
    const rows = this.#timestamps.length * 2
    const timestamps = new BigInt64Array(rows)
    timestamps.set(this.#timestamps)
    this.#timestamps = timestamps
    const severities = new Uint8Array(rows)
    severities.set(this.#severities)
    this.#severities = severities
    const streams = new Int32Array(rows)
    streams.set(this.#streams)
    this.#streams = streams
  }
}

/** Completes a group with the days and offsets of its times. */
export function groupOf(rows: Omit<Group, 'length' | 'days' | 'offsets'>): Group {
  const { length } = rows.timestamps
  const days = new Int32Array(length)
  const offsets = new Float64Array(length)
  let day = 0
  let dayStart = 0n
  for (let row = 0; row < length; row++) {
    let offset = Number(rows.timestamps[row]! - dayStart)
    if (offset < 0 || offset >= dayNs) {
      day = dayOf(rows.timestamps[row]!)
      dayStart = dayStartNs(day)
      offset = Number(rows.timestamps[row]! - dayStart)
    }
    days[row] = day
    offsets[row] = offset
  }
  return { ...rows, length, days, offsets }
}
