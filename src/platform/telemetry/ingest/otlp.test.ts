import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { staleNan, type Series } from '../metrics/metrics.ts'
import { defaultCaps } from './caps.ts'
import { LabelSets } from './labelSets.ts'
import { decodeOtlpLogs } from './otlpLogs.ts'
import { decodeOtlpMetrics } from './otlpMetrics.ts'
import { otlpReply } from './otlpReply.ts'
import { messageType } from './schema.ts'
import { head, protobufOf, receivedMs, refused } from './testing.ts'

const ns = BigInt(receivedMs) * 1_000_000n
const protoHead = head('application/x-protobuf')
const jsonHead = head('application/json')

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })

const resource = { attributes: [text('service.name', 'shop'), text('host.name', 'h1')] }

/** Ids are hex in OpenTelemetry's JSON, which the .proto file does not know. */
const logs = (ids: { traceId: string; spanId: string }) => ({
  resourceLogs: [
    {
      resource,
      scopeLogs: [
        {
          scope: { name: 'app', version: '1.2', attributes: [text('x.y', 'z')] },
          logRecords: [
            {
              timeUnixNano: String(ns + 5n),
              severityNumber: 17,
              severityText: 'ERROR',
              body: { stringValue: 'it broke' },
              attributes: [
                { key: 'http.status', value: { intValue: '500' } },
                { key: 'user', value: { kvlistValue: { values: [text('name', 'ann')] } } },
                { key: 'tags', value: { arrayValue: { values: [{ stringValue: 'a' }, { boolValue: true }] } } },
              ],
              ...ids,
              flags: 1,
            },
            {
              observedTimeUnixNano: String(ns),
              severityText: 'wrn',
              body: { kvlistValue: { values: [text('msg', 'hi'), { key: 'n', value: { doubleValue: 1.5 } }] } },
            },
            { body: { stringValue: 'no time' } },
            { timeUnixNano: String(ns + 3_600_000_000_001n), body: { stringValue: 'too early' } },
          ],
        },
      ],
    },
    { scopeLogs: [{ logRecords: [{ timeUnixNano: String(ns), body: { stringValue: 'nameless' } }] }] },
  ],
})

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')

describe('logs of OpenTelemetry', () => {
  const common = { host_name: 'h1', scope_name: 'app', scope_version: '1.2', x_y: 'z' }
  const expected = [
    {
      labels: { service_name: 'shop' },
      entries: [
        {
          timestampNs: ns + 5n,
          line: 'it broke',
          metadata: {
            ...common,
            http_status: '500',
            user_name: 'ann',
            tags: '["a",true]',
            severity_text: 'ERROR',
            severity_number: '17',
            trace_id: traceId,
            span_id: spanId,
            flags: '1',
          },
          severity: 5,
        },
        { timestampNs: ns, line: '{"msg":"hi","n":1.5}', metadata: { ...common, severity_text: 'wrn' }, severity: 4 },
        { timestampNs: ns, line: 'no time', metadata: common },
      ],
    },
    { labels: { service_name: 'unknown_service' }, entries: [{ timestampNs: ns, line: 'nameless', metadata: {} }] },
  ]
  const check = async (body: Buffer, head: typeof protoHead): Promise<void> => {
    const { streams, rejected } = await decodeOtlpLogs(body, head, defaultCaps)
    assert.deepEqual(streams, expected)
    assert.deepEqual(
      rejected.map(({ reason, count }) => [reason, count]),
      [['too_far_in_future', 1]],
    )
  }

  it('are read from protobuf', async () => {
    const message = logs({ traceId: base64(traceId), spanId: base64(spanId) })
    await check(protobufOf('opentelemetry.proto.ExportLogsServiceRequest', message), protoHead)
  })

  it('are read from JSON, also compressed', async () => {
    const body = Buffer.from(JSON.stringify(logs({ traceId, spanId })))
    await check(body, jsonHead)
    await check(gzipSync(body), head('application/json', 'gzip'))
  })

  it('are refused with the field that is wrong', async () => {
    const decode = (body: string) => decodeOtlpLogs(Buffer.from(body), jsonHead, defaultCaps)
    await assert.rejects(decode('{"resourceLogs":5}'), refused('MALFORMED_REQUEST', /resourceLogs: array expected/))
    await assert.rejects(decode('{"resourceLogs":['), refused('MALFORMED_REQUEST', /not valid JSON/))
    await assert.rejects(decode('[]'), refused('MALFORMED_REQUEST', /not an object/))
    const wrongType = decodeOtlpLogs(Buffer.alloc(0), head('text/plain'), defaultCaps)
    await assert.rejects(wrongType, refused('UNSUPPORTED_MEDIA_TYPE', /application\/x-protobuf or application\/json/))
  })

  it('are refused where two bytes would become an object a million times', async () => {
    const body = Buffer.alloc(4_000_000, Buffer.from([0x0a, 0x00]))
    await assert.rejects(decodeOtlpLogs(body, protoHead, defaultCaps), refused('PAYLOAD_TOO_LARGE', /too many fields/))
  })
})

const plain = (series: Series[]): Record<string, number> =>
  Object.fromEntries(
    series.map(({ labels: { __name__: name = '', ...labels }, values }) => [
      `${name}${JSON.stringify(labels)}`.replaceAll('"', ''),
      values[0]!,
    ]),
  )

