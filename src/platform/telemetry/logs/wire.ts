import { fieldsOfLine } from './fields.ts'
import { severities, type LogHistogram, type LogRow, type ScanStats } from './logs.ts'

/** UTC with the milliseconds that the console and S2-style answers show; the whole time goes beside it. */
const isoOf = (timestampNs: bigint): string => new Date(Number(timestampNs / 1_000_000n)).toISOString()

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))

function textFields(line: string): Record<string, string> {
  const fields = fieldsOfLine(line)
  if (!fields) return {}
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, textOf(value)]))
}

/** A line as the console takes it. */
export const rowWire = ({ id, timestampNs, severity, service, line, labels, metadata }: LogRow) => ({
  id,
  timestamp: isoOf(timestampNs),
  timestamp_ns: String(timestampNs),
  severity: severities[severity]!,
  service,
  line,
  labels,
  metadata: metadata ?? {},
  fields: textFields(line),
})

/** Four levels are all that readers of this form know. */
export const plainLevels = ['INFO', 'DEBUG', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'ERROR'] as const

const messageNames = ['message', 'msg', 'log', 'body']
const saidElsewhere = new Set([...messageNames, 'level', 'severity', 'lvl', 'timestamp', 'time', 'ts', '@timestamp'])

/** A line as `{timestamp, level, service, message, metadata}`. */
export function lineWire({ timestampNs, severity, service, line, metadata }: LogRow) {
  const fields = fieldsOfLine(line)
  const messageName = fields && messageNames.find((name) => typeof fields[name] === 'string')
  const others = messageName ? Object.entries(fields).filter(([name]) => !saidElsewhere.has(name)) : []
  return {
    timestamp: isoOf(timestampNs),
    level: plainLevels[severity]!,
    service,
    message: messageName ? textOf(fields[messageName]) : line,
    metadata: numbersIn({ ...Object.fromEntries(others), ...metadata }),
  }
}

/** Metadata and logfmt are text on their way here; what was a number reads as one again. */
const numbersIn = (metadata: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [
      name,
      typeof value === 'string' && /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : value,
    ]),
  )

export const statsWire = ({ blocks, blocksSkipped, lines, bytes, tookMs }: ScanStats) => ({
  lines,
  bytes,
  blocks,
  blocks_skipped: blocksSkipped,
  took_ms: Math.round(tookMs * 10) / 10,
})

export const histogramWire = ({ fromNs, bucketNs, counts }: LogHistogram) => ({
  from: isoOf(fromNs),
  bucket_ms: Number(bucketNs) / 1e6,
  counts,
})
