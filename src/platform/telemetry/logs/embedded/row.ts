import { crc32 } from 'node:zlib'
import type { LogRow } from '../logs.ts'
import type { Piece } from './lines.ts'
import type { Streams } from './streams.ts'
import { timestampNs } from './time.ts'

/** A row as the port gives it. */
export function rowOf(piece: Piece, row: number, streams: Streams): LogRow {
  const stream = streams.at(piece.columns.streams[row]!)
  const metadata = piece.metadata(row)
  const time = timestampNs(piece.block.day, piece.columns.offsets[row]!)
  return {
    id: `${time}.${hashOf(piece, row, stream.crc)}`,
    timestampNs: time,
    line: piece.line(row),
    ...(metadata && { metadata }),
    severity: piece.columns.severities[row]!,
    labels: stream.labels,
    service: stream.service,
  }
}

/** Of the stream and the line, 8 hex digits. */
export const hashOf = (piece: Piece, row: number, streamCrc: number): string =>
  crc32(piece.lineBytes(row), streamCrc).toString(16).padStart(8, '0')

/** What a row id says; null where it is none. */
export function parseRowId(id: string): { timeNs: bigint; hash: string } | null {
  const parts = /^(\d{1,19})\.([0-9a-f]{8})$/.exec(id)
  return parts && { timeNs: BigInt(parts[1]!), hash: parts[2]! }
}
