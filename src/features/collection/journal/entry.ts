import * as z from 'zod'
import type { Labels } from '#platform/telemetry/labels.ts'

/** Text; bytes where it is no text; several where a field was given more than once; null where it is too long. */
const value = z.union([z.string(), z.array(z.number().int()), z.array(z.string()), z.null()])

const fields = z.object({ __CURSOR: z.string(), __REALTIME_TIMESTAMP: z.string().regex(/^\d{1,17}$/) }).catchall(value)

export interface JournalEntry {
  cursor: string
  labels: Labels
  entry: { timestampNs: bigint; line: string; severity: number; metadata: Labels }
}

/** Severities of syslog, 0 (emergency) to 7 (debug), as they are stored here. */
const severities = [6, 6, 6, 5, 4, 3, 3, 2]

/** One line of `journalctl -o json`; undefined for one without a message. @throws ZodError or SyntaxError for another thing */
export function parseEntry(json: string): JournalEntry | undefined {
  const given = fields.parse(JSON.parse(json))
  const { __CURSOR: cursor, __REALTIME_TIMESTAMP: sinceEpochUs } = given
  const text = (name: string): string | undefined => textOf(given[name])
  const line = text('MESSAGE')?.trimEnd()
  if (!line) return undefined
  const unit = text('_SYSTEMD_UNIT')
  const identifier = text('SYSLOG_IDENTIFIER')
  const host = text('_HOSTNAME')
  const transport = text('_TRANSPORT')
  const pid = text('_PID')
  const command = text('_COMM')
  return {
    cursor,
    labels: {
      service_name: unit?.replace(/\.service$/, '') ?? identifier ?? transport ?? 'journal',
      job: 'journal',
      ...(unit && { unit }),
      ...(host && { host }),
      ...(transport && { transport }),
    },
    entry: {
      timestampNs: BigInt(sinceEpochUs) * 1_000n,
      line,
      severity: severities[Number(text('PRIORITY') ?? 6)] ?? 3,
      metadata: {
        ...(identifier && { identifier }),
        ...(command && { command }),
        ...(pid && { pid }),
      },
    },
  }
}

function textOf(given: z.output<typeof value> | undefined): string | undefined {
  if (given === undefined || given === null) return undefined
  if (typeof given === 'string') return given
  return given.every((part) => typeof part === 'number')
    ? Buffer.from(given as number[]).toString('utf8')
    : given.join('\n')
}
