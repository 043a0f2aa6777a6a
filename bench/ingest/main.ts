import { compressSync } from 'snappy'
import {
  decodeLogs,
  decodeMetrics,
  defaultCaps,
  LabelSets,
  type BodyHead,
} from '../../src/platform/telemetry/ingest/index.ts'
import { createRedactor } from '../../src/platform/telemetry/ingest/redact.ts'
import { messageType } from '../../src/platform/telemetry/ingest/schema.ts'
import type { LogStream } from '../../src/platform/telemetry/logs/logs.ts'

/**
 * Processor time of decoding and redaction by the sample and by the line, in this process and without any store.
 * What Prometheus and others need for the same samples is measured by `bench/metrics`.
 * `node bench/ingest/main.ts [seconds] [part of a name]`
 */
const [secondsEach, wanted] = [Number(process.argv[2] ?? 2), process.argv[3] ?? '']
const receivedMs = Date.now()
const protobuf = 'application/x-protobuf'
const head = (contentType: string): BodyHead => ({
  contentType,
  contentEncoding: undefined,
  receivedMs,
  service: 'api',
})

const encoded = (name: string, message: Record<string, unknown>): Buffer => {
  const type = messageType(name)
  return Buffer.from(type.encode(type.fromObject(message)).finish())
}

const packed = (name: string, message: Record<string, unknown>): Buffer =>
  compressSync(encoded(name, message), { copyOutputData: true })

const labelsOf = (index: number): [string, string][] => [
  ['__name__', `http_request_duration_seconds_bucket_${index % 40}`],
  ['environment', 'production'],
  ['handler', `/api/v1/orders/${index % 20}`],
  ['instance', `10.0.${index % 16}.${index % 250}:9100`],
  ['job', 'api-server'],
  ['le', String((index % 12) / 10)],
  ['method', 'GET'],
  ['namespace', 'shop'],
  ['pod', `api-server-${index % 250}-abcdef`],
  ['status', '200'],
]

const seriesCount = 10_000
const perBody = 2_000

/** As Prometheus sends them: every series once, one sample each. */
const writes1 = Array.from({ length: seriesCount / perBody }, (_, body) =>
  packed('prometheus.WriteRequest', {
    timeseries: Array.from({ length: perBody }, (_, index) => ({
      labels: labelsOf(body * perBody + index).map(([name, value]) => ({ name, value })),
      samples: [{ value: index * 1.5, timestamp: receivedMs }],
    })),
  }),
)

const writes2 = Array.from({ length: seriesCount / perBody }, (_, body) => {
  const symbols = new Map([['', 0]])
  const ref = (text: string): number => symbols.get(text) ?? (symbols.set(text, symbols.size), symbols.size - 1)
  const timeseries = Array.from({ length: perBody }, (_, index) => ({
    labelsRefs: labelsOf(body * perBody + index).flatMap(([name, value]) => [ref(name), ref(value)]),
    samples: [{ value: index * 1.5, timestamp: receivedMs }],
  }))
  return packed('io.prometheus.write.v2.Request', { symbols: [...symbols.keys()], timeseries })
})

const lineOf = (index: number): string =>
  `level=info ts=${new Date(receivedMs).toISOString()} caller=orders.go:${index % 400} msg="request finished" method=GET ` +
  `path=/api/v1/orders/${index * 7_919} status=200 duration_ms=${index % 500} request_id=${(index * 2_654_435_761).toString(16)} bytes=${index * 13}`

const ns = BigInt(receivedMs) * 1_000_000n
const linesPerBody = 1_000
const lines = Array.from({ length: linesPerBody }, (_, index) => lineOf(index))
const [seconds, nanos] = [Math.floor(receivedMs / 1_000), 5]

