import { AppError } from '#kernel/errors.ts'
import { labelsText, type Labels } from '../labels.ts'
import type { LogEntry, LogStream } from '../logs/logs.ts'
import type { IngestCaps } from './caps.ts'
import { Rejections, shortened } from './rejections.ts'
import { longer } from './streamLabels.ts'

/** Gathers the lines of a body by stream, within the caps. */
export class Entries {
  readonly rejections = new Rejections()
  readonly caps: IngestCaps
  readonly #streams = new Map<string, LogStream>()
  readonly #newestNs: bigint
  #count = 0

  constructor(caps: IngestCaps, receivedMs: number) {
    this.caps = caps
    this.#newestNs = BigInt(Math.floor(receivedMs + caps.futureMaxMs)) * 1_000_000n
  }

  /** The stream of that key, made by `labels` when it is new. Lines of one stream may come in several pieces. */
  stream(key: string, labels: Labels): LogStream {
    const known = this.#streams.get(key)
    if (known) return known
    const stream: LogStream = { labels, entries: [] }
    this.#streams.set(key, stream)
    return stream
  }

  /** @throws AppError PAYLOAD_TOO_LARGE for a body of too many lines */
  count(lines = 1): void {
    this.#count += lines
    if (this.#count > this.caps.entriesMax)
      throw new AppError(
        'PAYLOAD_TOO_LARGE',
        `request body has more than ${this.caps.entriesMax} entries; send smaller batches`,
        { entries_max: this.caps.entriesMax },
      )
  }

  /** Adds the line unless it breaks a cap. */
  add(stream: LogStream, entry: LogEntry): void {
    if (entry.timestampNs > this.#newestNs || entry.timestampNs < 0n) this.#refuseTime(stream, entry)
    else if (longer(entry.line, this.caps.lineBytesMax)) this.#refuseLine(stream, entry)
    else if (entry.metadata === undefined || this.#allowsMetadata(stream, entry.metadata)) stream.entries.push(entry)
  }

  list(): LogStream[] {
    return [...this.#streams.values()].filter(({ entries }) => entries.length > 0)
  }

  #refuseTime({ labels }: LogStream, { timestampNs }: LogEntry): void {
    const stream = (): string => `entry for stream '${shortened(labelsText(labels))}'`
    if (timestampNs < 0n) this.rejections.add('too_old', () => `${stream()} has a timestamp before 1970`)
    else this.rejections.add('too_far_in_future', () => `${stream()} has timestamp too new: ${timeText(timestampNs)}`)
  }

  #refuseLine({ labels }: LogStream, { line }: LogEntry): void {
    this.rejections.add(
      'line_too_long',
      () =>
        `Max entry size '${this.caps.lineBytesMax}' bytes exceeded for stream '${shortened(labelsText(labels))}' ` +
        `while adding an entry with length '${Buffer.byteLength(line)}' bytes`,
    )
  }

  #allowsMetadata({ labels }: LogStream, metadata: Labels): boolean {
    const { metadataEntriesMax, metadataBytesMax } = this.caps
    let count = 0
    let bytes = 0
    for (const name in metadata) {
      count++
      bytes += name.length + Buffer.byteLength(metadata[name]!)
    }
    const stream = (): string => `stream '${shortened(labelsText(labels))}'`
    if (count > metadataEntriesMax) {
      const limit = `limit: '${metadataEntriesMax}'`
      this.rejections.add(
        'too_many_labels',
        () => `${stream()} has too many structured metadata labels: '${count}', ${limit}`,
      )
    } else if (bytes > metadataBytesMax) {
      const limit = `limit: '${metadataBytesMax}' bytes`
      this.rejections.add(
        'label_too_long',
        () => `${stream()} has structured metadata too large: '${bytes}' bytes, ${limit}`,
      )
    } else return true
    return false
  }
}

function timeText(timestampNs: bigint): string {
  const ms = Number(timestampNs / 1_000_000n)
  return ms <= 8.64e15 ? new Date(ms).toISOString() : `${timestampNs} ns`
}
