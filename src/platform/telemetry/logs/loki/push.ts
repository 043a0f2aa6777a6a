import { labelPairs } from '../../labels.ts'
import type { Rejection } from '../../metrics/metrics.ts'
import { firstLine, type Answered, type Remote } from '../../remote/remote.ts'
import { severities, type LogAppend, type LogEntry, type LogStream } from '../logs.ts'
import { serviceOf } from '../service.ts'
import { detectSeverity } from '../severity.ts'
import { levelName } from './rows.ts'

/** Loki takes 4 MB at once, with what it adds to each line. */
const pushBytesMax = 1_048_576

export interface Pusher {
  push(streams: LogStream[]): Promise<LogAppend>
}

type Warn = (message: string, details?: Record<string, unknown>) => void

/** `tellsLevels`: the level goes with every line, since the server counts by it. */
export function createPusher(remote: Remote, tellsLevels: () => Promise<boolean>, warn: Warn): Pusher {
  /** Of Loki 2.9, and of some tenants of Loki 3, it is refused. */
  let takesMetadata = true

  const send = async (streams: LogStream[], withLevels: boolean) => {
    const body = (): Uint8Array<ArrayBuffer> =>
      new TextEncoder().encode(
        JSON.stringify({ streams: streams.map((stream) => streamWire(stream, takesMetadata, withLevels)) }),
      )
    const headers = { 'content-type': 'application/json' }
    const refused = await remote.send('/loki/api/v1/push', body(), headers)
    if (!refused || !takesMetadata || !/structured metadata/i.test(refused.text)) return refused
    takesMetadata = false
    warn('Loki takes no structured metadata; fields beside lines are left out', { reason: firstLine(refused.text) })
    return remote.send('/loki/api/v1/push', body(), headers)
  }

  return {
    push: async (streams) => {
      const withLevels = await tellsLevels()
      const rejected = new Map<Rejection['reason'], Rejection>()
      let stored = 0
      const take = async (those: LogStream[]): Promise<void> => {
        const refused = await send(those, withLevels)
        const lines = linesIn(those)
        const count = refused ? refusedIn(refused, lines) : 0
        stored += lines - count
        if (!refused) return
        const example = firstLine(refused.text)
        const reason = reasonOf(example)
        const known = rejected.get(reason)
        if (known) known.count += count
        else rejected.set(reason, { reason, count, example })
      }
      for (const portion of portionsOf(streams)) await take(portion)
      return { stored, duplicates: 0, rejected: [...rejected.values()] }
    },
  }
}

function streamWire({ labels, entries }: LogStream, takesMetadata: boolean, withLevels: boolean) {
  const stream = {
    ...Object.fromEntries(labelPairs(labels)),
    service_name: labels['service_name'] || serviceOf(labels),
  }
  return {
    stream,
    values: entries.map((entry) => {
      const metadata = takesMetadata ? metadataOf(entry, stream, withLevels) : {}
      const head: [string, string] = [String(entry.timestampNs), entry.line]
      return Object.keys(metadata).length > 0 ? [...head, metadata] : head
    }),
  }
}

function metadataOf({ line, metadata = {}, severity }: LogEntry, labels: Record<string, string>, withLevels: boolean) {
  const detected = detectSeverity(line, labels, metadata)
  const known = severity ?? detected
  const isTold = known > 0 && (withLevels || known !== detected)
  return { ...Object.fromEntries(labelPairs(metadata)), ...(isTold && { [levelName]: severities[known]! }) }
}

const linesIn = (streams: readonly LogStream[]): number => streams.reduce((sum, { entries }) => sum + entries.length, 0)

function* portionsOf(streams: readonly LogStream[]): Generator<LogStream[]> {
  let portion: LogStream[] = []
  let bytes = 0
  for (const { labels, entries } of streams) {
    let those: LogEntry[] = []
    for (const entry of entries) {
      if (bytes > pushBytesMax) {
        if (those.length > 0) portion.push({ labels, entries: those })
        yield portion
        portion = []
        those = []
        bytes = 0
      }
      those.push(entry)
      bytes += 2 * entry.line.length + 100
    }
    if (those.length > 0) portion.push({ labels, entries: those })
  }
  if (portion.length > 0) yield portion
}

/**
 * What is good in a push is stored although it is answered with 400, and Loki says of what it refuses how much that is,
 * or names one line. Where it is not clear that the rest is there, nothing counts as stored. Nothing is sent again to
 * find out, since that could store lines twice.
 */
function refusedIn({ status, text }: Answered, lines: number): number {
  const ignored = /total ignored: (\d+) out of/.exec(text)
  if (ignored) return Math.min(lines, Number(ignored[1]))
  return status === 400 && lines > 1 && namesLine.test(text) ? 1 : lines
}

/** Refusals of single lines or streams, in the words of Loki. */
const namesLine =
  /entry for stream|entry with timestamp|for stream '|too far behind|entry out of order|label (name|value)/i

/** Loki says it in words only. */
function reasonOf(message: string): Rejection['reason'] {
  if (/too[ _](old|far behind)|out of order/i.test(message)) return 'too_old'
  if (/future|too new/i.test(message)) return 'too_far_in_future'
  if (/label (name|value) too long/i.test(message)) return 'label_too_long'
  if (/label names? per series|label names; limit/i.test(message)) return 'too_many_labels'
  if (/line.*(too long|size)/i.test(message)) return 'line_too_long'
  return /label/i.test(message) ? 'invalid_label' : 'invalid_line'
}