const lokiProtobuf = packed('logproto.PushRequest', {
  streams: [
    {
      labels: '{job="api", env="production"}',
      entries: lines.map((line) => ({ timestamp: { seconds, nanos }, line })),
    },
  ],
})
const lokiJson = Buffer.from(
  JSON.stringify({ streams: [{ stream: { job: 'api' }, values: lines.map((line) => [String(ns), line]) }] }),
)
const otlpLogs = encoded('opentelemetry.proto.ExportLogsServiceRequest', {
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'api' } }] },
      scopeLogs: [
        {
          logRecords: lines.map((line) => ({
            timeUnixNano: String(ns),
            severityNumber: 9,
            body: { stringValue: line },
            attributes: [{ key: 'http.route', value: { stringValue: '/x' } }],
          })),
        },
      ],
    },
  ],
})
const jsonLines = Buffer.from(lines.map((msg, n) => JSON.stringify({ time: receivedMs, level: 30, msg, n })).join('\n'))

/** Runs for a while, and tells the processor time by the unit of work. */
async function measure(name: string, unit: string, units: number, work: () => Promise<unknown>): Promise<void> {
  if (!name.includes(wanted)) return
  for (let round = 0; round < 30; round++) await work()
  let rounds = 0
  const cpu = process.cpuUsage()
  const until = performance.now() + secondsEach * 1_000
  while (performance.now() < until) {
    await work()
    rounds++
  }
  const { user, system } = process.cpuUsage(cpu)
  const us = (user + system) / (rounds * units)
  console.log(
    `${name.padEnd(44)} ${us.toFixed(3).padStart(7)} us/${unit} ${Math.round(1e6 / us)
      .toLocaleString('en')
      .padStart(12)} ${unit}s/s`,
  )
}

const known = new LabelSets()
let turn = 0
const metrics = (bodies: Buffer[], contentType: string, sets: () => LabelSets) => (): Promise<unknown> =>
  decodeMetrics('remote_write', bodies[turn++ % bodies.length]!, head(contentType), defaultCaps, sets())
const v2 = `${protobuf};proto=io.prometheus.write.v2.Request`

await measure(
  'remote write 1.0, known series',
  'sample',
  perBody,
  metrics(writes1, protobuf, () => known),
)
await measure(
  'remote write 1.0, new series',
  'sample',
  perBody,
  metrics(writes1, protobuf, () => new LabelSets()),
)
await measure(
  'remote write 2.0, known series',
  'sample',
  perBody,
  metrics(writes2, v2, () => known),
)
const logs = (format: 'loki' | 'otlp' | 'lines', body: Buffer, contentType: string) => (): Promise<unknown> =>
  decodeLogs(format, body, head(contentType), defaultCaps)
await measure('Loki push, protobuf in snappy', 'line', linesPerBody, logs('loki', lokiProtobuf, protobuf))
await measure('Loki push, JSON', 'line', linesPerBody, logs('loki', lokiJson, 'application/json'))
await measure('OpenTelemetry logs, protobuf', 'line', linesPerBody, logs('otlp', otlpLogs, protobuf))
await measure('JSON lines', 'line', linesPerBody, logs('lines', jsonLines, 'application/x-ndjson'))

const rules = [
  { name: 'employee', pattern: 'EMP-\\d{6}', enabled: true },
  { name: 'order', pattern: '(?i)secret-order-[a-z]+', enabled: true },
]
const streamOf = (texts: string[]): LogStream => ({
  labels: { job: 'api' },
  entries: texts.map((line) => ({ timestampNs: ns, line })),
})
const redaction = (texts: string[], redact: ReturnType<typeof createRedactor>) => async (): Promise<void> =>
  redact({ streams: [streamOf(texts)] })
await measure('redaction of clean lines', 'line', linesPerBody, redaction(lines, createRedactor([])))
await measure('redaction of clean lines, two rules more', 'line', linesPerBody, redaction(lines, createRedactor(rules)))
const links = lines.map((line) => `${line} token count 5 referer=http://shop.example/`)
await measure('redaction of lines that look suspicious', 'line', linesPerBody, redaction(links, createRedactor([])))
const mails = lines.map((line) => `${line} user=ann@example.com password=hunter2`)
await measure(
  'redaction of lines with a mail and a password',
  'line',
  linesPerBody,
  redaction(mails, createRedactor([])),
)