describe('metrics of OpenTelemetry', () => {
  const point = { timeUnixNano: String(ns), attributes: [text('http.method', 'GET')] }
  const metrics = (metrics: object[]) => ({
    resourceMetrics: [
      {
        resource: {
          attributes: [...resource.attributes, text('service.namespace', 'eu'), text('service.instance.id', 'i1')],
        },
        scopeMetrics: [{ scope: { name: 'app' }, metrics }],
      },
    ],
  })
  const decode = async (list: object[], json = false) => {
    const message = metrics(list)
    const body = json
      ? Buffer.from(JSON.stringify(message))
      : protobufOf('opentelemetry.proto.ExportMetricsServiceRequest', message)
    return decodeOtlpMetrics(body, json ? jsonHead : protoHead, defaultCaps, new LabelSets())
  }
  const all = [
    {
      name: 'http.requests',
      unit: '1',
      description: 'Requests',
      sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ ...point, asInt: '7' }] },
    },
    { name: 'queue', unit: '{items}', sum: { aggregationTemporality: 2, dataPoints: [{ ...point, asInt: '-7' }] } },
    { name: 'cpu', unit: '1', gauge: { dataPoints: [{ ...point, asDouble: 0.5 }] } },
    {
      name: 'http.duration',
      unit: 's',
      histogram: {
        aggregationTemporality: 2,
        dataPoints: [
          { ...point, count: '6', sum: 1.5, bucketCounts: ['1', '2', '3'], explicitBounds: [0.000_000_1, 2.5] },
        ],
      },
    },
    {
      name: 'old',
      summary: { dataPoints: [{ ...point, count: '2', sum: 3, quantileValues: [{ quantile: 0.5, value: 1 }] }] },
    },
  ]
  const job = 'job:eu/shop,instance:i1'
  const expected = {
    [`http_requests_total{${job},http_method:GET}`]: 7,
    [`queue{${job},http_method:GET}`]: -7,
    [`cpu_ratio{${job},http_method:GET}`]: 0.5,
    [`http_duration_seconds_sum{${job},http_method:GET}`]: 1.5,
    [`http_duration_seconds_count{${job},http_method:GET}`]: 6,
    [`http_duration_seconds_bucket{${job},http_method:GET,le:0.0000001}`]: 1,
    [`http_duration_seconds_bucket{${job},http_method:GET,le:2.5}`]: 3,
    [`http_duration_seconds_bucket{${job},http_method:GET,le:+Inf}`]: 6,
    [`old_sum{${job},http_method:GET}`]: 3,
    [`old_count{${job},http_method:GET}`]: 2,
    [`old{${job},http_method:GET,quantile:0.5}`]: 1,
    [`target_info{${job},host_name:h1}`]: 1,
  }

  for (const json of [false, true])
    it(`become Prometheus' series from ${json ? 'JSON' : 'protobuf'}`, async () => {
      const decoded = await decode(all, json)
      assert.deepEqual(plain(decoded.series), expected)
      assert.deepEqual(decoded.rejected, [])
      assert.ok(decoded.series.every(({ timestamps }) => timestamps[0] === receivedMs))
      assert.deepEqual(decoded.metadata?.[0], {
        metric: 'http_requests_total',
        type: 'counter',
        help: 'Requests',
        unit: '1',
      })
    })

  it('leave out deltas and exponential histograms, and say so', async () => {
    const { series, rejected } = await decode([
      {
        name: 'd',
        sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [{ ...point, asInt: '7' }, point] },
      },
      { name: 'e', exponentialHistogram: { dataPoints: [point] } },
      { name: 'h', histogram: { aggregationTemporality: 1, dataPoints: [point] } },
    ])
    assert.deepEqual(series, [])
    assert.deepEqual(
      rejected.map(({ reason, count }) => [reason, count]),
      [['unsupported', 4]],
    )
    assert.match(rejected[0]!.example, /invalid temporality and type combination for metric "d": send cumulative/)
  })

  it('have no sum where none was sent, and stale markers where nothing was recorded', async () => {
    const { series } = await decode([
      { name: 'h', histogram: { aggregationTemporality: 2, dataPoints: [{ ...point, count: '1' }] } },
      { name: 'g', gauge: { dataPoints: [{ ...point, asDouble: 4, flags: 1 }] } },
    ])
    assert.deepEqual(
      series.map(({ labels }) => labels['__name__']),
      ['h_count', 'h_bucket', 'g', 'target_info'],
    )
    const { values } = series[2]!
    assert.equal(new DataView(values.buffer, values.byteOffset).getBigUint64(0, true), staleNan)
  })
})

describe('the answer to OpenTelemetry', () => {
  const rejected = [{ reason: 'too_old' as const, count: 3, example: 'why' }]

  it('is empty when all was stored', () => {
    assert.equal(otlpReply('logs', 'application/x-protobuf', []).body.length, 0)
    assert.equal(otlpReply('logs', 'application/json', []).body.toString(), '{}')
  })

  it('counts what was not, in the encoding of the request', () => {
    const json = otlpReply('logs', 'application/json', rejected)
    assert.deepEqual(JSON.parse(json.body.toString()), {
      partialSuccess: { rejectedLogRecords: '3', errorMessage: 'why (3 times)' },
    })
    const { contentType, body } = otlpReply('metrics', undefined, rejected)
    assert.equal(contentType, 'application/x-protobuf')
    const type = messageType('opentelemetry.proto.ExportServiceResponse')
    assert.deepEqual(type.toObject(type.decode(body), { longs: Number }), {
      partialSuccess: { rejected: 3, errorMessage: 'why (3 times)' },
    })
  })
})
