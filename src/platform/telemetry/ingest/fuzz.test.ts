import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { compressSync } from 'snappy'
import { AppError } from '#kernel/errors.ts'
import { defaultCaps, type IngestCaps } from './caps.ts'
import type { BodyHead } from './decoded.ts'
import { decodeLogs, decodeMetrics, LabelSets, type LogFormat, type MetricFormat } from './index.ts'
import { protobufOf, receivedMs } from './testing.ts'

const runs = 1_200
const caps: IngestCaps = { ...defaultCaps, entriesMax: 10_000 }
const known = new LabelSets(1024 * 1024)

interface Target {
  name: string
  format: { logs: LogFormat } | { metrics: MetricFormat }
  contentType: string
  packed: boolean
  /** A body that is fine. */
  valid: Buffer
}

const labels = [
  { name: '__name__', value: 'up' },
  { name: 'job', value: 'api' },
]
const ns = String(BigInt(receivedMs) * 1_000_000n)
const attributes = [
  {
    key: 'a.b',
    value: { kvlistValue: { values: [{ key: 'c', value: { arrayValue: { values: [{ intValue: '5' }] } } }] } },
  },
]
const logRecords = [{ timeUnixNano: ns, severityNumber: 9, body: { stringValue: 'x' }, attributes, traceId: 'AAAA' }]
const otlpLogs = { resourceLogs: [{ resource: { attributes }, scopeLogs: [{ scope: { name: 's' }, logRecords }] }] }
const dataPoints = [
  { timeUnixNano: ns, attributes, count: '2', sum: 1, bucketCounts: ['1', '1'], explicitBounds: [1], asDouble: 1 },
]
const metrics = [
  { name: 'a', unit: 's', sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints } },
  { name: 'b', histogram: { aggregationTemporality: 2, dataPoints } },
  { name: 'c', summary: { dataPoints: [{ timeUnixNano: ns, quantileValues: [{ quantile: 0.5, value: 1 }] }] } },
  { name: 'd', exponentialHistogram: { dataPoints: [{}] } },
]
const otlpMetrics = { resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics }] }] }
const entries = [{ timestamp: { seconds: 5, nanos: 5 }, line: 'l', structuredMetadata: labels }]

const protobuf = 'application/x-protobuf'
const json = 'application/json'
const targets: Target[] = [
  {
    name: 'Loki in protobuf',
    format: { logs: 'loki' },
    contentType: protobuf,
    packed: true,
    valid: protobufOf('logproto.PushRequest', { streams: [{ labels: '{a="b\\n", c=`d`}', entries }] }),
  },
  {
    name: 'Loki in JSON',
    format: { logs: 'loki' },
    contentType: json,
    packed: false,
    valid: Buffer.from(JSON.stringify({ streams: [{ stream: { a: 'b' }, values: [[ns, 'x', { m: 'n' }]] }] })),
  },
  {
    name: 'OpenTelemetry logs in protobuf',
    format: { logs: 'otlp' },
    contentType: protobuf,
    packed: false,
    valid: protobufOf('opentelemetry.proto.ExportLogsServiceRequest', otlpLogs),
  },
  {
    name: 'OpenTelemetry logs in JSON',
    format: { logs: 'otlp' },
    contentType: json,
    packed: false,
    valid: Buffer.from(JSON.stringify(otlpLogs)),
  },
  {
    name: 'lines',
    format: { logs: 'lines' },
    contentType: '',
    packed: false,
    valid: Buffer.from(`{"ts":${ns},"msg":"a","level":"warn","x":{"y":[1]}}\nplain\n[{"message":"b"}]\n`),
  },
  {
    name: 'remote write 1.0',
    format: { metrics: 'remote_write' },
    contentType: protobuf,
    packed: true,
    valid: protobufOf('prometheus.WriteRequest', {
      timeseries: [
        { labels, samples: [{ value: 1, timestamp: 5 }], exemplars: [{ labels, value: 1 }], histograms: [{ sum: 1 }] },
      ],
      metadata: [{ type: 1, metricFamilyName: 'up', help: 'h', unit: 'u' }],
    }),
  },
  {
    name: 'remote write 2.0',
    format: { metrics: 'remote_write' },
    contentType: `${protobuf};proto=io.prometheus.write.v2.Request`,
    packed: true,
    valid: protobufOf('io.prometheus.write.v2.Request', {
      symbols: ['', '__name__', 'up'],
      timeseries: [{ labelsRefs: [1, 2], samples: [{ value: 1, timestamp: 5 }], metadata: { type: 1, helpRef: 2 } }],
    }),
  },
  {
    name: 'OpenTelemetry metrics in protobuf',
    format: { metrics: 'otlp' },
    contentType: protobuf,
    packed: false,
    valid: protobufOf('opentelemetry.proto.ExportMetricsServiceRequest', otlpMetrics),
  },
  {
    name: 'OpenTelemetry metrics in JSON',
    format: { metrics: 'otlp' },
    contentType: json,
    packed: false,
    valid: Buffer.from(JSON.stringify(otlpMetrics)),
  },
]

