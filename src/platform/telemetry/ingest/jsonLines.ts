import { AppError } from '#kernel/errors.ts'
import type { LogEntry, LogStream } from '../logs/logs.ts'
import { encodingOf, unpack } from './body.ts'
import type { IngestCaps } from './caps.ts'
import type { BodyHead, DecodedLogs } from './decoded.ts'
import { Entries } from './entries.ts'
import { checkShape, parseJson } from './json.ts'
import { severityOfLevel } from './level.ts'
import { shortened } from './rejections.ts'
import { streamLabels } from './streamLabels.ts'
import { isObject, lineTimeNs, mediaType, metadataOf, textOf } from './values.ts'

const timeFields = ['timestamp', 'time', 'ts', '@timestamp']
const messageFields = ['message', 'msg', 'log']
const levelFields = ['level', 'severity', 'lvl']

/**
 * Lines of one service: JSON objects one a line or in a list, or plain text. A line's time, message and level are
 * found under their usual names; everything else is kept beside it. A line that is not JSON is taken as text, unless
 * the content type promises JSON; then it is counted as rejected.
 * @throws AppError PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, MALFORMED_REQUEST
 */
export async function decodeJsonLines(body: Uint8Array, head: BodyHead, caps: IngestCaps): Promise<DecodedLogs> {
  const entries = new Entries(caps, head.receivedMs)
  const encoding = encodingOf(head.contentEncoding, ['none', 'gzip', 'deflate', 'zstd', 'snappy'])
  const bytes = await unpack(body, encoding, caps)
  const labels = streamLabels([['service_name', head.service ?? '']], caps, entries.rejections, 1)
  if (!labels) throw new AppError('VALIDATION_FAILED', 'The name of the service is empty or too long')
  const stream = entries.stream('', labels)
  const type = mediaType(head.contentType)
  const receivedNs = BigInt(head.receivedMs) * 1_000_000n
  if (type === 'application/json' && isList(bytes)) addList(entries, stream, parseJson(bytes), receivedNs)
  else addLines(entries, stream, bytes, receivedNs, type !== 'text/plain', /json/.test(type))
  return { streams: entries.list(), rejected: entries.rejections.list() }
}

/** What comes first that is not space is `[`. */
function isList(bytes: Buffer): boolean {
  const first = bytes.findIndex((byte) => byte > 0x20)
  return first !== -1 && bytes[first] === 0x5b
}

function addList(entries: Entries, stream: LogStream, list: unknown, receivedNs: bigint): void {
  if (!Array.isArray(list)) throw new AppError('MALFORMED_REQUEST', 'The body is not a list')
  entries.count(list.length)
  for (const [index, item] of list.entries()) {
    if (typeof item === 'string') entries.add(stream, { timestampNs: receivedNs, line: item })
    else if (isObject(item)) entries.add(stream, entryOf(item, JSON.stringify(item), receivedNs))
    else entries.rejections.add('invalid_line', () => `line ${index + 1} is neither an object nor text`)
  }
}

function addLines(
  entries: Entries,
  stream: LogStream,
  bytes: Buffer,
  receivedNs: bigint,
  mayBeJson: boolean,
  mustBeJson: boolean,
): void {
  let number = 0
  for (let start = 0; start < bytes.length;) {
    const feed = bytes.indexOf(0x0a, start)
    const end = feed === -1 ? bytes.length : feed
    const from = start
    const to = bytes[end - 1] === 0x0d && end > from ? end - 1 : end
    start = end + 1
    number++
    if (to === from) continue
    const line = bytes.subarray(from, to)
    entries.count()
    if (mayBeJson && line[0] === 0x7b) addJsonLine(entries, stream, line, receivedNs, mustBeJson ? number : null)
    else if (mustBeJson) refuseLine(entries, number, line.toString('utf8', 0, 200), 'is not a JSON object')
    else entries.add(stream, { timestampNs: receivedNs, line: line.toString('utf8') })
  }
}

/** `number` is that of a line which has to be JSON; null where it may be text after all. */
function addJsonLine(
  entries: Entries,
  stream: LogStream,
  bytes: Buffer,
  receivedNs: bigint,
  number: number | null,
): void {
  const text = bytes.toString('utf8')
  const fields = bytes.length > entries.caps.lineBytesMax ? undefined : objectOf(bytes, text)
  if (fields) entries.add(stream, entryOf(fields, text, receivedNs))
  else if (number === null || bytes.length > entries.caps.lineBytesMax)
    entries.add(stream, { timestampNs: receivedNs, line: text })
  else refuseLine(entries, number, text, 'is not valid JSON')
}

const refuseLine = (entries: Entries, number: number, text: string, problem: string): void =>
  entries.rejections.add('invalid_line', () => `line ${number} ${problem}: ${shortened(text)}`)

function objectOf(bytes: Buffer, text: string): Record<string, unknown> | undefined {
  try {
    checkShape(bytes)
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    // Most programs that write JSON write other lines as well.
    return undefined
  }
}

function entryOf(fields: Record<string, unknown>, text: string, receivedNs: bigint): LogEntry {
  const timeField = timeFields.find((name) => Object.hasOwn(fields, name) && lineTimeNs(fields[name]) !== undefined)
  const messageField = messageFields.find((name) => typeof fields[name] === 'string' && fields[name] !== '')
  const levelField = levelFields.find((name) => ['string', 'number'].includes(typeof fields[name]))
  const severity = levelField === undefined ? 0 : severityOfLevel(textOf(fields[levelField]))
  const rest = Object.fromEntries(
    Object.entries(fields).filter(([name]) => name !== timeField && name !== messageField),
  )
  return {
    timestampNs: timeField === undefined ? receivedNs : timeNs(fields[timeField], timeField, text),
    line: messageField === undefined ? text : textOf(fields[messageField]),
    metadata: messageField === undefined ? {} : metadataOf(rest),
    ...(severity > 0 && { severity }),
  }
}

/** Nanoseconds do not fit into a number of JavaScript, so their digits are taken from the text. */
function timeNs(value: unknown, field: string, text: string): bigint {
  const lossy = typeof value === 'number' && value > Number.MAX_SAFE_INTEGER
  const digits = lossy ? new RegExp(`"${field}"\\s*:\\s*(\\d{16,19})\\s*[,}]`).exec(text)?.[1] : undefined
  return lineTimeNs(digits ?? value) ?? 0n
}
