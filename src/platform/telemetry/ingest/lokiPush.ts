import { AppError } from '#kernel/errors.ts'
import type { LogEntry, LogStream } from '../logs/logs.ts'
import { encodingOf, unpack } from './body.ts'
import type { IngestCaps } from './caps.ts'
import type { BodyHead, DecodedLogs } from './decoded.ts'
import { Entries } from './entries.ts'
import { shortened } from './rejections.ts'
import { parseJson } from './json.ts'
import { isObject, lineTimeNs, mediaType, metadataOf, textOf } from './values.ts'
import { parseLabels, streamLabels } from './streamLabels.ts'
import { bytesField, enter, int64, leave, readWire, skip, varintField, type Reader } from './wire.ts'

/** What `POST /loki/api/v1/push` takes: protobuf in snappy, or JSON. @throws AppError */
export async function decodeLokiPush(body: Uint8Array, head: BodyHead, caps: IngestCaps): Promise<DecodedLogs> {
  const entries = new Entries(caps, head.receivedMs)
  if (mediaType(head.contentType) === 'application/json') {
    const encoding = encodingOf(head.contentEncoding, ['none', 'gzip', 'deflate', 'zstd'])
    readJsonPush(parseJson(await unpack(body, encoding, caps)), entries)
  } else {
    // Promtail and the Docker driver send snappy without saying so.
    const encoding = encodingOf(head.contentEncoding || 'snappy', ['snappy', 'gzip', 'deflate', 'zstd'])
    readWire('logproto.PushRequest', await unpack(body, encoding, caps), (reader) => readPush(reader, entries))
  }
  return { streams: entries.list(), rejected: entries.rejections.list() }
}

function readPush(reader: Reader, entries: Entries): void {
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === bytesField(1)) readStream(reader, entries)
    else skip(reader, tag)
  }
}

/** Labels may follow lines, so they are looked for first. */
function readStream(reader: Reader, entries: Entries): void {
  const outer = enter(reader)
  const start = reader.pos
  const { labels, lines } = surveyStream(reader)
  // A stream without lines counts as well.
  entries.count(Math.max(1, lines))
  const stream = streamOf(labels, entries, lines)
  reader.pos = start
  while (stream && reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === bytesField(2)) entries.add(stream, readEntry(reader, entries.caps.metadataEntriesMax))
    else skip(reader, tag)
  }
  reader.pos = reader.len
  leave(reader, outer)
}

function surveyStream(reader: Reader): { labels: string; lines: number } {
  let labels = '{}'
  let lines = 0
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === bytesField(1)) labels = reader.string()
    else {
      if (tag === bytesField(2)) lines++
      skip(reader, tag)
    }
  }
  return { labels, lines }
}

function streamOf(text: string, entries: Entries, lines: number): LogStream | null {
  const pairs = parseLabels(text)
  if (!Array.isArray(pairs)) {
    entries.rejections.add(
      'invalid_label',
      () => `Error parsing labels '${shortened(text)}' with error: ${pairs.problem}`,
      lines,
    )
    return null
  }
  const labels = streamLabels(pairs, entries.caps, entries.rejections, lines)
  return labels && entries.stream(text, labels)
}

/** One more metadata than allowed is enough to have the line refused. */
function readEntry(reader: Reader, metadataMax: number): LogEntry {
  const outer = enter(reader)
  let timestampNs = 0n
  let line = ''
  let metadata: [string, string][] | undefined
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === bytesField(1)) timestampNs = readTime(reader)
    else if (tag === bytesField(2)) line = reader.string()
    else if (tag === bytesField(3) && !(metadata && metadata.length > metadataMax))
      (metadata ??= []).push(readPair(reader))
    else skip(reader, tag)
  }
  leave(reader, outer)
  return metadata ? { timestampNs, line, metadata: Object.fromEntries(metadata) } : { timestampNs, line }
}

function readTime(reader: Reader): bigint {
  const outer = enter(reader)
  let seconds = 0
  let nanos = 0
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === varintField(1)) seconds = int64(reader)
    else if (tag === varintField(2)) nanos = int64(reader)
    else skip(reader, tag)
  }
  leave(reader, outer)
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanos)
}

function readPair(reader: Reader): [name: string, value: string] {
  const outer = enter(reader)
  let name = ''
  let value = ''
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === bytesField(1)) name = reader.string()
    else if (tag === bytesField(2)) value = reader.string()
    else skip(reader, tag)
  }
  leave(reader, outer)
  return [name, value]
}

/** `{streams: [{stream: {...}, values: [[ns, line, metadata?]]}]}`, or with `labels` and `entries` as before Loki 1.0. */
function readJsonPush(push: unknown, entries: Entries): void {
  const streams = isObject(push) ? push['streams'] : undefined
  if (!Array.isArray(streams)) throw malformed('streams', 'is not a list')
  for (const [index, stream] of streams.entries()) readJsonStream(stream, `streams[${index}]`, entries)
}

function readJsonStream(value: unknown, path: string, entries: Entries): void {
  if (!isObject(value)) throw malformed(path, 'is not an object')
  const lines = value['values'] ?? value['entries'] ?? []
  if (!Array.isArray(lines)) throw malformed(`${path}.values`, 'is not a list')
  entries.count(Math.max(1, lines.length))
  const stream = jsonStreamOf(value, path, entries, lines.length)
  if (!stream) return
  for (const [index, line] of lines.entries())
    entries.add(
      stream,
      Array.isArray(line)
        ? jsonEntry(line, `${path}.values[${index}]`)
        : oldJsonEntry(line, `${path}.entries[${index}]`),
    )
}

function jsonStreamOf(value: Record<string, unknown>, path: string, entries: Entries, lines: number): LogStream | null {
  if (typeof value['labels'] === 'string') return streamOf(value['labels'], entries, lines)
  const given = value['stream'] ?? {}
  if (!isObject(given)) throw malformed(`${path}.stream`, 'is not an object')
  const pairs = Object.entries(given)
  if (pairs.some(([, text]) => typeof text !== 'string'))
    throw malformed(`${path}.stream`, 'has a value that is not text')
  const labels = streamLabels(
    pairs.map(([name, text]) => [name, textOf(text)]),
    entries.caps,
    entries.rejections,
    lines,
  )
  return labels && entries.stream(JSON.stringify(pairs), labels)
}

function jsonEntry([time, line, extra]: unknown[], path: string): LogEntry {
  if (typeof line !== 'string') throw malformed(`${path}[1]`, 'is not text')
  const timestampNs = typeof time === 'string' && /^-?\d{1,20}$/.test(time) ? BigInt(time) : undefined
  if (timestampNs === undefined) throw malformed(`${path}[0]`, 'is not a time in nanoseconds, written as text')
  if (extra === undefined || extra === null) return { timestampNs, line }
  if (!isObject(extra)) throw malformed(`${path}[2]`, 'is not an object')
  return { timestampNs, line, metadata: metadataOf(extra) }
}

function oldJsonEntry(value: unknown, path: string): LogEntry {
  if (!isObject(value) || typeof value['line'] !== 'string') throw malformed(path, 'is not [time, line]')
  const timestampNs = lineTimeNs(value['ts'])
  if (timestampNs === undefined) throw malformed(`${path}.ts`, 'is not a time')
  const extra = value['structuredMetadata']
  return { timestampNs, line: value['line'], ...(isObject(extra) && { metadata: metadataOf(extra) }) }
}

const malformed = (path: string, problem: string): AppError =>
  new AppError('MALFORMED_REQUEST', `The body is not a push of logs: ${path} ${problem}`)