/** Ends well or with an error for the sender. */
async function survive(
  { format, contentType }: Target,
  body: Buffer,
  contentEncoding: string | undefined,
): Promise<'read' | 'refused'> {
  const head: BodyHead = { contentType, contentEncoding, receivedMs, service: 's' }
  try {
    if ('logs' in format) await decodeLogs(format.logs, body, head, caps)
    else await decodeMetrics(format.metrics, body, head, caps, known)
    return 'read'
  } catch (error) {
    assert.ok(error instanceof AppError, String(error instanceof Error ? error.stack : error))
    assert.ok(error.message.length < 1_000, error.message)
    return 'refused'
  }
}

const copied = { copyOutputData: true }

const packed = (target: Target, bytes: Buffer): Buffer => (target.packed ? compressSync(bytes, copied) : bytes)

/** Changes, cuts, doublings and insertions, as a network or an enemy makes them. */
const mutation = fc.array(
  fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('change', 'cut', 'double', 'insert', 'varint'),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
  }),
  { minLength: 1, maxLength: 6 },
)

function mutated(valid: Buffer, changes: { at: number; kind: string; bytes: Uint8Array }[]): Buffer {
  let body = Buffer.from(valid)
  for (const { at, kind, bytes } of changes) {
    const index = at % (body.length + 1)
    if (kind === 'change') body.set(bytes.subarray(0, body.length - index), index)
    else if (kind === 'cut') body = Buffer.concat([body.subarray(0, index), body.subarray(index + bytes.length)])
    else if (kind === 'double') body = Buffer.concat([body.subarray(0, index), body])
    else if (kind === 'varint')
      body = Buffer.concat([body.subarray(0, index), Buffer.alloc(bytes[0]! % 12, 0xff), body.subarray(index)])
    else body = Buffer.concat([body.subarray(0, index), bytes, body.subarray(index)])
  }
  return body
}

const encodings = fc.constantFrom(undefined, undefined, 'gzip', 'zstd', 'deflate', 'snappy', 'x')

for (const target of targets)
  describe(`whatever comes as ${target.name}`, () => {
    it('is read when it is fine', async () =>
      assert.equal(await survive(target, packed(target, target.valid), undefined), 'read'))

    it('is read or refused, of random bytes', () =>
      fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), encodings, async (bytes, encoding) => {
          await survive(target, Buffer.from(bytes), encoding)
          await survive(target, packed(target, Buffer.from(bytes)), undefined)
        }),
        { numRuns: runs },
      ))

    it('is read or refused, of bodies that were changed', () =>
      fc.assert(
        fc.asyncProperty(mutation, async (changes) => {
          await survive(target, packed(target, mutated(target.valid, changes)), undefined)
        }),
        { numRuns: runs },
      ))

    it('costs little memory and time, however it is made', async () => {
      for (const make of hostile(target)) {
        const body = target.packed ? compressSync(make(), copied) : gzipSync(make(), { level: 1 })
        const cost = await costOf(() => survive(target, body, target.packed ? undefined : 'gzip'))
        const what = `${make().toString('hex', 0, 12)} took ${cost.cpuMs} ms and ${cost.grownMb} MiB`
        assert.ok(cost.cpuMs < 2_500 && cost.grownMb < 400, what)
      }
    })
  })

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Processor time, since this machine may have other things to do. */
async function costOf(work: () => Promise<unknown>): Promise<{ cpuMs: number; grownMb: number }> {
  collectGarbage()
  const before = process.memoryUsage.rss()
  const cpu = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { cpuMs: (user + system) / 1000, grownMb: (process.memoryUsage.rss() - before) / 1024 ** 2 }
}

const bodyBytes = 8 * 1024 * 1024

/** Bodies of two or three bytes over and over, of which each could become an object, and others nested as deep as they go. */
function hostile({ contentType }: Target): (() => Buffer)[] {
  const repeated =
    (unit: string | number[], bytes = bodyBytes): (() => Buffer) =>
    () =>
      Buffer.alloc(bytes, Buffer.from(unit as string))
  if (contentType === json || contentType === '')
    return [
      ...['[', '{"a":', '[],', '"\\"', '\n', '{}\n', 'a\n'].map((unit) => repeated(unit)),
      () => Buffer.concat([Buffer.from('{"streams":['), repeated('{},')()]),
    ]
  const empties = [1, 2, 3, 4, 5, 6].map((field) => repeated([(field << 3) | 2, 0]))
  const oneSeries = [1, 2, 3, 4, 5].map((field) => within(1, repeated([(field << 3) | 2, 0])))
  const deeper = [1, 2, 3].map((field) => within(1, within(2, repeated([(field << 3) | 2, 0]))))
  const packed = [within(5, repeated([0x12, 0])), within(5, within(1, repeated([0x01])))]
  const largest = repeated([0x3a, 0], caps.decodedBytesMax)
  return [...empties, ...oneSeries, ...deeper, ...packed, repeated([0x0b]), largest]
}

/** The bytes as one message in a field. */
function within(field: number, make: () => Buffer): () => Buffer {
  return () => {
    const bytes = make()
    const length: number[] = []
    for (let rest = bytes.length; ; rest = Math.floor(rest / 128)) {
      length.push(rest < 128 ? rest : (rest % 128) | 128)
      if (rest < 128) break
    }
    return Buffer.concat([Buffer.from([(field << 3) | 2, ...length]), bytes])
  }
}
