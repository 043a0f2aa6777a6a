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
 * Lines of one service: JSON objects one a line, in a list or one alone, or plain text. A line's time, message and
 * level are found under their usual names; everything else is kept beside it. A line that is not JSON is taken as text,
 * unless the content type promises JSON; then it is counted as rejected.
 * @throws AppError PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, MALFORMED_REQUEST
 */
export async function decodeJsonLines(body: Uint8Array, head: BodyHead, caps: IngestCaps): Promise<DecodedLogs> {
  const entries = new Entries(caps, head.receivedMs)
  const encoding = encodingOf(head.contentEncoding, ['none', 'gzip', 'deflate', 'zstd', 'snappy'])
  const bytes = await unpack(body, encoding, caps)
  const labels = streamLabels([['service_name', head.service ?? '']], caps, entries.rejections, 1)
  if (!labels) throw new AppError('VALIDATION_FAILED', 'The name of the service is empty or too long')
  const lines = new ServiceLines(entries, entries.stream('', labels), BigInt(head.receivedMs) * 1_000_000n)
  const type = mediaType(head.contentType)
  const alone = type === 'application/json' ? loneObject(bytes, caps.lineBytesMax) : undefined
  if (alone) lines.add(alone)
  else if (type === 'application/json' && firstByte(bytes) === openBracket) lines.addList(parseJson(bytes))
  else lines.addAll(bytes, { mayBeJson: type !== 'text/plain', mustBeJson: type.includes('json') })
  return { streams: entries.list(), rejected: entries.rejections.list() }
}

const openBracket = 0x5b
const openBrace = 0x7b
const feed = 0x0a
const carriageReturn = 0x0d

/** What comes first that is not space. */
const firstByte = (bytes: Buffer): number | undefined => bytes.find((byte) => byte > 0x20)

/** A body that is one object, over however many lines it is written. */
const loneObject = (bytes: Buffer, bytesMax: number): Record<string, unknown> | undefined =>
  bytes.length <= bytesMax && firstByte(bytes) === openBrace ? objectOf(bytes, bytes.toString('utf8')) : undefined

class ServiceLines {
  readonly #entries: Entries
  readonly #stream: LogStream
  readonly #receivedNs: bigint
  /** Of the line that comes next, from 0 on. */
  #index = 0

  constructor(entries: Entries, stream: LogStream, receivedNs: bigint) {
    this.#entries = entries
    this.#stream = stream
    this.#receivedNs = receivedNs
  }

  /** A line with fields; `text` is how it was written. */
  add(fields: Record<string, unknown>, text = JSON.stringify(fields)): void {
    this.#entries.add(this.#stream, entryOf(fields, text, this.#timeNs()))
    this.#index++
  }

  addText(line: string): void {
    this.#entries.add(this.#stream, { timestampNs: this.#timeNs(), line })
    this.#index++
  }

  addList(list: unknown): void {
    if (!Array.isArray(list)) throw new AppError('MALFORMED_REQUEST', 'The body is not a list')
    this.#entries.count(list.length)
    for (const item of list) {
      if (typeof item === 'string') this.addText(item)
      else if (isObject(item)) this.add(item)
      else this.#refuse('is neither an object nor text', textOf(item))
    }
  }

  addAll(bytes: Buffer, { mayBeJson, mustBeJson }: { mayBeJson: boolean; mustBeJson: boolean }): void {
    let start = 0
    while (start < bytes.length) {
      const found = bytes.indexOf(feed, start)
      const end = found === -1 ? bytes.length : found
      const to = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end
      if (to === start) this.#index++
      else {
        this.#entries.count()
        if (mayBeJson && bytes[start] === openBrace) this.#addJson(bytes.subarray(start, to), mustBeJson)
        else if (mustBeJson)
          this.#refuse('is not a JSON object', bytes.toString('utf8', start, Math.min(to, start + 400)))
        else this.addText(bytes.toString('utf8', start, to))
      }
      start = end + 1
    }
  }

  #addJson(bytes: Buffer, mustBeJson: boolean): void {
    const text = bytes.toString('utf8')
    const tooLong = bytes.length > this.#entries.caps.lineBytesMax
    const fields = tooLong ? undefined : objectOf(bytes, text)
    if (fields) this.add(fields, text)
    else if (mustBeJson && !tooLong) this.#refuse('is not valid JSON', text)
    else this.addText(text)
  }

  /** Lines that name no time keep their order, and are not taken for one line that came twice. */
  #timeNs(): bigint {
    return this.#receivedNs + BigInt(this.#index)
  }

  #refuse(problem: string, text: string): void {
    const number = ++this.#index
    this.#entries.rejections.add('invalid_line', () => `line ${number} ${problem}: ${shortened(text)}`)
  }
}

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
