import { AppError } from '#kernel/errors.ts'
import type { MetricMetadata, MetricType } from '../metrics/metrics.ts'
import { encodingOf, unpack } from './body.ts'
import type { IngestCaps } from './caps.ts'
import type { BodyHead, DecodedMetrics } from './decoded.ts'
import type { KnownLabels, LabelSets } from './labelSets.ts'
import { Samples } from './samples.ts'
import { mediaType } from './values.ts'
import { bytesField, enter, fixed64Field, int64, leave, readWire, skip, varintField, type Reader } from './wire.ts'

/** By the numbers of both versions of the protocol. */
const metricTypes: readonly MetricType[] = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
]
/** One sample of a series with the usual ten labels takes about so many bytes. */
const bytesPerSample = 128
/** Of one series, before its labels are looked at. */
const labelsMax = 2_000

/**
 * Prometheus remote write, version 1.0 or 2.0 by its content type. Native histograms are left out and counted as
 * `unsupported`; exemplars are read over.
 * @throws AppError PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, MALFORMED_REQUEST
 */
export async function decodeRemoteWrite(
  body: Uint8Array,
  head: BodyHead,
  caps: IngestCaps,
  known: LabelSets,
): Promise<DecodedMetrics> {
  const version = remoteWriteVersion(head.contentType)
  const encoding = encodingOf(head.contentEncoding || 'snappy', ['snappy', 'gzip', 'zstd'])
  const bytes = await unpack(body, encoding, caps)
  known.use(caps)
  const samples = new Samples(caps, head.receivedMs, bytes.length / bytesPerSample)
  const write = new Write(samples, caps, known)
  if (version === 1) readWire('prometheus.WriteRequest', bytes, (reader) => readRequest1(reader, write))
  else readWire('io.prometheus.write.v2.Request', bytes, (reader) => readRequest2(reader, write))
  return {
    series: samples.list(),
    samples: samples.count,
    exemplars: write.exemplars,
    metadata: write.metadata,
    rejected: samples.rejections.list(),
  }
}

/** @throws AppError UNSUPPORTED_MEDIA_TYPE */
export function remoteWriteVersion(contentType: string | undefined): 1 | 2 {
  const proto = /;\s*proto\s*=\s*"?([\w.]+)"?/i.exec(contentType ?? '')?.[1] ?? 'prometheus.WriteRequest'
  const protobuf = ['', 'application/x-protobuf'].includes(mediaType(contentType))
  if (protobuf && proto === 'prometheus.WriteRequest') return 1
  if (protobuf && proto === 'io.prometheus.write.v2.Request') return 2
  throw new AppError(
    'UNSUPPORTED_MEDIA_TYPE',
    'Send application/x-protobuf, with proto=prometheus.WriteRequest or proto=io.prometheus.write.v2.Request',
  )
}

/** Where the versions differ, as tags. */
interface SeriesFields {
  exemplar: number
  histogram: number
  /** May not come here any more. */
  labels?: number
}

const fields1: SeriesFields = { exemplar: bytesField(3), histogram: bytesField(4), labels: bytesField(1) }
const fields2: SeriesFields = { exemplar: bytesField(4), histogram: bytesField(3) }

/** What comes out of a body while it is read. */
class Write {
  readonly samples: Samples
  readonly caps: IngestCaps
  readonly known: LabelSets
  readonly metadata: MetricMetadata[] = []
  readonly #described = new Set<string>()
  exemplars = 0

  constructor(samples: Samples, caps: IngestCaps, known: LabelSets) {
    this.samples = samples
    this.caps = caps
    this.known = known
  }

  /** Whether the metric's metadata has come already. */
  describes(metric: string): boolean {
    return this.#described.has(metric)
  }

  addMetadata(type: number, metric: string, help: string, unit: string): void {
    this.samples.meet()
    this.#described.add(metric)
    if (metric !== '') this.metadata.push({ metric, type: metricTypes[type] ?? 'unknown', help, unit })
  }

  /** A series of either version behind its labels; the reader stands at the first field of `fields`. */
  readSeries(reader: Reader, { labels, refusal }: KnownLabels, fields: SeriesFields): void {
    this.samples.meet()
    if (labels) this.samples.begin(labels)
    while (reader.pos < reader.len) {
      const tag = reader.tag()
      if (tag === bytesField(2)) {
        this.samples.meet()
        if (labels) readSample(reader, this.samples)
        else {
          this.samples.rejections.add(refusal.reason, () => refusal.message)
          skip(reader, tag)
        }
      } else {
        if (tag === fields.labels) throw new Error('labels have to stand before samples')
        if (tag === fields.exemplar) this.exemplars++
        if (tag === fields.histogram) this.refuseHistogram(labels?.['__name__'])
        skip(reader, tag)
      }
    }
  }

  refuseHistogram(metric = 'a series'): void {
    this.samples.meet()
    this.samples.rejections.add('unsupported', () => `native histograms are not stored: ${metric}`)
  }
}

function readSample(reader: Reader, samples: Samples): void {
  const outer = enter(reader)
  let low = 0
  let high = 0
  let timestampMs = 0
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === fixed64Field(1)) {
      low = reader.fixed32()
      high = reader.fixed32()
    } else if (tag === varintField(2)) timestampMs = int64(reader)
    else skip(reader, tag)
  }
  leave(reader, outer)
  samples.addBits(timestampMs, low, high)
}

