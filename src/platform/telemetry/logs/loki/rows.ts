import { crc32 } from 'node:zlib'
import * as z from 'zod'
import { severityOfLevel } from '../../ingest/level.ts'
import { labelsKey, type Labels } from '../../labels.ts'
import type { LogRow } from '../logs.ts'
import { serviceOf } from '../service.ts'
import { detectSeverity } from '../severity.ts'

const labelsSchema = z.record(z.string(), z.string())
const toldSchema = z.object({ structuredMetadata: labelsSchema.optional(), parsed: labelsSchema.optional() })

/** A stream of an answer. Its labels have the metadata among them, unless that stands by the lines. */
export const streamSchema = z.object({
  stream: labelsSchema,
  values: z.array(z.tuple([z.string(), z.string()]).rest(toldSchema)),
})

export type AnsweredStream = z.output<typeof streamSchema>

/** Asks Loki 3 to keep metadata apart from labels. */
export const apart = { 'x-loki-response-encoding-flags': 'categorize-labels' }

/** Name of the level that Loki finds; ours are told by it where a line does not. */
export const levelName = 'detected_level'

/** The streams that are known to be there, to tell labels from metadata where an answer does not. */
export class KnownStreams {
  readonly #byKey = new Map<string, Labels>()
  #largestFirst: Labels[] = []

  add(all: readonly Labels[]): void {
    const fresh = all.filter((labels) => !this.#byKey.has(labelsKey(labels)))
    if (fresh.length === 0) return
    for (const labels of fresh) this.#byKey.set(labelsKey(labels), labels)
    this.#largestFirst = [...this.#byKey.values()].toSorted((a, b) => Object.keys(b).length - Object.keys(a).length)
  }

  has(labels: Labels): boolean {
    return this.#byKey.has(labelsKey(labels))
  }

  /** The labels of the stream, and what is metadata of its lines. */
  split(merged: Labels): { labels: Labels; metadata: Labels } {
    const labels =
      this.#byKey.get(labelsKey(merged)) ??
      this.#largestFirst.find((stream) => Object.entries(stream).every(([name, value]) => merged[name] === value)) ??
      merged
    return { labels, metadata: Object.fromEntries(Object.entries(merged).filter(([name]) => !(name in labels))) }
  }
}

/** Whether labels and metadata stand apart in the answer. */
export const standsApart = ({ values }: AnsweredStream): boolean => values.some((value) => value.length > 2)

/** In order of time; of one time in order of the streams. */
export function rowsOf(
  streams: readonly AnsweredStream[],
  known: KnownStreams,
  direction: 'backward' | 'forward',
): LogRow[] {
  const rows = streams.flatMap((answered) => rowsOfStream(answered, known))
  const sign = direction === 'forward' ? 1 : -1
  return rows.toSorted((a, b) => (a.timestampNs === b.timestampNs ? 0 : a.timestampNs < b.timestampNs ? -sign : sign))
}

function rowsOfStream(answered: AnsweredStream, known: KnownStreams): LogRow[] {
  const { labels, metadata: shared } = standsApart(answered)
    ? { labels: answered.stream, metadata: {} }
    : known.split(answered.stream)
  const crc = crc32(labelsKey(labels))
  const service = serviceOf(labels)
  return answered.values.map(([time, line, told]) => {
    const { [levelName]: level, ...metadata } = { ...shared, ...told?.structuredMetadata }
    return {
      id: `${time}.${crc32(line, crc).toString(16).padStart(8, '0')}`,
      timestampNs: BigInt(time),
      line,
      ...(Object.keys(metadata).length > 0 && { metadata }),
      severity: (level && severityOfLevel(level)) || detectSeverity(line, labels, metadata),
      labels,
      service,
    }
  })
}
