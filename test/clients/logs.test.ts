import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { OTLPLogExporter as HttpLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as ProtoLogExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from '@opentelemetry/sdk-logs'
import pino from 'pino'
import { pinoLoki } from 'pino-loki'
import winston from 'winston'
import LokiTransport from 'winston-loki'
import type { Labels } from '../../src/platform/telemetry/labels.ts'
import { until } from '../support/until.ts'
import { receiver, type Receiver } from './receiver.ts'

const linesMax = 1_500

interface Line {
  line: string
  labels: Labels
  timestampNs: bigint
  metadata?: Labels
  severity?: number
}

const linesOf = ({ streams }: Receiver): Line[] =>
  streams.flatMap(({ labels, entries }) => entries.map((entry) => ({ labels, ...entry })))

async function received(target: Receiver, count: number): Promise<Line[]> {
  await until(`${count} lines, of which ${linesOf(target).length} came`, () => linesOf(target).length >= count, 30_000)
  assert.deepEqual(target.rejected, [])
  const lines = linesOf(target)
  assert.equal(lines.length, count)
  return lines
}

/** Every time is of the last minute, so none was misread. */
function assertRecent(lines: Line[]): void {
  for (const { timestampNs } of lines) {
    const agoMs = Date.now() - Number(timestampNs / 1_000_000n)
    assert.ok(agoMs > -1_000 && agoMs < 60_000, `${agoMs} ms ago`)
  }
}

describe('pino-loki', () => {
  it('delivers every line, with labels and structured metadata', async () => {
    const target = await receiver()
    const stream = pinoLoki({
      host: target.url,
      headers: target.headers,
      labels: { app: 'shop' },
      propsToLabels: ['region'],
      structuredMetaKey: 'meta',
      batching: { interval: 0.1, maxBufferSize: 10_000 },
      silenceErrors: false,
    })
    const log = pino(stream)
    for (let index = 0; index < linesMax; index++)
      log.info({ region: 'eu', n: index, meta: { order: `o${index}` } }, 'sold')
    log.error(new Error('bröke'))
    stream.end()
    const lines = await received(target, linesMax + 1)
    assertRecent(lines)
    const sold = lines.filter(({ labels }) => labels['region'] === 'eu')
    assert.equal(sold.length, linesMax)
    assert.equal(new Set(sold.map(({ metadata }) => metadata?.['order'])).size, linesMax)
    assert.equal(sold[0]?.labels['app'], 'shop')
    assert.ok(lines.some(({ line, labels }) => line.includes('bröke') && labels['level'] === 'error'))
  })
})

describe('winston-loki', () => {
  for (const json of [true, false])
    it(`delivers every line as ${json ? 'JSON' : 'protobuf in snappy'}`, async () => {
      const target = await receiver()
      const transport = new LokiTransport({
        host: target.url,
        headers: target.headers,
        labels: { job: 'shop' },
        json,
        interval: 1,
      })
      const log = winston.createLogger({ level: 'debug', transports: [transport] })
      for (let index = 0; index < linesMax; index++) log.info(`sold ${index} "ü"`, { n: index })
      log.warn('low')
      await transport.flush()
      await transport.close()
      const lines = await received(target, linesMax + 1)
      assertRecent(lines)
      assert.ok(lines.every(({ labels }) => labels['job'] === 'shop'))
      assert.equal(new Set(lines.map(({ line }) => line)).size, linesMax + 1)
      assert.equal(lines.find(({ labels }) => labels['level'] === 'warn')?.line, 'low {"level":"warn"}')
      assert.ok([...target.seen].every((type) => type.startsWith(json ? 'application/json' : 'application/x-protobuf')))
    })
})

describe('the OpenTelemetry exporters of logs', () => {
  const exporters: [name: string, make: (url: string, headers: Record<string, string>) => LogRecordExporter][] = [
    ['protobuf', (url, headers) => new ProtoLogExporter({ url, headers })],
    ['JSON', (url, headers) => new HttpLogExporter({ url, headers })],
  ]
  for (const [name, make] of exporters)
    it(`deliver every record in ${name}`, async () => {
      const target = await receiver()
      const provider = new LoggerProvider({
        resource: resourceFromAttributes({ 'service.name': 'shop', 'host.name': 'h1' }),
        processors: [new BatchLogRecordProcessor({ exporter: make(`${target.url}/otlp/v1/logs`, target.headers) })],
      })
      const log = provider.getLogger('till', '1.2')
      for (let index = 0; index < linesMax; index++)
        log.emit({
          severityNumber: 9,
          severityText: 'INFO',
          body: `sold ${index}`,
          attributes: { n: index, 'http.route': '/x' },
        })
      log.emit({ severityNumber: 17, body: { what: 'bröke', at: [1, 2] } })
      await provider.forceFlush()
      await provider.shutdown()
      const lines = await received(target, linesMax + 1)
      assertRecent(lines)
      assert.ok(lines.every(({ labels }) => labels['service_name'] === 'shop'))
      const { line, severity, metadata } = lines[7]!
      assert.deepEqual([line, severity], ['sold 7', 3])
      assert.equal(metadata?.['n'], '7')
      assert.equal(metadata?.['http_route'], '/x')
      assert.equal(metadata?.['host_name'], 'h1')
      assert.equal(metadata?.['scope_name'], 'till')
      assert.deepEqual(
        lines.filter(({ severity }) => severity === 5).map(({ line }) => JSON.parse(line)),
        [{ what: 'bröke', at: [1, 2] }],
      )
      assert.ok(
        [...target.seen].every((type) =>
          type.startsWith(name === 'JSON' ? 'application/json' : 'application/x-protobuf'),
        ),
      )
    })
})

describe('curl', () => {
  it('delivers lines of JSON', async () => {
    const target = await receiver()
    const body = Array.from({ length: 10 }, (_, n) => JSON.stringify({ level: 'warning', msg: `sold ${n}`, n })).join(
      '\n',
    )
    const headers = { ...target.headers, 'content-type': 'application/x-ndjson' }
    const { status } = await fetch(`${target.url}/logs/shop`, { method: 'POST', body, headers })
    assert.equal(status, 204)
    const lines = await received(target, 10)
    assert.deepEqual(
      [lines[3]?.line, lines[3]?.severity, lines[3]?.metadata],
      ['sold 3', 4, { level: 'warning', n: '3' }],
    )
  })
})