function readRequest1(reader: Reader, write: Write): void {
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === bytesField(1)) readSeries1(reader, write)
    else if (tag === bytesField(3)) readMetadata1(reader, write)
    else skip(reader, tag)
  }
}

/** Encoders write the labels first and together, so their bytes name the series. */
function readSeries1(reader: Reader, write: Write): void {
  const outer = enter(reader)
  const start = reader.pos
  while (reader.pos < reader.len) {
    const before = reader.pos
    if (reader.tag() !== bytesField(1)) {
      reader.pos = before
      break
    }
    reader.skip(reader.size())
  }
  const labelsEnd = reader.pos
  const key = bufferOf(reader).toString('latin1', start, labelsEnd)
  const known = write.known.get(key) ?? write.known.add(key, readLabels(reader, start, labelsEnd), write.caps)
  reader.pos = labelsEnd
  write.readSeries(reader, known, fields1)
  leave(reader, outer)
}

const bufferOf = (reader: Reader): Buffer => reader.buf as Buffer

function readLabels(reader: Reader, start: number, end: number): [string, string][] {
  const pairs: [string, string][] = []
  reader.pos = start
  while (reader.pos < end) {
    reader.tag()
    if (pairs.push(readPair(reader)) > labelsMax) throw new Error(`a series has more than ${labelsMax} labels`)
  }
  return pairs
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

function readMetadata1(reader: Reader, write: Write): void {
  const outer = enter(reader)
  let type = 0
  let metric = ''
  let help = ''
  let unit = ''
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === varintField(1)) type = reader.uint32()
    else if (tag === bytesField(2)) metric = reader.string()
    else if (tag === bytesField(4)) help = reader.string()
    else if (tag === bytesField(5)) unit = reader.string()
    else skip(reader, tag)
  }
  leave(reader, outer)
  write.addMetadata(type, metric, help, unit)
}

/** Texts stand in one table, which may follow what refers to it. */
function readRequest2(reader: Reader, write: Write): void {
  const symbols = readSymbols(reader, write.caps)
  reader.pos = 0
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === bytesField(5)) readSeries2(reader, write, symbols)
    else skip(reader, tag)
  }
}

function readSymbols(reader: Reader, { entriesMax }: IngestCaps): string[] {
  const symbols: string[] = []
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag !== bytesField(4)) skip(reader, tag)
    else if (symbols.push(reader.string()) > entriesMax * 4)
      throw new AppError(
        'PAYLOAD_TOO_LARGE',
        `request body has more than ${entriesMax * 4} symbols; send smaller batches`,
      )
  }
  if (symbols.length > 0 && symbols[0] !== '') throw new Error(`the first symbol has to be empty`)
  return symbols
}

function readSeries2(reader: Reader, write: Write, symbols: string[]): void {
  const outer = enter(reader)
  const start = reader.pos
  const refs: number[] = []
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === bytesField(1)) readRefs(reader, refs)
    else if (tag === varintField(1)) refs.push(reader.uint32())
    else skip(reader, tag)
    if (refs.length > 2 * labelsMax) throw new Error(`a series has more than ${labelsMax} labels`)
  }
  const known = write.known.of(pairsOf(refs, symbols), write.caps)
  reader.pos = start
  readMetadata2(reader, write, symbols, known.labels?.['__name__'])
  reader.pos = start
  write.readSeries(reader, known, fields2)
  leave(reader, outer)
}

function readRefs(reader: Reader, refs: number[]): void {
  const outer = enter(reader)
  while (reader.pos < reader.len && refs.length <= 2 * labelsMax) refs.push(reader.uint32())
  reader.pos = reader.len
  leave(reader, outer)
}

function pairsOf(refs: number[], symbols: string[]): [string, string][] {
  if (refs.length % 2 === 1) throw new Error('labels_refs has an odd number of references')
  const pairs: [string, string][] = []
  for (let index = 0; index < refs.length; index += 2)
    pairs.push([symbolAt(symbols, refs[index]!), symbolAt(symbols, refs[index + 1]!)])
  return pairs
}

function symbolAt(symbols: string[], index: number): string {
  const symbol = symbols[index]
  if (symbol === undefined) throw new Error(`reference ${index} is outside the symbols`)
  return symbol
}

/** Stands beside the samples of each series; the first of a metric is kept. */
function readMetadata2(reader: Reader, write: Write, symbols: string[], metric: string | undefined): void {
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag !== bytesField(5) || metric === undefined || write.describes(metric)) skip(reader, tag)
    else readMetadata2Fields(reader, write, symbols, metric)
  }
}

function readMetadata2Fields(reader: Reader, write: Write, symbols: string[], metric: string): void {
  const outer = enter(reader)
  let type = 0
  let help = ''
  let unit = ''
  while (reader.pos < reader.len) {
    const tag = reader.tag()
    if (tag === varintField(1)) type = reader.uint32()
    else if (tag === varintField(3)) help = symbolAt(symbols, reader.uint32())
    else if (tag === varintField(4)) unit = symbolAt(symbols, reader.uint32())
    else skip(reader, tag)
  }
  leave(reader, outer)
  if (type !== 0 || help !== '' || unit !== '') write.addMetadata(type, metric, help, unit)
}
