import { labelPairs } from '../../labels.ts'
import type { Rejection } from '../../metrics/metrics.ts'
import type { LogAppend, LogBatch, LogEntry, LogStream } from '../logs.ts'
import { detectSeverity } from '../severity.ts'
import type { GroupBuilder } from './group.ts'
import type { Streams } from './streams.ts'

/** Times that are accepted, both inclusive. */
export interface TimeSpan {
  oldestNs: bigint
  newestNs: bigint
}

/** Puts the lines of a batch that may be stored into a group, and says what became of the others. */
export function admit(batch: LogBatch, group: GroupBuilder, streams: Streams, span: TimeSpan): LogAppend {
  const rejections = new Map<Rejection['reason'], Rejection>()
  const reject = (reason: Rejection['reason'], { line }: LogEntry): void => {
    const rejection = rejections.get(reason) ?? { reason, count: 0, example: line.slice(0, 100) }
    rejection.count++
    rejections.set(reason, rejection)
  }
  const lengthBefore = group.length
  let duplicates = 0
  for (const [stream, entries] of byStream(batch.streams, streams)) {
    const { labels } = streams.at(stream)
    const isDuplicate = duplicateTest(entries)
    for (const entry of entries) {
      const { timestampNs, line, metadata } = entry
      if (timestampNs < span.oldestNs) reject('too_old', entry)
      else if (timestampNs > span.newestNs) reject('too_far_in_future', entry)
      else if (isDuplicate(entry)) duplicates++
      else {
        const severity = entry.severity ?? detectSeverity(line, labels, metadata)
        group.add(timestampNs, line, stream, severity, metadata ? metadataText(metadata) : '')
      }
    }
  }
  const stored = group.length - lengthBefore
  group.batches.push({ id: batch.id, lines: stored })
  return { stored, duplicates, rejected: [...rejections.values()] }
}

/** A batch may name a stream more than once. */
function byStream(given: LogStream[], streams: Streams): Map<number, LogEntry[]> {
  const entries = new Map<number, LogEntry[]>()
  for (const stream of given) {
    const { index } = streams.intern(stream.labels)
    const known = entries.get(index)
    entries.set(index, known ? known.concat(stream.entries) : stream.entries)
  }
  return entries
}

/** Lines whose times only rise cannot repeat, and most come so. */
function duplicateTest(entries: LogEntry[]): (entry: LogEntry) => boolean {
  const rises = entries.every(({ timestampNs }, index) => index === 0 || timestampNs > entries[index - 1]!.timestampNs)
  if (rises) return () => false
  const seen = new Map<bigint, string | Set<string>>()
  return ({ timestampNs, line }) => {
    const at = seen.get(timestampNs)
    if (at === undefined) seen.set(timestampNs, line)
    else if (at instanceof Set) {
      if (at.has(line)) return true
      at.add(line)
    } else {
      if (at === line) return true
      seen.set(timestampNs, new Set([at, line]))
    }
    return false
  }
}

function metadataText(metadata: Record<string, string>): string {
  const pairs = labelPairs(metadata)
  return pairs.length === 0 ? '' : JSON.stringify(Object.fromEntries(pairs))
}
